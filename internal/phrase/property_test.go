package phrase_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
)

// actions draws any valid action.
func actions(t *rapid.T) desk.Action {
	address := rapid.StringMatching(`[a-z0-9](?:[a-z0-9_-][.+]?){0,8}[a-z0-9]@(?:[a-z0-9]{1,8}\.){1,2}[a-z]{2,4}`)
	login := rapid.StringMatching(`[a-z0-9](?:[a-z0-9._-]{0,10}[a-z0-9])?`)
	forms := map[desk.Form]*rapid.Generator[string]{
		desk.NoForm:       rapid.Just(""),
		desk.AddressForm:  address,
		desk.AccountForm:  rapid.OneOf(address, login),
		desk.ForwardForm:  rapid.OneOf(address, rapid.Just("none")),
		desk.ClassForm:    rapid.StringMatching(`[A-Za-zé0-9](?:[a-zé0-9._·-]{0,8}[a-z0-9])?`),
		desk.SizeForm:     rapid.StringMatching(`[1-9][0-9]{0,3}[MG]`),
		desk.RequestForm:  rapid.StringMatching(`D-[1-9][0-9]{0,6}`),
		desk.ChangeForm:   rapid.OneOf(address, rapid.StringMatching(`(?:size=)?[1-9],[0-9] Go|cos=[A-Za-zé0-9_·-]{1,9}|to=none|none`)),
		desk.PersonForm:   rapid.OneOf(address, login),
		desk.MandateForm:  rapid.StringMatching(`M-[1-9][0-9]{0,6}`),
		desk.DayForm:      rapid.StringMatching(`20[0-9][0-9]-0[1-9]-[12][0-9]`),
		"person?":         rapid.OneOf(address, login, rapid.Just("")),
		"day?":            rapid.StringMatching(`(20[0-9][0-9]-0[1-9]-[12][0-9])?`),
		"size?":           rapid.StringMatching(`([1-9][0-9]{0,3}[MG])?`),
		"count?":          rapid.StringMatching(`([1-9][0-9]{0,2})?`),
		"about?":          rapid.OneOf(address, login, rapid.Just("")),
		"domain,?":        rapid.StringMatching(`([a-z0-9]{1,8}[.][a-z]{2,4}(,[a-z0-9]{1,8}[.][a-z]{2,4})?)?`),
		"unit,?":          rapid.StringMatching(`([A-Z0-9]{1,8}(,[A-Z0-9]{1,8})?)?`),
		"address,?":       rapid.OneOf(address, rapid.Just("")),
		"verb,?":          rapid.SampledFrom([]string{"", "alias.*", "quota.set,alias.add", "delegation.deputy"}),
		"class,?":         rapid.StringMatching(`([A-Za-zé0-9](?:[a-zé0-9._·-]{0,8}[a-z0-9])?)?`),
		desk.BookForm:     rapid.StringMatching(`[0-9a-f]{8,64}`),
		desk.CauseForm:    rapid.SampledFrom([]string{"person.gone", "quota.low"}),
		desk.GapForm:      rapid.OneOf(address, rapid.StringMatching(`E-[1-9][0-9]{7}`)),
		"cause?":          rapid.SampledFrom([]string{"", "person.gone", "alias.lost"}),
		"address?":        rapid.OneOf(address, rapid.Just("")),
		"cause,?":         rapid.SampledFrom([]string{"", "person.gone", "quota.low,class.other"}),
		"word?":           rapid.StringMatching(`([a-z0-9]{1,8}(-[a-z0-9]{1,8})?)?`),
		"domain?":         rapid.StringMatching(`([a-z0-9]{1,8}[.][a-z]{2,4})?`),
		desk.NewForm:      address,
		"class?":          rapid.StringMatching(`([A-Za-zé0-9](?:[a-zé0-9._·-]{0,8}[a-z0-9])?)?`),
		"yes?":            rapid.SampledFrom([]string{"", "yes"}),
		"send?":           rapid.SampledFrom([]string{"", "sendAs", "sendOnBehalfOf"}),
		"phone?":          rapid.StringMatching(`([+]?[0-9]([0-9 .]{0,8}[0-9])?|none)?`),
		"book?":           rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[0-9a-f]{8,64}`)),
		desk.ListForm:     address,
		desk.ResourceForm: address,
		desk.FreshForm:    address,
		desk.DomainForm:   rapid.StringMatching(`[a-z0-9]{1,8}[.][a-z]{2,4}`),
		desk.MembersForm:  rapid.Map(rapid.SliceOfN(address, 1, 3), func(all []string) string { return strings.Join(all, ",") }),
		"members?":        rapid.OneOf(address, rapid.Just("")),
		"switch?":         rapid.SampledFrom([]string{"", "yes", "no"}),
		"room?":           rapid.SampledFrom([]string{"", "location", "equipment"}),
		desk.RoomForm:     rapid.SampledFrom([]string{"location", "equipment"}),
		"state?":          rapid.SampledFrom([]string{"", "active", "closed"}),
		"forward?":        rapid.OneOf(address, rapid.Just(""), rapid.Just("none")),
		desk.TextForm:     rapid.StringMatching(`[A-Za-zé?:@]{1,9}( [a-zé?:@]{1,9}){0,5}`),
		"scope?":          rapid.SampledFrom([]string{"", "mine", "pending", "all"}),
		"topic?":          rapid.StringMatching(`[a-z.]{0,12}`),
		"text?":           rapid.OneOf(rapid.StringN(0, 100, -1), rapid.StringMatching(`(?:motif|reason|because|parce que|["«<]) ?[:=]? [a-zé"»’ ]{0,9}`)),
	}
	verb := rapid.SampledFrom(desk.Verbs()).Draw(t, "verb")
	spec, _ := desk.SpecOf(verb)
	args := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(spec.Args)) {
		form := spec.Args[name]
		if full := verb == desk.AccountProfile || verb == desk.ResourceProfile || verb == desk.ResourceCreate && args["type"] != ""; full && len(args) >= 2 {
			break // more has no room in a message
		}
		if v := forms[form].Draw(t, name); v != "" {
			args[name] = v
		}
	}
	if verb == desk.DelegationGrant && args["domains"]+args["units"]+args["lists"] == "" {
		args["units"] = "PHY" // there is no way to type nothing
	}
	if args["book"]+args["tree"] == "" && spec.Args["from"] == spec.Args["tree"] || args["book"] == "" && spec.Args["book"] != "" {
		delete(args, "from") // the desk fills in both
	}
	a, err := desk.NewAction(verb, forms[spec.Target].Draw(t, "target"), args)
	if err != nil {
		t.Skip(err)
	}
	return a
}

func TestParseReadsCanonicalBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := actions(t)
		for _, text := range []string{phrase.Canonical("fr", a), phrase.Canonical("en", a), a.String()} {
			if got, err := phrase.Parse(text); err != nil || got.Action != a || got.Reason != "" {
				t.Fatalf("Parse(%q) = %+v, %v; want %q", text, got, err, a)
			}
		}
	})
}

func TestParseReadsReasonBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := actions(t)
		if spec, _ := desk.SpecOf(a.Verb); !spec.Changes {
			return
		}
		why := rapid.StringMatching(`[a-zA-Zé@<>:"'«»=]{1,9}(?: [a-zA-Zé@<>:"'«»=]{1,9}){0,5}`).Draw(t, "reason")
		for _, text := range []string{
			phrase.Canonical("fr", a) + " parce que " + why, phrase.Canonical("fr", a) + " motif : " + why,
			phrase.Canonical("en", a) + " because " + why, phrase.Canonical("en", a) + " reason: " + why,
			a.String() + " reason: " + why,
		} {
			if got, err := phrase.Parse(text); err != nil || got != (phrase.Order{Action: a, Reason: why}) {
				t.Fatalf("Parse(%q) = %+v, %v; want %q", text, got, err, why)
			}
		}
	})
}

// FuzzParse: no text panics, and what is understood can be typed back.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"alias ajouter contact@u.fr Bob <bob@u.fr> parce que x", "quota bob 2,5 Go motif: y",
		"/m `refuser 512 motif : z`", "alias.add bob@u.fr alias=b@u.fr", `request.reject 5 reason="a b"`,
		"aide alias ajouter", "demandes mes", "« valider <mailto:512|512> »", "alais ajouter [x](mailto:x)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := phrase.Parse(text)
		if err != nil {
			if desk.CodeOf(err) == "" || o != (phrase.Order{}) {
				t.Fatalf("Parse(%q) = %+v, %v", text, o, err)
			}
			return
		}
		if again, err := desk.ParseAction(o.Action.String()); err != nil || again != o.Action {
			t.Fatalf("Parse(%q) made an action that is not canonical: %q (%v)", text, o.Action, err)
		}
		if spec, _ := desk.SpecOf(o.Action.Verb); o.Reason != "" && (!spec.Changes || strings.ContainsAny(o.Reason, "\n\r\t\x00")) {
			t.Fatalf("Parse(%q) made the reason %q", text, o.Reason)
		}
		for _, lang := range []string{"fr", "en"} {
			typed := phrase.Canonical(lang, o.Action)
			if utf8.RuneCountInString(typed) > 500 {
				continue
			}
			if again, err := phrase.Parse(typed); err != nil || again.Action != o.Action {
				t.Fatalf("Parse(%q) = %q, typed back %q = %q, %v", text, o.Action, typed, again.Action, err)
			}
		}
	})
}
