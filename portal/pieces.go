package portal

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// The parts of the page of pieces: what one page cannot hold twice is in several.
var pieceParts = []string{"bases", "demandes", "comptes", "listes", "saisie", "droits"}

const fieldPart = "partie"

// pieces shows each piece that pages are made of, in each of its states. It is there
// in the demo alone.
func (p *Portal) pieces(v *visit) error {
	part := v.Query(fieldPart)
	if !slices.Contains(pieceParts, part) {
		part = pieceParts[0]
	}
	return render(v.Ctx, fiber.StatusOK, piecesPage(p.page(v, "pieces"), part, samples(p.Now())))
}

// samples are a request in each state.
func samples(now time.Time) (all []desk.Request) {
	action := desk.Action{Verb: desk.AliasAdd, Target: "jeanne.dupont@univ-test.fr", Args: "alias=seminaires@univ-test.fr"}
	for _, s := range []desk.State{desk.Waiting, desk.Ready, desk.Running, desk.Doubtful, desk.Settled, desk.Broken, desk.Rejected, desk.Cancelled, desk.Lapsed} {
		all = append(all, desk.Request{ID: "D-1", By: "jdupont", State: s, Action: action, Asked: now, Changed: now})
	}
	return all
}

// sampleTrend is eight days of differences.
func sampleTrend(now time.Time) (trend []desk.Point) {
	for i, n := range []int{538, 512, 520, 431, 300, 212, 90, 41} {
		trend = append(trend, desk.Point{At: now.AddDate(0, 0, i-8), Gaps: n})
	}
	return trend
}

// sampleAccounts have little room used, much, and nearly all.
func sampleAccounts() []desk.Account {
	const gib = 1 << 30
	return []desk.Account{{Address: "a@univ-test.fr", Quota: 5 * gib, Used: gib, Status: "active"},
		{Address: "b@univ-test.fr", Quota: 5 * gib, Used: 4 * gib, Status: "locked", Hidden: true},
		{Address: "une.adresse.tres.longue.pour.voir@composante.univ-test.fr", Quota: 5 * gib, Used: 5*gib - 1, Status: "closed", Forward: "ailleurs@example.org"}}
}

// sampleServices are one that answers, and one not looked at yet.
func sampleServices(now time.Time) []desk.Service {
	return []desk.Service{{Name: "partage", Up: true, Latency: 182 * time.Millisecond, At: now, Since: now,
		History: []desk.Cell{{From: now, Good: 1, Sum: time.Second}, {From: now, Good: 1, Bad: 1, Sum: time.Second}, {From: now, Bad: 1}}}, {Name: "webmail"}}
}
