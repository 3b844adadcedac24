package phrase_test

import (
	"flag"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/unistra/melusine/internal/phrase"
)

var soup = flag.Int("soup", 20_000, "how many soups of words are read")

// A morsel is one piece of a soup, with what a judge who knows nothing of the
// reader needs to know of it.
type morsel struct {
	text string
	kind string // value, verb, thing, prep, no (nothing may be done), glue
	says string // of a value: how the frame says it; of a verb: its acts; of a thing: its families
}

var morsels = func() (list []morsel) {
	add := func(kind, says, texts string) {
		for text := range strings.SplitSeq(texts, ",") {
			list = append(list, morsel{strings.TrimSpace(text), kind, says})
		}
	}
	for _, v := range []string{"a@unistra.fr", "contact@ics.unistra.fr", "liste@ed.unistra.fr", "x@example.org", "jdupont", "mcurie", "b.schmitt", "ics.unistra.fr", "D-12", "E-4"} {
		add("value", v, v)
	}
	add("value", "name:pierre_vidal", "Pierre Vidal")
	add("value", "5G", "5 Go, 5 GB, cinq gigas")
	add("value", "2G", "2 Go")
	add("value", "2026-08-31", "jusqu'au 31 août, until August 31")
	add("value", "l_univ-strasbourg_heberge", "hébergé L, hosted L")
	add("verb", "remove revoke", "supprime, supprimer, retire, enlève, efface, detruis, delete, remove, drop, erase, suppression de")
	add("verb", "add create", "ajoute, ajouter, rajoute, add, crée, créer, create, ouvre")
	add("verb", "give", "donne, give, attribue")
	add("verb", "move set", "déplace, déplacer, move")
	add("verb", "share", "partager, share")
	add("verb", "unshare", "unshare")
	add("verb", "renew", "prolonge, renouvelle, renew")
	add("verb", "set", "passe, mets, mettre, change, set, put, augmente, raise, réduis, reduce, fixe")
	add("verb", "restore", "restaure, restore, récupère")
	add("verb", "member", "abonne, inscris, subscribe, désabonne, unsubscribe")
	add("verb", "grant", "nomme, délègue, autorise, grant")
	add("verb", "request", "approuve, approve, refuse, reject, annule, cancel")
	add("verb", "fix", "corrige, fix")
	add("show", "", "montre, affiche, show")
	add("thing", "alias", "l'alias, alias, les alias, the alias, comme alias, as an alias")
	add("thing", "account", "le compte, la boîte, account, the mailbox, BAL, du compte, mon compte")
	add("thing", "list", "la liste, liste, the list, à la liste, de la liste, from the list")
	add("thing", "group", "le groupe, group, au groupe")
	add("thing", "quota", "quota, le quota, le quota de, au quota de")
	add("thing", "cos", "la formule, class of service")
	add("thing", "rights", "les droits, correspondant, correspondent of, the rights")
	add("thing", "share", "l'accès, accès, access, the access, le partage")
	add("thing", "request", "la demande, request")
	add("glue", "", "partage, partage de, à, de, pour, sur, vers, to, for, of, from, on, et, and, du, avec, en, le, the, moi, me, mon, my, svp, please, merci, peux-tu, can you, je voudrais, I need, il faudrait, bonjour, doit, needs, avoir, être, to be, -le, it, lui, son, \\,, :")
	add("no", "", "ne, pas, don't, never, jamais, no need to, inutile de, pas besoin de, if, si, sauf, unless, faut-il, should I, tous, all, every, tout le monde, ou, or, sans confirmation, laisse tomber, never mind, stop, bloque, ferme, redirige, rename, disable, mot de passe, password, suprime, delet, wipe, glorbule, zxcvb, illimité, double, demain, 12, personne, nobody, hier, quand, pourquoi, comment")
	for i := range list {
		list[i].text = strings.ReplaceAll(list[i].text, "\\", ",")
	}
	return slices.DeleteFunc(list, func(m morsel) bool { return m.text == "" })
}()

// verbsFor are the families of verbs that may ask for an intent; thingsFor the
// things that may be named then.
var (
	verbsFor = map[string]string{
		"alias.add": "add create give set", "alias.remove": "remove revoke", "alias.move": "move set", "alias.renew": "renew", "account.renew": "renew",
		"account.share": "share add create give set grant", "account.unshare": "unshare remove revoke", "quota.set": "add create give set move remove revoke", "cos.set": "set give move",
		"account.create": "add create", "account.delete": "remove revoke", "account.restore": "restore",
		"list.create": "add create", "group.create": "add create", "list.delete": "remove revoke", "group.delete": "remove revoke",
		"list.add": "add create give set move member", "group.add": "add create give set move member", "list.remove": "remove revoke member", "group.remove": "remove revoke member",
		"request.approve": "request", "request.reject": "request", "request.cancel": "request",
		"rights.grant": "grant add create give set", "rights.revoke": "remove revoke", "drift.fix": "fix",
	}
	thingsFor = map[string]string{
		"alias.add": "alias account", "alias.remove": "alias account", "alias.move": "alias account", "alias.renew": "alias account",
		"account.renew": "account", "account.share": "share account", "account.unshare": "share account", "quota.set": "quota account", "cos.set": "cos account",
		"account.create": "account quota cos", "account.delete": "account", "account.restore": "account",
		"list.create": "list", "group.create": "group account", "list.delete": "list", "group.delete": "group",
		"list.add": "list account", "group.add": "group account", "list.remove": "list account", "group.remove": "group account",
		"request.approve": "request", "request.reject": "request", "request.cancel": "request",
		"rights.grant": "rights account", "rights.revoke": "rights account", "drift.fix": "",
	}
)

