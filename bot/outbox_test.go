package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/internal/desk"
)

// A wire is a chat that forgets the keys of messages at once, as the server does
// after a while, and that loses some of what goes through it. Several nodes hang
// on it.
type wire struct {
	*chat
	mu    sync.Mutex
	posts []bot.Message
	ears  []bot.Ears
	fate  func() (reaches, answered bool) // of the next post; nil: both
}

var errLost = errors.New("lost")

func (w *wire) Post(_ context.Context, m bot.Message) (desk.Post, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	reaches, answered := true, true
	if w.fate != nil {
		reaches, answered = w.fate()
	}
	if !m.Since.IsZero() {
		if i := w.find(m); i >= 0 {
			return w.post(i), nil
		}
	}
	if reaches {
		w.posts = append(w.posts, m)
	}
	if !reaches || !answered {
		return desk.Post{}, errLost
	}
	return w.post(len(w.posts) - 1), nil
}

func (w *wire) find(m bot.Message) int {
	return slices.IndexFunc(w.posts, func(p bot.Message) bool { return p.Key == m.Key && p.Channel == m.Channel })
}

func (w *wire) post(i int) desk.Post {
	return desk.Post{Channel: w.posts[i].Channel, ID: fmt.Sprint("post", i)}
}

func (w *wire) Find(_ context.Context, m bot.Message) (desk.Post, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.find(m); i >= 0 && !m.Since.IsZero() {
		return w.post(i), nil
	}
	return desk.Post{}, nil
}

func (w *wire) Listen(ctx context.Context, ears bot.Ears) error {
	w.mu.Lock()
	w.ears = append(w.ears, ears)
	w.mu.Unlock()
	<-ctx.Done()
	return ctx.Err()
}

func (w *wire) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.posts)
}

// loses has the wire do this to the next n posts.
func (w *wire) loses(n int, reaches, answered bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fate = func() (bool, bool) {
		if n--; n >= 0 {
			return reaches, answered
		}
		return true, true
	}
}

// nodes are n bots on one wire and one journal, at the bubble's clock.
func nodes(t *testing.T, n int) (*house, *wire, []*bot.Bot) {
	t.Helper()
	h := newHouse(t)
	h.desk.Now, h.memory.read = time.Now, time.Now()
	w := &wire{chat: h.chat}
	var bots []*bot.Bot
	for range n {
		bots = append(bots, got(bot.New(bot.Config{Desk: h.desk, Chat: w, Secret: secret, Channel: h.chat.Channel(), URL: "http://room", Link: "https://portal/lier",
			Approvers: func() []string { return nil }, Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler)})))
	}
	return h, w, bots
}

// listening starts each node; what is returned stops them all.
func listening(t *testing.T, bots []*bot.Bot) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for _, b := range bots {
		all.Go(func() {
			if err := b.Listen(ctx); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
	}
	return func() { cancel(); all.Wait() }
}

func said(i int) bot.Heard {
	return bot.Heard{Account: room.Account("marie"), Channel: "direct", Post: fmt.Sprint("m", i), Text: fmt.Sprintf("quota bob %dGo", i+2)}
}

func TestEachMessageIsAnsweredByOneNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, w, bots := nodes(t, 3)
		stop := listening(t, bots)
		var all sync.WaitGroup
		for i := range 40 {
			for _, e := range w.ears {
				all.Go(func() { must(t, e.Message(t.Context(), said(i))) })
			}
		}
		all.Wait()
		time.Sleep(10 * time.Minute) // whoever came second looks again, and finds the answer
		if len(h.ids()) != 40 || w.count() != 40 {
			t.Errorf("%d requests, %d answers", len(h.ids()), w.count())
		}
		stop()
	})
}

// A mention in a channel is answered in person, and noted in the channel, once
// each: by one node, and whatever is lost on the way.
func TestAMentionIsAnsweredOnce(t *testing.T) {
	for name, lost := range map[string]int{"nothing lost": 0, "answer lost": 1, "note lost": 2} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, w, bots := nodes(t, 2)
				stop := listening(t, bots)
				mention := said(0)
				mention.Public = true
				posts := 0
				w.fate = func() (reaches, answered bool) { posts++; return true, posts != lost }
				if err := w.ears[0].Message(t.Context(), mention); (err == nil) != (lost == 0) {
					t.Fatal(err)
				}
				must(t, w.ears[1].Message(t.Context(), mention))
				must(t, w.ears[0].Message(t.Context(), mention))
				time.Sleep(10 * time.Minute)
				if len(h.ids()) != 1 || w.count() != 2 {
					t.Errorf("%d requests, %d posts", len(h.ids()), w.count())
				}
				stop()
			})
		})
	}
}

