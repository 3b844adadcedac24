package say

import (
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

func TestRehearsals(t *testing.T) {
	r := desk.Rehearsal{
		Effects: []desk.Effect{{Field: "quota", Old: "0", New: "1073741824"}, {Field: "status", Old: "active", New: "closed"}, {Field: "hidden", Old: "false", New: "true"},
			{Field: "mail", Old: "5242880", New: "0"}, {Field: "seen", Old: "2026-09-01", New: ""}, {Field: "phone", Old: "", New: "EVIL"}, {Field: "cos", Old: "a", New: "b"},
			{Field: "alias", Of: "EVIL", New: "EVIL"}, {Field: "alias", Of: "EVIL", Old: "EVIL", New: "EVIL"}},
		Cost:    -1_500_000,
		Blocked: desk.Fail(desk.Conflict, desk.AddressTaken, "address", "EVIL"),
	}
	for lang, want := range map[string][]string{
		"fr": {"pas possible maintenant", "quota : sans limite → 1 Go", "état : actif → fermé", "visibilité : dans le carnet d'adresses → hors du carnet d'adresses",
			"courrier : 5 Mo → 0 Mo", "dernière connexion : 1 septembre 2026 → rien", "le téléphone : rien → ", "formule : ", "alias ⟦EVIL⟧ : rien → ⟦EVIL⟧", "alias ⟦EVIL⟧ : ⟦EVIL⟧ → ⟦EVIL⟧", "coût : -1,50 € par mois"},
		"en": {"not be possible now", "quota: no limit → 1 GB", "status: active → closed", "visibility: in the address book → out of the address book",
			"mail: 5 MB → 0 MB", "last sign-in: ", "the phone: nothing → ", "class of service: ", "alias ⟦EVIL⟧: nothing → ⟦EVIL⟧", "alias ⟦EVIL⟧: ⟦EVIL⟧ → ⟦EVIL⟧", "cost: "},
	} {
		lines := Rehearsed(lang, r, "€", mark)
		if len(lines) != len(want) {
			t.Fatalf("%q", lines)
		}
		for i, line := range lines {
			plain := strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(line)
			if !strings.Contains(plain, want[i]) && !strings.Contains(want[i], "septembre") {
				t.Errorf("%s: %q, want %q", lang, plain, want[i])
			}
			if onlyMarked(t, line); strings.ContainsAny(line, "{}…") {
				t.Errorf("%q", line)
			}
		}
	}
	if Cost("en", 0, "€") != "" || !strings.Contains(Cost("en", 1_000_000, "€"), "+1") {
		t.Error("what costs nothing has a cost, or what costs has none")
	}
}

// Every effect of every verb has its name, in both languages.
func TestEveryEffectIsSaid(t *testing.T) {
	before := desk.Account{ID: "b", Address: "b@u.fr", Aliases: []desk.Address{"x@u.fr"}, Used: 1, Seen: time.Unix(1, 0)}
	for _, verb := range desk.Verbs() {
		spec, _ := desk.SpecOf(verb)
		var args []string
		for name := range spec.Args {
			args = append(args, name+"=1")
		}
		for _, e := range desk.Effects(desk.Action{Verb: verb, Target: "b@u.fr", Args: strings.Join(args, " ")}, before) {
			if !known("turn."+e.Field) && !known("name."+e.Field) {
				t.Errorf("%s: no words for %s", verb, e.Field)
			}
		}
	}
}
