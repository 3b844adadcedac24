package portal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/mirror"
)

const (
	team  desk.Address = "equipe@physique.unistra.fr"
	other desk.Address = "labo@chimie.unistra.fr"
)

// withLists is the house once the lists and resources of its domains were read.
func withLists(h *house, more ...desk.List) *house {
	h.t.Helper()
	physics := append([]desk.List{
		{ID: "l-1", Address: team, Kind: desk.Distribution, Name: "Équipe", Description: "Toute l'équipe", Asked: true,
			Members: []desk.Address{"claire.weber@physique.unistra.fr", jeanneBox, "rh@physique.unistra.fr", "x@example.org"}, Size: 4, Aliases: []desk.Address{"team@physique.unistra.fr"}, Senders: []desk.Address{jeanneBox}},
		{ID: "l-2", Address: "rh@physique.unistra.fr", Kind: desk.Grouping, Name: "Ressources humaines", Hidden: true},
		{ID: "l-3", Address: "contact2@physique.unistra.fr", Kind: desk.FanOut, Members: []desk.Address{jeanneBox}, Size: 1},
		{ID: "l-4", Address: "ancien@physique.unistra.fr", Kind: desk.Grouping, Notes: "[melusine D-9 deleted]"}}, more...)
	rooms := []desk.Resource{{ID: "r-1", Address: "salle@physique.unistra.fr", Name: "Salle 1", Status: desk.Active, Fields: map[string]string{"type": "location", "floor": "2"}}}
	must(h.t, h.mirror.LoadObjects(h.t.Context(), "physique.unistra.fr", mirror.Reading{Lists: all(physics), Resources: all(rooms)}, noon))
	chemistry := []desk.List{{ID: "l-5", Address: other, Kind: desk.Distribution, Name: "Labo"}}
	must(h.t, h.mirror.LoadObjects(h.t.Context(), "chimie.unistra.fr", mirror.Reading{Lists: all(chemistry), Resources: all[desk.Resource](nil)}, noon))
	must(h.t, h.desk.Import(h.t.Context(), "test", desk.Grant{To: "nadia", Lists: []desk.Address{other}}))
	return h
}

// addressesIn are those that the page leads to, in order.
func addressesIn(body string) (all string) {
	for part := range strings.SplitSeq(body, `<th scope="row"><a href="/listes/`) {
		if name, _, found := strings.Cut(part, `"`); found && strings.Contains(name, "@") {
			local, _, _ := strings.Cut(name, "@")
			all += " " + local
		}
	}
	return strings.TrimSpace(all)
}

// The list of lists holds what the reader may see, filtered and sorted.
func TestThings(t *testing.T) {
	h := withLists(newHouse(t, demo))
	before := h.count()
	for _, x := range []struct {
		who         desk.UID
		query, want string
		said        string
	}{
		{"claire", "", "ancien contact2 equipe rh salle", "groupe, qui ne reçoit pas de courrier"},
		{"xavier", "", "ancien contact2 equipe labo rh salle", ""},
		{"nadia", "", "labo", ""},
		{"jeanne", "", "", "Aucune liste ni ressource ne vous est confiée."},
		{"marc", "?q=labo", "", "Aucune liste ni ressource ne correspond."},
		{"claire", "?domaine=chimie.unistra.fr", "", "Aucune liste ni ressource ne correspond."},
		{"xavier", "?domaine=chimie.unistra.fr", "labo", ""},
		{"claire", "?sorte=group", "ancien rh", "supprimée, peut être rendue"},
		{"claire", "?sorte=resource", "salle", "— actif"},
		{"claire", "?sorte=nonsense", "", "ne correspond"},
		{"claire", "?q=equ", "equipe", ""},
		{"claire", "?q=" + escape("RESSOURCES humaines"), "rh", ""},
		{"claire", "?q=" + escape(string(team)), "equipe", ""},
		{"claire", "?q=zzz", "", "ne correspond"},
		{"claire", "?tri=membres", "equipe contact2 ancien rh salle", ""},
		{"claire", "?tri=nom", "ancien contact2 equipe rh salle", ""},
		{"claire", "?tri=nonsense", "ancien contact2 equipe rh salle", ""},
		{"claire", "?apres=" + string(team), "rh salle", ""},
		{"claire", "?apres=nowhere", "ancien contact2 equipe rh salle", ""},
	} {
		a := h.as(x.who).get("/listes" + x.query)
		a.wants(t, http.StatusOK, x.said)
		if got := addressesIn(a.body); got != x.want {
			t.Errorf("%s, %q: %s, want %s", x.who, x.query, got, x.want)
		}
	}
	if strings.Contains(h.as("claire").get("/listes").body, "chimie.unistra.fr") {
		t.Error("another's domain can be chosen")
	}
	csv := h.as("claire").get("/listes?format=csv")
	if csv.wants(t, http.StatusOK, string(team), "Salle 1"); strings.Contains(csv.body, "labo") {
		t.Error("the table tells more than the page")
	}
	if h.count() != before {
		t.Error("looking wrote something")
	}
}