// Whatever the wire loses, and whichever node dies, a message is answered once.
func TestAMessageIsAnsweredOnce(t *testing.T) {
	for name, tt := range map[string]struct{ reaches, answered, dies bool }{
		"answer lost":             {true, false, false},
		"post lost":               {false, false, false},
		"answer lost, node dies":  {true, false, true},
		"post lost, node dies":    {false, false, true},
		"claimed, then node dies": {false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, w, bots := nodes(t, 2)
				stop := listening(t, bots)
				w.loses(1, tt.reaches, tt.answered)
				if err := w.ears[0].Message(t.Context(), said(0)); err == nil {
					t.Fatal("nothing was lost")
				}
				must(t, w.ears[1].Message(t.Context(), said(0)))
				if !tt.dies { // it is handed over again after a new connection
					must(t, w.ears[0].Message(t.Context(), said(0)))
				}
				time.Sleep(10 * time.Minute)
				if len(h.ids()) != 1 || w.count() != 1 {
					t.Errorf("%d requests, %d answers", len(h.ids()), w.count())
				}
				stop()
			})
		})
	}
}

func TestACardIsPostedOnceWhateverIsLost(t *testing.T) {
	for name, tt := range map[string]struct{ reaches, answered, dies bool }{
		"nothing":                {true, true, false},
		"answer lost":            {true, false, false},
		"post lost":              {false, false, false},
		"answer lost, node dies": {true, false, true},
		"post lost, node dies":   {false, false, true},
		"posted, node dies":      {true, true, true}, // before it is announced
	} {
		for _, role := range []desk.Role{desk.ToApprovers, desk.ToAsker} {
			t.Run(name+", "+string(role), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h, w, bots := nodes(t, 2)
					a := got(desk.NewAction(desk.AliasAdd, "bob@u.fr", map[string]string{"alias": "contact@u.fr"}))
					r := got(h.desk.Ask(t.Context(), desk.Asking{By: "marie", Via: desk.Chat, Action: a, Key: "k"}))
					w.loses(1, tt.reaches, tt.answered)
					_, err := bots[0].Tell(t.Context(), role, r)
					if (err == nil) != tt.answered {
						t.Fatal(err)
					}
					now, _ := h.Request(r.ID)
					if _, err := bots[1].Tell(t.Context(), role, now); !errors.Is(err, desk.ErrElsewhere) {
						t.Errorf("the other node: %v", err)
					}
					teller, other := bots[0], bots[1]
					if tt.dies {
						teller, other = bots[1], bots[0]
						time.Sleep(time.Minute)
					}
					at := got(teller.Tell(t.Context(), role, now))
					must(t, h.desk.Announce(t.Context(), r.ID, desk.Announced{Role: role, Post: at, Shows: r.State}))
					if _, err := other.Tell(t.Context(), role, now); !errors.Is(err, desk.ErrElsewhere) {
						t.Errorf("after it is announced: %v", err)
					}
					if w.count() != 1 {
						t.Errorf("%d posts", w.count())
					}
				})
			})
		}
	}
}

// Twenty nodes are told of a request at the same moment.
func TestOneNodePosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, w, bots := nodes(t, 20)
		a := got(desk.NewAction(desk.AliasAdd, "bob@u.fr", map[string]string{"alias": "contact@u.fr"}))
		r := got(h.desk.Ask(t.Context(), desk.Asking{By: "marie", Via: desk.Chat, Action: a, Key: "k"}))
		var all sync.WaitGroup
		for _, b := range bots {
			all.Go(func() {
				if _, err := b.Tell(t.Context(), desk.ToApprovers, r); err != nil && !errors.Is(err, desk.ErrElsewhere) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if w.count() != 1 {
			t.Errorf("%d posts", w.count())
		}
	})
}

// A chat that is down for a day does not fill the journal.
func TestADayWithoutChatIsShortInTheJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, w, bots := nodes(t, 2)
		a := got(desk.NewAction(desk.AliasAdd, "bob@u.fr", map[string]string{"alias": "contact@u.fr"}))
		r := got(h.desk.Ask(t.Context(), desk.Asking{By: "marie", Via: desk.Chat, Action: a, Key: "k"}))
		w.loses(1<<30, false, false)
		for began := time.Now(); time.Since(began) < 24*time.Hour; time.Sleep(5 * time.Second) {
			for _, b := range bots {
				now, _ := h.Request(r.ID)
				if _, err := b.Tell(t.Context(), desk.ToApprovers, now); err == nil {
					t.Fatal("told")
				}
			}
		}
		if n := len(h.all()); n > 400 {
			t.Errorf("%d events", n)
		}
	})
}

// Where nothing can be written, people are told so.
func TestAMessageIsAnsweredWithoutAJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, w, bots := nodes(t, 1)
		h.desk.Journal = slow{h.memory}
		stop := listening(t, bots)
		must(t, w.ears[0].Message(t.Context(), said(0)))
		if w.count() != 1 || !strings.Contains(w.posts[0].Line, "do not know whether") {
			t.Errorf("said %+v", w.posts)
		}
		stop()
	})
}
