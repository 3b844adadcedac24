package say

import (
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

func TestEveryStageIsSaid(t *testing.T) {
	for _, stage := range []desk.Stage{desk.Expected, desk.Anticipated, desk.InUse, desk.Grace, desk.Suspended, desk.Ended, desk.Discarded, desk.Forfeit, desk.Purged, desk.Unclear} {
		for _, lang := range []string{"fr", "en"} {
			for _, next := range []desk.Verb{"", desk.AccountClose} {
				said := Life(lang, desk.Life{Stage: stage, Next: next})
				if strings.ContainsAny(said, "{}…") || strings.Contains(said, "life.") || strings.Contains(said, Verb(lang, desk.AccountClose)) != (next != "") {
					t.Errorf("%s: %q", stage, said)
				}
			}
		}
	}
	if said := Life("fr", desk.Life{}); said != "" {
		t.Errorf("of none: %q", said)
	}
	for _, right := range []string{desk.SendAs, desk.SendFor} {
		said := Share("en", desk.Share{With: "EVIL", Right: right, By: "D-1"}, mark)
		if strings.Contains(said, "right.") || !strings.Contains(said, "⟦EVIL⟧") {
			t.Errorf("%q", said)
		}
		dated := Share("en", desk.Share{With: "EVIL", Right: right, By: "D-1", Until: "2027-06-30"}, mark)
		if strings.Contains(said, "until") || !strings.Contains(dated, "until 30") {
			t.Errorf("%q, and with a last day %q", said, dated)
		}
	}
}