// What was learned of a list since is found by it, and not by what was there before.
func TestThingsFollowWhatIsRead(t *testing.T) {
	h := withLists(newHouse(t, demo))
	b := h.as("xavier")
	if got := addressesIn(b.get("/listes?q=optique").body); got != "" {
		t.Errorf("found %s", got)
	}
	must(t, h.mirror.LoadObjects(t.Context(), "chimie.unistra.fr", mirror.Reading{Lists: all([]desk.List{{ID: "l-5", Address: other, Kind: desk.Distribution, Name: "Optique"}}), Resources: all[desk.Resource](nil)}, noon.Add(1)))
	for query, want := range map[string]string{"optique": "labo", "labo": "labo", "zzz": ""} {
		if got := addressesIn(b.get("/listes?q=" + query).body); got != want {
			t.Errorf("%s: found %q, want %q", query, got, want)
		}
	}
}

// While other domains are still to be read, nothing is dated before there was anything.
func TestAThingOfTheFirstReading(t *testing.T) {
	h := newHouse(t, demo)
	h.mirror.SetDomains([]string{"physique.unistra.fr", "chimie.unistra.fr"})
	must(t, h.mirror.LoadObjects(t.Context(), "physique.unistra.fr", mirror.Reading{Lists: all([]desk.List{{ID: "l-1", Address: team, Kind: desk.Distribution}}), Resources: all[desk.Resource](nil)}, noon))
	a := h.as("xavier").get("/listes/" + string(team))
	a.wants(t, http.StatusOK, "liste de distribution")
	var account strings.Builder
	must(t, wholeBody(page{lang: "fr", zone: time.UTC}, desk.Whole{Directory: noon}).Render(t.Context(), &account))
	for _, said := range []string{a.text(), answer{body: account.String()}.text()} {
		if strings.Contains(said, "janvier 1 ") {
			t.Error(said)
		}
	}
}

// Before Partage was read nothing is said to be missing.
func TestThingsBeforeTheyWereRead(t *testing.T) {
	newHouse(t, demo).as("claire").get("/listes").wants(t, http.StatusOK, "Les listes n'ont pas encore été lues")
}

// The list goes on page by page, in the order that was asked for.
func TestThingsGoOn(t *testing.T) {
	var more []desk.List
	for n := range aPage {
		more = append(more, desk.List{ID: fmt.Sprint("m-", n), Address: desk.Address(fmt.Sprintf("m%02d@physique.unistra.fr", n)), Kind: desk.Distribution, Members: []desk.Address{jeanneBox}, Size: 1})
	}
	h := withLists(newHouse(t, demo), more...)
	first := h.as("claire").get("/listes?tri=membres&sorte=list")
	_, rest, _ := strings.Cut(first.body, `<a class="btn" href="/listes?`)
	query, _, _ := strings.Cut(rest, `"`)
	second := h.as("claire").get("/listes?" + strings.ReplaceAll(query, "&amp;", "&"))
	if got := addressesIn(first.body); !strings.HasPrefix(got, "equipe m00 ") || strings.HasSuffix(got, " m49") {
		t.Errorf("first: %s", got)
	}
	if got := addressesIn(second.body); got != "m49" || strings.Contains(second.text(), "Suite de la liste") {
		t.Errorf("after %q: %s", query, got)
	}
}

