package portal

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/mirror"
)

// university fills the house as a large one is: accounts and people in domains that
// correspondents look after, what differs, requests past and waiting.
func (h *house) university() {
	h.t.Helper()
	const accounts, domains, asked, waits = 97_484, 175, 3000, 100
	people, boxes, names := slices.Clone(cast), slices.Clone(boxes), []string{"physique.unistra.fr", "chimie.unistra.fr"}
	for d := range domains - 2 {
		names = append(names, fmt.Sprintf("composante%d.unistra.fr", d))
	}
	for i := range accounts - len(boxes) {
		uid, domain := desk.UID(fmt.Sprintf("u%d", i)), names[min(i%311, domains-1)]
		first, last := fmt.Sprintf("Prenom%d", i%397), fmt.Sprintf("Nom%d", i/397)
		address := desk.Address(fmt.Sprintf("%s.%s@%s", folded(first), folded(last), domain))
		people = append(people, desk.Person{UID: uid, Name: first + " " + last, Mail: address, UnitDomain: domain, MailState: "A", Affiliation: "employee"})
		if i%400 > 0 { // one in 400 has no mailbox
			boxes = append(boxes, desk.Account{ID: string(uid), Address: address, Owner: uid, Status: "active", COS: "staff_s", Quota: 5 * gib, Used: gib})
		}
	}
	h.mirror.SetDomains(names)
	must(h.t, h.mirror.LoadPeople(h.t.Context(), all(people), h.clock()))
	must(h.t, h.mirror.LoadAccounts(h.t.Context(), all(boxes), h.clock()))
	for i := range 84 {
		must(h.t, h.desk.Import(h.t.Context(), "bench", desk.Grant{To: desk.UID(fmt.Sprintf("u%d", i)), Domains: []string{names[2+2*i], names[3+2*i]}}))
	}
	for i := range asked {
		id := h.ask(fmt.Sprintf("contact-%d@physique.unistra.fr", i))
		if i < asked-waits {
			_, err := h.desk.Refuse(h.t.Context(), "claire", desk.Portal, id, "", "non")
			must(h.t, err)
		}
	}
	h.listing(names, boxes)
	h.desk.Drift = &desk.Recalled{Drift: h.desk.Drift, Now: h.clock}
	must(h.t, h.desk.Mark(h.t.Context()))
	h.names.refresh(h.mirror)
}

// visited are the pages, each with the goal of its own if it has one.
var visited = []struct {
	who  desk.UID
	path string
	goal time.Duration
}{
	{"jeanne", pathMine, 0}, {"jeanne", pathAsk, 0}, {"jeanne", pathAsk + "?verbe=alias.add", 0}, {"jeanne", pathRequests, 0}, {"jeanne", pathRequests + "/D-1", 0},
	{"jeanne", pathTouched, 0}, {"jeanne", pathPreferences, 0}, {"jeanne", pathHelp, 0}, {"jeanne", pathLink, 0}, {"jeanne", pathTokens, 0}, {"jeanne", pathState, 0},
	{"jeanne", pathLegal, 0}, {"jeanne", pathAccess, 0}, {"jeanne", pathPrivacy, 0}, {"jeanne", pathTrial + "?acte=quota+jeanne+8Go", 0},
	{"claire", pathInbox, 0}, {"claire", pathBundle + "?d=D-2999&d=D-2998&d=D-2997", 0}, {"claire", pathAccounts + "/prenom311.nom0@physique.unistra.fr", 0},
	{"claire", pathAccounts + "/" + string(jeanneBox), 0}, // which 3,000 requests are about
	{"claire", pathHistory, 0},
	{"claire", pathHistory + "?cible=jeanne", 0}, {"claire", pathDomains, 0}, {"claire", pathDomains + "/physique.unistra.fr", 0}, {"claire", pathRights, 0},
	{"claire", pathThings, 0}, {"claire", pathThings + "/liste-3@physique.unistra.fr", 0}, {"claire", pathCharter, 0}, {"xavier", pathThings, 0}, {"xavier", pathThings + "?q=equipe+12&tri=membres", 0},
	{"xavier", pathSearch + "?q=equipe+12", 0},
	{"claire", pathFree + "?adresse=a@physique.unistra.fr", 0}, {"claire", pathSearch + "?q=prenom1+nom2", 0}, {"claire", pathBatch, 0},
	{"xavier", pathInbox, 0}, {"xavier", pathHistory, 0}, {"xavier", pathDomains, 0}, {"xavier", pathDomains + "/chimie.unistra.fr", 0}, {"xavier", pathRights, 0}, {"xavier", pathRules, 0},
	{"claire", pathRequests + "/D-2999", 0}, {"claire", pathReach + "?adresse=liste-3@physique.unistra.fr", 0}, {"claire", pathRegister + "/" + string(jeanneBox), 0},
	{"xavier", pathRights + "/M-2", 0}, {"xavier", pathAsk + "?verbe=delegation.grant", 0},
	{"xavier", pathDrift, 0}, {"xavier", pathFigures, 20 * time.Millisecond}, {"xavier", pathCosts, 20 * time.Millisecond}, {"xavier", pathSafety, 0},
}

