//go:build servers

package portal

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/unistra/melusine/internal/desk"
)

// Differences, a plan, the dashboard and a whole account, in every look.
func TestDriftAndFiguresAreAccessibleInEveryLook(t *testing.T) {
	h, address := serve(t)
	compare(t, h)
	h.desk.Estate.Services = func() []desk.Service {
		return []desk.Service{{Name: "partage", Up: true, Latency: 182 * time.Millisecond, At: noon, Since: noon, History: []desk.Cell{{From: noon, Good: 1, Sum: time.Second}, {From: noon, Bad: 1}, {From: noon, Good: 1, Bad: 1}}}, {Name: "webmail"}}
	}
	seen := h.as("xavier").submit("/ecarts", "causes", "person.gone", "pas", "voir")
	h.as("xavier").submit("/ecarts", append(seen.hidden(), "pas", "demander", "motif", "rentrée")...)
	b := open(t, address)
	b.become("yves")
	for _, s := range []sight{{"drift", "yves", "/ecarts"}, {"drift-cause", "yves", "/ecarts?causes=still.shut"}, {"figures", "yves", "/tableau"}, {"costs", "yves", "/couts"}, {"costs-whatif", "yves", "/couts?nombre=100&de=staff_s&vers=%2B"},
		{"plan-request", "yves", "/demandes/D-1"}, {"whole", "yves", "/adresses/" + string(marcBox)}} {
		for _, look := range looks {
			b.look(look.width, look.scheme)
			b.visit(s.path)
			b.js(`document.querySelectorAll("details").forEach(d => d.open = true); ""`)
			b.judge(s.name + "-" + look.name)
		}
	}
	b.look(looks[0].width, looks[0].scheme)
	b.visit("/ecarts")
	b.do(chromedp.Click(chromedp.CSS("button[value=voir]")), chromedp.WaitVisible(chromedp.CSS("#h-plan, .alert.err")))
	b.judge("plan-desktop-light")
	b.silent()
}