// The page of a list tells all that the reader may know, and offers what the rules
// do not deny.
func TestThing(t *testing.T) {
	h := withLists(newHouse(t, demo))
	action, err := desk.NewAction(desk.ListProfile, string(team), map[string]string{"description": "Tous"})
	must(t, err)
	_, err = h.desk.Ask(t.Context(), desk.Asking{By: "claire", Via: desk.Portal, Action: action, Key: "k"})
	must(t, err)
	const gives = "Ajouter des membres"
	for _, x := range []struct {
		who   desk.UID
		at    desk.Address
		shows []string
		hides []string
	}{
		{"claire", team, []string{"liste de distribution", "Équipe", "Toute l'équipe", "team @physique.unistra.fr", "x @example.org", "Claire Weber · physique.unistra.fr", "comptes qui reçoivent : 3", "D-1",
			"Claire Weber a demandé", gives, "Supprimer une liste", "Depuis quand, par quelle demande", "dans le carnet d'adresses"}, []string{"Rendre"}},
		{"claire", "rh@physique.unistra.fr", []string{"groupe, qui ne reçoit pas de courrier", "Est membre de", "equipe @physique.unistra.fr", "hors du carnet", "Aucun membre", gives}, []string{"Écrivent en son nom", "Retirer des membres"}},
		{"claire", "contact2@physique.unistra.fr", []string{"alias 1→N", gives}, []string{"Donner un alias à une liste", "Laisser écrire", "Écrivent en son nom"}},
		{"claire", "ancien@physique.unistra.fr", []string{"supprimée, peut être rendue"}, []string{gives}},
		{"claire", "salle@physique.unistra.fr", []string{"ressource", "Salle 1", "l'étage : 2", "Personne n'en a la délégation", "Rien n'a encore été fait ici."}, []string{gives, "Membres"}},
		{"nadia", other, []string{"Labo", "Nadia Fischer", gives}, []string{"Supprimer une liste", "Qui reçoit ?", "Depuis quand"}},
		{"xavier", other, []string{"Labo", "Qui reçoit ?", "Supprimer une liste"}, nil},
	} {
		a := h.as(x.who).get("/listes/" + string(x.at))
		if x.at == "salle@physique.unistra.fr" { // the domain is delegated, of which it is
			x.shows[3] = "Claire Weber · physique.unistra.fr"
		}
		a.wants(t, http.StatusOK, x.shows...)
		main := a.text()
		main = main[strings.Index(main, "Listes lues"):]
		for _, word := range x.hides {
			if strings.Contains(main, word) {
				t.Errorf("%s, %s: says %q: %s", x.who, x.at, word, main)
			}
		}
	}
	h.as("claire").get("/listes/team@physique.unistra.fr").wants(t, http.StatusOK, "Équipe")
}

// A member is a way to the account or to the list only for who may see that.
func TestMembersLeadWhereOneMayGo(t *testing.T) {
	mixed := desk.List{ID: "mixed", Address: "mixte@physique.unistra.fr", Kind: desk.Distribution, Members: []desk.Address{jeanneBox, marcBox, other, team}, Size: 4}
	slices.Sort(mixed.Members)
	h := withLists(newHouse(t, demo), mixed)
	for who, sees := range map[desk.UID]map[string]bool{
		"claire": {"/adresses/" + string(jeanneBox): true, "/adresses/" + string(marcBox): false, "/listes/" + string(team): true, "/listes/" + string(other): false},
		"xavier": {"/adresses/" + string(jeanneBox): true, "/adresses/" + string(marcBox): true, "/listes/" + string(team): true, "/listes/" + string(other): true},
	} {
		a := h.as(who).get("/listes/" + string(mixed.Address))
		a.wants(t, http.StatusOK, "marc.muller @chimie.unistra.fr")
		for href, leads := range sees {
			if strings.Contains(a.body, `href="`+href+`"`) != leads {
				t.Errorf("%s: a way to %s: want %v", who, href, leads)
			}
		}
	}
}