// listing gives each domain its share of five thousand lists of sixty members.
func (h *house) listing(domains []string, boxes []desk.Account) {
	h.t.Helper()
	for i, domain := range domains {
		var lists []desk.List
		for n := range 5000 / len(domains) {
			var members []desk.Address
			for m := range 60 {
				members = append(members, boxes[(i*2801+n*97+m*1621)%len(boxes)].Address)
			}
			slices.Sort(members)
			lists = append(lists, desk.List{Members: members, Size: len(members), ID: fmt.Sprint("l-", i, "-", n), Address: desk.Address(fmt.Sprintf("liste-%d@%s", n, domain)), Kind: desk.Distribution, Name: fmt.Sprintf("Équipe %d", n)})
		}
		must(h.t, h.mirror.LoadObjects(h.t.Context(), domain, mirror.Reading{Lists: all(lists), Resources: all[desk.Resource](nil)}, h.clock()))
	}
}

// BenchmarkPages asks a whole university for each page a hundred times a second,
// and in turn a Fiber handler for a constant one. One iteration is one such request.
// cpu-ms is the processor time of the page alone, which does not depend on who else
// uses the machine.
func BenchmarkPages(b *testing.B) {
	h := compare(b, newHouse(b, demo))
	h.university()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.Logf("all of it in memory: %d MiB", memory.HeapAlloc>>20)
	constant := fiber.New(fiber.Config{DisableStartupMessage: true})
	page := bytes.Repeat([]byte("<p>constant</p>"), 800)
	constant.Get("/", func(c *fiber.Ctx) error { return c.Type("html").Send(page) })
	ours, plain := listens(b, h.App()), listens(b, constant)
	sessions := map[desk.UID]string{}
	for _, who := range []desk.UID{"jeanne", "claire", "xavier"} {
		sessions[who] = h.as(who).cookies[h.cookieName(sessionCookie)].Value
	}
	for _, x := range visited {
		b.Run(string(x.who)+x.path, func(b *testing.B) {
			cookie := h.cookieName(sessionCookie) + "=" + sessions[x.who]
			weight, cpu := gzipped(b, fetched(b, ours+x.path, cookie)), worked(h.App(), x.path, cookie)
			var one, other laps
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for b.Loop() {
				<-tick.C
				one.run(func() { fetched(b, ours+x.path, cookie) })
				<-tick.C
				other.run(func() { fetched(b, plain, "") })
			}
			goal := max(x.goal, 10*time.Millisecond)
			b.ReportMetric(float64(one.at(99))/float64(time.Millisecond), "p99-ms")
			b.ReportMetric(float64(one.at(50))/float64(time.Millisecond), "p50-ms")
			b.ReportMetric(float64(cpu)/float64(time.Millisecond), "cpu-ms")
			b.ReportMetric(float64(other.at(99))/float64(time.Millisecond), "constant-p99-ms")
			b.ReportMetric(float64(one.at(99))/float64(goal), "of-goal")
			b.ReportMetric(float64(one.at(50))/float64(other.at(50)), "ratio")
			b.ReportMetric(float64(weight)/1024, "KiB-gzip")
		})
	}
}

// worked is the processor time that one answer takes, without a network.
func worked(app *fiber.App, path, cookie string) time.Duration {
	const times = 50
	serve, used := app.Handler(), func() time.Duration {
		var u syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	begun := used()
	for range times {
		var c fasthttp.RequestCtx
		c.Request.SetRequestURI(path)
		c.Request.Header.Set("Cookie", cookie)
		serve(&c)
	}
	return (used() - begun) / times
}

// laps are how long each of some things took.
type laps struct {
	all  sync.WaitGroup
	mu   sync.Mutex
	took []time.Duration
}

// run does something beside what is done already.
func (l *laps) run(do func()) {
	l.all.Go(func() {
		began := time.Now()
		do()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.took = append(l.took, time.Since(began))
	})
}

// at is what that many of a hundred took at most.
func (l *laps) at(percent int) time.Duration {
	l.all.Wait()
	slices.Sort(l.took)
	return l.took[(len(l.took)-1)*percent/100]
}

// listens is where an application answers.
func listens(b *testing.B, app *fiber.App) string {
	b.Helper()
	at, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, err)
	served := make(chan error, 1)
	go func() { served <- app.Listener(at) }()
	b.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		must(b, app.ShutdownWithTimeout(5*time.Second))
		must(b, <-served)
	})
	return "http://" + at.Addr().String()
}

func fetched(b *testing.B, url, cookie string) []byte {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	must(b, err)
	r.Header.Set("Cookie", cookie)
	a, err := http.DefaultClient.Do(r)
	must(b, err)
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	must(b, err)
	if a.StatusCode != http.StatusOK {
		b.Errorf("%s: %d", url, a.StatusCode)
	}
	return body
}

func gzipped(b *testing.B, body []byte) int {
	var small bytes.Buffer
	w := gzip.NewWriter(&small)
	_, err := w.Write(body)
	must(b, err)
	must(b, w.Close())
	return small.Len()
}
