package phrase

import (
	"maps"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// A term is a word that announces an argument of a command. The first
// of each language is the one that Canonical prints.
type term struct {
	arg    string
	fr, en []string
}

var terms = map[desk.Verb][]term{
	desk.DelegationGrant: {
		{"verbs", []string{"actes", "verbes"}, []string{"verbs"}},
		{"quota", []string{"quota"}, []string{"quota"}},
		{"classes", []string{"formules"}, []string{"classes"}},
		{"daily", []string{"parjour"}, []string{"daily"}},
		{"from", []string{"du"}, []string{"from"}},
		{"until", []string{"au", "jusqu'au", "jusqu’au"}, []string{"until"}},
	},
	desk.DelegationDeputy: {
		{"from", []string{"du"}, []string{"from"}},
		{"until", []string{"au", "jusqu'au", "jusqu’au"}, []string{"until"}},
	},
	desk.DelegationRevoke: {
		{"deputy", []string{"suppléant"}, []string{"deputy"}},
	},
	desk.AccountCreate: {
		{"person", []string{"pour"}, []string{"for"}},
		{"cos", []string{"formule"}, []string{"cos"}},
		{"name", []string{"nom"}, []string{"name"}},
		{"eppn", []string{"eppn"}, []string{"eppn"}},
		{"hidden", []string{"masquée"}, []string{"hidden"}},
		{"size", []string{"taille"}, []string{"size"}},
		endTerms[0],
	},
	desk.AccountProfile: {
		{"name", []string{"nom"}, []string{"name"}},
		{"phone", []string{"téléphone"}, []string{"phone"}},
		{"mobile", []string{"mobile"}, []string{"mobile"}},
		{"fax", []string{"fax"}, []string{"fax"}},
		{"title", []string{"fonction"}, []string{"title"}},
		{"company", []string{"établissement"}, []string{"company"}},
		{"description", []string{"description"}, []string{"description"}},
		{"street", []string{"rue"}, []string{"street"}},
		{"postcode", []string{"codepostal"}, []string{"postcode"}},
		{"city", []string{"ville"}, []string{"city"}},
		{"sender", []string{"expéditeur"}, []string{"sender"}},
	},
	desk.ListCreate:      listTerms,
	desk.GroupCreate:     listTerms,
	desk.FanOutCreate:    endTerms,
	desk.ListProfile:     listTerms[:5],
	desk.ListRestore:     endTerms,
	desk.ResourceCreate:  resourceTerms,
	desk.ResourceProfile: resourceTerms,

	desk.DriftShow:    gapTerms[:3],
	desk.DriftApply:   gapTerms,
	desk.AccountShare: endTerms,
	desk.AliasAdd:     endTerms,
	desk.AliasRenew:   endTerms,
	desk.AccountRenew: endTerms,
	desk.DriftSpare:   {{"lost", []string{"alias"}, []string{"alias"}}, endTerms[0]},
}

// endTerms say until which day, which is included.
var endTerms = []term{{"until", []string{"au", "jusqu'au", "jusqu’au"}, []string{"until"}}}

// listTerms describe a list.
var listTerms = []term{
	{"name", []string{"nom"}, []string{"name"}},
	{"description", []string{"description"}, []string{"description"}},
	{"hidden", []string{"masquée", "masqué"}, []string{"hidden"}},
	{"quiet", []string{"silencieuse"}, []string{"quiet"}},
	endTerms[0],
	{"members", []string{"membres"}, []string{"members"}},
}

// resourceTerms describe a room or a thing.
var resourceTerms = []term{
	{"name", []string{"nom"}, []string{"name"}},
	{"type", []string{"sorte"}, []string{"type"}},
	{"status", []string{"état"}, []string{"status"}},
	{"description", []string{"description"}, []string{"description"}},
	{"capacity", []string{"capacité"}, []string{"capacity"}},
	{"building", []string{"bâtiment"}, []string{"building"}},
	{"floor", []string{"étage"}, []string{"floor"}},
	{"room", []string{"numéro"}, []string{"room"}},
	{"place", []string{"lieu"}, []string{"place"}},
	{"site", []string{"site"}, []string{"site"}},
	{"contact", []string{"contact"}, []string{"contact"}},
	{"contactmail", []string{"courriel"}, []string{"contactmail"}},
	{"contactphone", []string{"téléphone"}, []string{"contactphone"}},
	{"street", []string{"rue"}, []string{"street"}},
	{"postcode", []string{"codepostal"}, []string{"postcode"}},
	{"city", []string{"ville"}, []string{"city"}},
	{"state", []string{"région"}, []string{"state"}},
	{"country", []string{"pays"}, []string{"country"}},
	{"accepts", []string{"répond"}, []string{"accepts"}},
	{"declinesbusy", []string{"refuseprise"}, []string{"declinesbusy"}},
	{"declinesrecurring", []string{"refuserépétées"}, []string{"declinesrecurring"}},
	{"forward", []string{"invitations"}, []string{"forward"}},
}

// gapTerms select gaps.
var gapTerms = []term{
	{"causes", []string{"causes", "cause"}, []string{"causes", "cause"}},
	{"population", []string{"population"}, []string{"population"}},
	{"domain", []string{"domaine"}, []string{"domain"}},
	{"most", []string{"nombre"}, []string{"most"}},
	{"canary", []string{"canari"}, []string{"canary"}},
	{"plan", []string{"plan"}, []string{"plan"}},
}

// toWhom may stand between what is delegated and to whom.
var toWhom = []string{"à", "to"}

// rights reads what follows a command that has terms: its slots, then terms in any order.
func (c command) rights(rest string) (Order, error) {
	head, why, marked := rest, "", false
	switch {
	case changes(c.verb) && slices.Contains(c.slots, account): // what comes first is somebody's login
		head, why, marked = cutReason(rest)
	case changes(c.verb):
		head, why, marked = cutReason(" " + rest)
	}
	if marked && why == "" {
		return Order{}, c.fail(desk.MissingArgument, reason, "")
	}
	words := tokens(head)
	if c.verb == desk.DelegationGrant && len(words) > 1 && isOne(words[1], toWhom) {
		words = slices.Delete(words, 1, 2)
	}
	args := map[string]string{}
	n := min(len(c.slots), len(words))
	if n > 0 && left(c.slots[n-1]) && c.term(words[n-1]) != "" { // it is left out
		n--
	}
	target, err := c.place(words[:n], args)
	if err != nil {
		return Order{}, err
	}
	taken := 0
	for words = words[n:]; len(words) > 0; words = words[taken:] {
		arg := c.term(words[0])
		taken = min(1+c.length(arg, words[1:]), len(words))
		switch {
		case arg == "" || args[arg] != "":
			return Order{}, c.fail(desk.InvalidArgument, "rest", strings.Join(words, " "))
		case len(words) == 1:
			return Order{}, c.fail(desk.MissingArgument, arg, "")
		}
		args[arg] = toOf(strings.Join(words[1:taken], " "))
	}
	a, err := desk.NewAction(c.verb, target, args)
	if err != nil {
		return Order{}, explain(c.verb, err)
	}
	return Order{a, why}, nil
}

// left says that the slot may be left out: a share has a right without it, and a gap
// may be named.
func left(slot string) bool { return slot == sending || slot == cause }

// place puts the words of the slots into the arguments, and gives the target.
func (c command) place(words []string, args map[string]string) (target string, err error) {
	for i, slot := range c.slots {
		switch {
		case i >= len(words) && left(slot):
		case i >= len(words):
			return "", c.fail(desk.MissingArgument, slot, "")
		case slot == scoped:
			maps.Copy(args, desk.Scopes(words[i]))
		case slices.Contains(targets, slot) || c.verb == desk.DelegationGrant:
			target = words[i]
		default:
			args[slot] = words[i]
		}
	}
	return target, nil
}

// length is how many words the value of a term has: a text goes on to the next term.
func (c command) length(arg string, words []string) int {
	spec, _ := desk.SpecOf(c.verb)
	form := strings.TrimSuffix(string(spec.Args[arg]), "?")
	if form != string(desk.TextForm) && form != string(desk.PhoneForm) {
		return 1
	}
	n := slices.IndexFunc(words, func(word string) bool { return c.term(word) != "" })
	return max(1, either(n < 0, len(words), n))
}

func (c command) term(word string) string {
	for _, t := range terms[c.verb] {
		if isOne(word, t.fr) || isOne(word, t.en) {
			return t.arg
		}
	}
	return ""
}

func isOne(word string, of []string) bool {
	return slices.ContainsFunc(of, func(w string) bool { return fold(w) == fold(word) })
}

// printRight is what to type for an action on rights.
func (c command) printRight(lang string, a desk.Action) (words []string) {
	english := lang == "en"
	for _, slot := range c.slots {
		switch {
		case slot == scoped:
			var all []string
			for _, kind := range []string{"domains", "units", "lists"} {
				if said := a.Arg(kind); said != "" {
					all = append(all, said)
				}
			}
			words = append(words, strings.Join(all, ","), either(english, toWhom[1], toWhom[0]))
		case slices.Contains(targets, slot) || c.verb == desk.DelegationGrant:
			words = append(words, a.Target)
		case a.Arg(slot) != "" || !left(slot):
			words = append(words, a.Arg(slot))
		}
	}
	for _, t := range terms[c.verb] {
		if value := a.Arg(t.arg); value != "" {
			if value == desk.Nowhere && !english {
				value = nowhere[0]
			}
			if t.arg == "quota" || t.arg == "size" {
				value += either(english, "B", "o")
			}
			words = append(words, either(english, t.en[0], t.fr[0]), value)
		}
	}
	return words
}

func either[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}