// Each button leads to a form that is filled in; what one may not see is not there.
func TestThingsLead(t *testing.T) {
	h := withLists(newHouse(t, demo))
	b := h.as("claire")
	page := b.get("/listes/" + string(team))
	for _, part := range strings.Split(page.body, `class="btn small" href="`)[1:] {
		href, _, _ := strings.Cut(part, `"`)
		form := b.get(strings.ReplaceAll(href, "&amp;", "&"))
		if form.StatusCode != http.StatusOK || !strings.Contains(form.body, `value="`+string(team)+`"`) {
			t.Errorf("%s: %d", href, form.StatusCode)
		}
		if strings.Contains(href, "members") && !strings.Contains(form.body, `name="arg-members" type="text" value="`) {
			t.Errorf("%s: no member in %s", href, form.body)
		}
	}
	for from, to := range map[string]string{"/adresses/" + string(team): "/listes/" + string(team), "/adresses/team@physique.unistra.fr": "/listes/" + string(team),
		"/recherche?q=" + string(team): "/listes/" + string(team), "/recherche?q=salle@physique.unistra.fr": "/listes/salle@physique.unistra.fr"} {
		if a := b.get(from); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != to {
			t.Errorf("%s: %d to %s", from, a.StatusCode, a.Header.Get("Location"))
		}
	}
	for from, link := range map[string]string{"/domaines/physique.unistra.fr": "/listes?domaine=physique.unistra.fr", "/adresses/" + string(jeanneBox): "/listes/" + string(team),
		"/destinataires?adresse=" + string(team): "/listes/" + string(team), "/recherche?q=ressources+humaines": "/listes/rh@physique.unistra.fr", "/aide": "/listes",
		"/registre/" + string(team): "/listes/" + string(team), "/recherche?partie=oui&q=" + escape("liste.voir "+string(team)): ""} {
		if a := b.get(from); !strings.Contains(a.body, `"`+link+`"`) && link != "" {
			t.Errorf("%s does not lead to %s: %s", from, link, a.text())
		}
	}
	for _, x := range []struct {
		who desk.UID
		at  string
	}{{"claire", string(other)}, {"nadia", string(team)}, {"jeanne", string(team)}, {"marc", string(other)}, {"claire", string(jeanneBox)}, {"claire", "%00"}, {"claire", "été@u.fr"}} {
		b := h.as(x.who)
		seen, missing := b.get("/listes/"+x.at), b.get("/listes/personne@physique.unistra.fr")
		if seen.StatusCode != http.StatusNotFound || faceless(seen.body) != faceless(missing.body) {
			t.Errorf("%s, %s: %d %s", x.who, x.at, seen.StatusCode, seen.text())
		}
	}
	if a := h.as("marc").get("/recherche?partie=oui&q=equipe"); strings.Contains(a.body, "/listes/") {
		t.Errorf("found: %s", a.text())
	}
}

// The members of a list are shown page by page.
func TestMembersGoOn(t *testing.T) {
	big := desk.List{ID: "l-big", Address: "tous@physique.unistra.fr", Kind: desk.Distribution}
	for n := range aPage + 2 {
		big.Members = append(big.Members, desk.Address(fmt.Sprintf("m%02d@example.org", n)))
	}
	big.Size = len(big.Members)
	h := withLists(newHouse(t, demo), big)
	first := h.as("claire").get("/listes/tous@physique.unistra.fr")
	if first.wants(t, http.StatusOK, "m49", "Membres suivants"); strings.Contains(first.text(), "m50 @example.org") {
		t.Error("more than a page")
	}
	_, rest, _ := strings.Cut(first.body, "?apres=")
	after, _, _ := strings.Cut(rest, "#")
	second := h.as("claire").get("/listes/tous@physique.unistra.fr?apres=" + after)
	if second.wants(t, http.StatusOK, "m50 @example.org", "m51 @example.org"); strings.Contains(second.text(), "Membres suivants") || strings.Contains(second.text(), "m49 @example.org") {
		t.Errorf("after %s: %s", after, second.text())
	}
}