// judge tells what is wrong with a change that came of a soup, "" if each of its
// words has a part in it.
func judge(f phrase.Frame, pieces []morsel) string {
	said := " " + strings.NewReplacer("=", " ", ",", " ", "+", "", "-5G", "5G", "-2G", "2G").Replace(f.String()) + " "
	if f.Slots["reason"] != nil {
		return "" // it may be anything
	}
	orders := 0
	for i, p := range pieces {
		switch p.kind {
		case "value":
			if i > 0 && i+2 < len(pieces) && slices.Contains([]string{"de", "from", "of", "le quota de", "au quota de"}, pieces[i-1].text) &&
				slices.Contains([]string{"à", "to", "vers"}, pieces[i+1].text) && strings.HasSuffix(p.says, "G") && strings.HasSuffix(pieces[i+2].says, "G") {
				continue // from 2 to 5 GB
			}
			if !strings.Contains(said, " "+p.says+" ") && !(p.says == "name:pierre_vidal" && strings.Contains(said, p.says)) {
				return "loses " + p.text
			}
		case "no", "show":
			if p.text == "12" && strings.HasPrefix(f.Intent, "request.") {
				continue
			}
			return "overlooks " + p.text
		case "verb":
			orders++
			family := strings.Fields(p.says)[0]
			if !slices.Contains(strings.Fields(verbsFor[f.Intent]), family) && f.Slots["action"] == nil {
				return "comes of " + p.text
			}
		case "thing":
			if !slices.Contains(strings.Fields(thingsFor[f.Intent]), p.says) && f.Slots["action"] == nil {
				return "makes nothing of " + p.text
			}
		}
	}
	if orders > 1 && f.Slots["action"] == nil {
		return "does one of two orders"
	}
	if f.Destroys() && orders == 0 {
		return "destroys without a verb"
	}
	for _, values := range f.Slots {
		for _, v := range values {
			if v != "me" && !strings.Contains(v, ".") && v != "jdupont" && v != "mcurie" && !strings.HasPrefix(v, "name:") && !strings.HasPrefix(v, "D-") &&
				!strings.HasPrefix(v, "E-") && !strings.Contains(v, "G") && !strings.HasPrefix(v, "2026") && !strings.HasPrefix(v, "l_univ") {
				return "invents " + v
			}
		}
	}
	return ""
}

// TestSoup reads words in any order: whatever comes of them must be what they
// say, all of it and nothing else.
func TestSoup(t *testing.T) {
	var group sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	done := make([]int, workers)
	for w := range workers {
		group.Go(func() {
			r, chance := fixture(t), rand.New(rand.NewPCG(7, uint64(w)))
			for range *soup / workers {
				done[w] += boil(t, r, ladle(chance))
			}
		})
	}
	group.Wait()
	total := 0
	for _, n := range done {
		total += n
	}
	t.Logf("%d soups, %d changes understood", *soup, total)
}

// ladle takes words at random, or the makings of an order in any order.
func ladle(chance *rand.Rand) []morsel {
	recipe := strings.Fields("verb thing value value glue glue glue")[:3+chance.IntN(5)]
	switch chance.IntN(3) {
	case 0:
		recipe = make([]string, 2+chance.IntN(7))
	case 1:
		recipe = append(recipe, [...]string{"no", "verb", "thing", "value", "glue"}[chance.IntN(5)])
	}
	pieces := make([]morsel, len(recipe))
	for i, kind := range recipe {
		from := kitchen[kind]
		pieces[i] = from[chance.IntN(len(from))]
	}
	if chance.IntN(2) > 0 {
		chance.Shuffle(len(pieces), func(i, j int) { pieces[i], pieces[j] = pieces[j], pieces[i] })
	}
	return pieces
}

// kitchen is the morsels by kind; "" is all of them.
var kitchen = func() map[string][]morsel {
	by := map[string][]morsel{"": morsels}
	for _, m := range morsels {
		by[m.kind] = append(by[m.kind], m)
	}
	return by
}()

func boil(t *testing.T, r *phrase.Reader, pieces []morsel) int {
	texts := make([]string, len(pieces))
	for i, p := range pieces {
		texts[i] = p.text
	}
	text := strings.ReplaceAll(strings.Join(texts, " "), " -le", "-le")
	a := r.Read(text)
	if !acts(a) {
		return 0
	}
	if wrong := judge(a.Frame, pieces); wrong != "" {
		t.Errorf("%q gives %s, which %s", text, a, wrong)
	}
	return 1
}
