package portal

import (
	"bufio"
	"io"
	"math"
	"net/http"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A watcher reads the stream of a session as a browser would.
type watcher struct {
	t     *testing.T
	lines *bufio.Scanner
	ended chan struct{}
}

// newLive is a house whose streams beat at the pace of a test; nothing ends them
// but what is tested.
func newLive(t *testing.T) *house {
	h := newHouse(t, demo)
	h.tempo = tempo{beat: time.Millisecond, rest: time.Millisecond, life: time.Minute}
	return h
}

// watches opens one.
func (h *house) watches(who desk.UID, about desk.ID) (*watcher, session) {
	h.t.Helper()
	s, err := h.sessions.open(identity{who: who}, "", desk.Proof{})
	must(h.t, err)
	read, write := io.Pipe()
	w := &watcher{h.t.(*testing.T), bufio.NewScanner(read), make(chan struct{})}
	shown := h.glimpse(who, about, h.desk.Awaiting(who))
	go func() {
		defer close(w.ended)
		h.stream(bufio.NewWriter(write), s, about, shown)
		_ = write.Close()
	}()
	h.t.Cleanup(func() { _ = read.Close(); <-w.ended })
	return w, s
}

// next is the next line that is neither empty nor a mere sign of life; beats
// counts those.
func (w *watcher) next() (line string, beats int) {
	w.t.Helper()
	for w.lines.Scan() {
		switch line := w.lines.Text(); {
		case line == ":":
			if beats++; beats == 20 {
				return "", beats
			}
		case line != "" && !strings.HasPrefix(line, "retry:"):
			return line, beats
		}
	}
	return "ended", beats
}

func TestAStreamTellsOfWhatOneSees(t *testing.T) {
	h := newLive(t)
	id := h.ask("contact@physique.unistra.fr")
	asker, _ := h.watches("jeanne", id)
	judge, _ := h.watches("claire", "")
	stranger, _ := h.watches("marc", id)
	h.ask("accueil@physique.unistra.fr")
	for name, w := range map[string]*watcher{"asker": asker, "judge": judge} {
		if line, _ := w.next(); !strings.HasPrefix(line, "id: ") {
			t.Errorf("%s was told %q", name, line)
		}
		if line, _ := w.next(); !strings.HasPrefix(line, "data: ") || strings.Contains(line, "contact") || strings.Contains(line, "D-") {
			t.Errorf("%s was told %q", name, line)
		}
	}
	if line, beats := stranger.next(); line != "" || beats != 20 {
		t.Errorf("the stranger was told %q", line)
	}
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	for name, end := range map[string]func(*house, session){
		"signed out":    func(h *house, s session) { h.sessions.close(s.id) },
		"over there":    func(h *house, s session) { h.sessions.closeNamed(s.from.name) },
		"too long":      func(h *house, _ session) { h.later(11 * time.Hour) },
		"left for good": func(h *house, _ session) { must(h.t, h.mirror.LearnPerson("jeanne", desk.Person{}, h.clock())) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newLive(t)
			w, s := h.watches("jeanne", "")
			if name == "over there" {
				h.sessions.mu.Lock()
				s.from.name = "ST-1"
				h.sessions.byID[s.id] = s
				h.sessions.mu.Unlock()
			}
			end(h, s)
			if line, _ := w.next(); line != "event: fin" {
				t.Errorf("told %q", line)
			}
			<-w.ended
		})
	}
}

func TestAStreamEndsWithThePortal(t *testing.T) {
	h := newLive(t)
	w, _ := h.watches("jeanne", "")
	must(t, h.Shutdown(time.Second))
	for line, beats := w.next(); line != "ended"; line, beats = w.next() {
		if line != "" || beats == 0 {
			t.Fatalf("told %q", line)
		}
	}
}

// A session has a few streams and the house so many: the next is told to come
// back, and there is room again when one ends.
func TestStreamsAreBounded(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	for range streamsOfSession {
		if !h.streams.enter(b.id()) {
			t.Fatal("no room")
		}
	}
	a := b.get("/suivi")
	a.wants(t, http.StatusTooManyRequests)
	if a.Header.Get("Retry-After") == "" {
		t.Error("not told when to come back")
	}
	h.as("marc").get("/suivi").wants(t, http.StatusOK)
	h.streams.leave(b.id())
	b.get("/suivi").wants(t, http.StatusOK)
	for n := h.streams.all; n < streamsOfAll; n++ {
		h.streams.enter(strconv.Itoa(n))
	}
	h.as("claire").get("/suivi").wants(t, http.StatusTooManyRequests)
}

// What the page shows is named in it, so that a change on the way is not missed.
func TestAPageNamesWhatItShows(t *testing.T) {
	h := newHouse(t, demo)
	h.ask("autre@physique.unistra.fr")
	id := h.ask("contact@physique.unistra.fr")
	for _, path := range []string{"/demandes", "/demandes/" + string(id), "/a-valider", "/mes-adresses", "/etat"} {
		b := h.as("claire")
		_, rest, found := strings.Cut(b.get(path).body, `data-watch="`)
		address, _, _ := strings.Cut(rest, `"`)
		if !found {
			t.Errorf("%s does not move", path)
			continue
		}
		address = strings.ReplaceAll(address, "&amp;", "&")
		if a := b.get(address); a.StatusCode != http.StatusOK || strings.Contains(a.body, "data:") || a.Header.Get("Content-Type") != "text/event-stream" {
			t.Errorf("%s: nothing has changed, and %d %s", path, a.StatusCode, a.body)
		}
	}
	first := h.glimpse("claire", "", h.desk.Awaiting("claire"))
	h.ask("encore@physique.unistra.fr")
	if a := h.as("claire").get("/suivi?vu=" + first); !strings.Contains(a.body, "data: "+h.glimpse("claire", "", h.desk.Awaiting("claire"))) {
		t.Errorf("what changed on the way was not told: %q", a.body)
	}
}

// Not only the last thing that somebody has asked moves.
func TestAnOlderRequestMovesToo(t *testing.T) {
	h := newHouse(t, demo)
	first, _ := h.ask("a@physique.unistra.fr"), h.ask("b@physique.unistra.fr")
	before := h.glimpse("jeanne", "", h.desk.Awaiting("jeanne"))
	_, err := h.desk.Refuse(t.Context(), "claire", desk.Portal, first, "", "non")
	must(t, err)
	if h.glimpse("jeanne", "", h.desk.Awaiting("jeanne")) == before {
		t.Error("the end of an older request changes nothing for who asked it")
	}
}

// To look whether something has moved, which each open page does after each event,
// keeps no copy of what waits.
func TestALookCopiesNothing(t *testing.T) {
	h := newHouse(t, demo)
	const n = 30
	for i := range n {
		h.ask("a" + strconv.Itoa(i) + "@physique.unistra.fr")
	}
	if waiting := h.desk.Waiting("claire"); waiting < n {
		t.Fatalf("%d wait", waiting)
	}
	took := uint64(math.MaxUint64)
	for range 5 { // others may take memory meanwhile, not each time
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		h.glimpse("claire", "", h.desk.Awaiting("claire"))
		runtime.ReadMemStats(&after)
		took = min(took, after.TotalAlloc-before.TotalAlloc)
	}
	if took > n*uint64(reflect.TypeFor[desk.Request]().Size()) {
		t.Errorf("%d bytes for %d requests", took, n)
	}
}
