package portal

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// Pages that show what moves watch a stream of server-sent events. An event says
// that something which this very person may see has changed, and nothing of what
// it is: the page is then asked for again, with all its guards. Whoever may not
// watch, or has no JavaScript, reloads.

// tempo is how streams keep time.
type tempo struct {
	beat time.Duration // between two signs of life, when the session is looked at too
	rest time.Duration // after a change, before the next look: many changes make one event
	life time.Duration // after which a stream ends; browsers begin another by themselves
}

var standardTempo = tempo{beat: 15 * time.Second, rest: 500 * time.Millisecond, life: 10 * time.Minute}

// How many streams there may be: a page more asks now and then instead.
const (
	streamsOfAll     = 500
	streamsOfSession = 4
)

// streams are those that are open.
type streams struct {
	mu   sync.Mutex
	of   map[string]int // how many of each session, by its id
	all  int
	stop chan struct{} // closed when the portal stops
	once sync.Once
}

func newStreams() *streams { return &streams{of: map[string]int{}, stop: make(chan struct{})} }

// enter counts one more, if there is room.
func (s *streams) enter(session string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= streamsOfAll || s.of[session] >= streamsOfSession {
		return false
	}
	s.all++
	s.of[session]++
	return true
}

func (s *streams) leave(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.of[session]--; s.of[session] == 0 {
		delete(s.of, session)
	}
}

// close ends them all, for good.
func (s *streams) close() { s.once.Do(func() { close(s.stop) }) }

// follow streams the changes of what the page that asks shows. It names the state
// that it shows, so that nothing is missed between the page and the stream.
func (p *Portal) follow(v *visit) error {
	if !p.streams.enter(v.session.id) {
		v.Set(fiber.HeaderRetryAfter, "30")
		return v.SendStatus(fiber.StatusTooManyRequests)
	}
	seen, about := v.Query("vu"), desk.ID(v.Query("demande"))
	v.Set(fiber.HeaderContentType, "text/event-stream")
	v.Set("X-Accel-Buffering", "no") // a proxy that keeps events for later makes them useless
	session, conn := v.session, v.Context().Conn()
	v.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer p.streams.leave(session.id)
		defer func() { // whatever calls this catches nothing
			if r := recover(); r != nil {
				p.Log.Error("stream stopped", "error", panicked(r))
			}
		}()
		_ = conn.SetWriteDeadline(time.Time{}) // that of pages would cut the stream
		p.stream(w, session, about, seen)
	})
	return nil
}

// stream writes until the session, the portal or the reader's patience ends.
func (p *Portal) stream(w *bufio.Writer, s session, about desk.ID, seen string) {
	ctx, cancel := context.WithTimeout(context.Background(), p.tempo.life)
	defer cancel()
	moved := p.moves(ctx)
	beat := time.NewTicker(p.tempo.beat)
	defer beat.Stop()
	if !send(w, "retry: 3000\n\n") {
		return
	}
	for {
		if _, open := p.sessions.get(s.id); !open || !p.Desk.View.Person(s.who).Known() {
			send(w, "event: fin\ndata:\n\n")
			return
		}
		if now := p.glimpse(s.who, about, p.Desk.Awaiting(s.who)); now != seen {
			seen = now
			if !send(w, "id: "+now+"\ndata: "+now+"\n\n") {
				return
			}
		}
		select {
		case <-moved:
		case <-beat.C:
			if !send(w, ":\n\n") {
				return
			}
		case <-s.done:
		case <-p.streams.stop:
			return
		case <-ctx.Done():
			return
		}
	}
}

// moves tells that the journal has moved, at most once in a rest.
func (p *Portal) moves(ctx context.Context) <-chan struct{} {
	moved := make(chan struct{})
	go func() {
		for {
			_, at := p.Desk.View.Request("")
			if p.Desk.Journal.Wait(ctx, at) != nil || p.Desk.View.CatchUp(ctx) != nil {
				return // beats go on
			}
			select {
			case moved <- struct{}{}:
			case <-ctx.Done():
				return
			}
			select {
			case <-time.After(p.tempo.rest):
			case <-ctx.Done():
				return
			}
		}
	}()
	return moved
}

// glimpse is a digest of what somebody sees that moves: their requests and those
// that wait for them, newest first, the one that they look at, and how the house is.
func (p *Portal) glimpse(who desk.UID, about desk.ID, waiting iter.Seq[desk.Request]) string {
	h := sha256.New()
	var line []byte
	note := func(r *desk.Request) { // by hand: it is done for each, on each page that moves
		line = append(line[:0], string(r.ID)+" "+string(r.State)+" "+string(r.Code)+" "...)
		for _, n := range [...]int{r.Version, len(r.Votes), r.Attempt, r.Looks, r.Step} {
			line = strconv.AppendInt(append(line, ' '), int64(n), 10)
		}
		_, _ = h.Write(strconv.AppendBool(append(line, ' '), r.Reminded))
	}
	for _, q := range []desk.Query{{By: who, Limit: 1}, {By: who, States: desk.Unfinished()}} {
		for r := range p.Desk.View.Requests(q) {
			note(&r)
		}
	}
	_, _ = fmt.Fprintln(h)
	for r := range waiting {
		note(&r)
	}
	_, _ = fmt.Fprintln(h)
	if r, err := p.Desk.Request(who, desk.Portal, about); err == nil {
		note(&r)
	}
	freeze, frozen := p.Desk.View.Freeze()
	directory, partage := p.Desk.View.Ages()
	_, _ = fmt.Fprintln(h, frozen, freeze.Seq, directory.Unix(), partage.Unix())
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// send writes at once; false if nobody reads any more.
func send(w *bufio.Writer, text string) bool {
	_, err := w.WriteString(text)
	return err == nil && w.Flush() == nil
}

// watched is a page that learns when what it shows has changed.
func (p *Portal) watched(v *visit, about desk.ID, title string, pairs ...string) page {
	watch := pathFollow + "?vu=" + p.glimpse(v.me.UID, about, backward(p.waiting(v)))
	if about != "" {
		watch += "&demande=" + escape(string(about))
	}
	pg := p.page(v, title, pairs...)
	pg.watch = watch
	return pg
}

func backward(all []desk.Request) iter.Seq[desk.Request] {
	return func(yield func(desk.Request) bool) {
		for _, r := range slices.Backward(all) {
			if !yield(r) {
				return
			}
		}
	}
}
