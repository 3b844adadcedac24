package bot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// A lax server takes whatever commands it is given, of one team.
type lax struct {
	mu       sync.Mutex
	commands []*model.Command
	early    [2]sync.WaitGroup // the first two lists, and the next two, are answered together
	lists    int
	made     []int64 // when the next ones are said to be made, first is the oldest
	deleted  int
}

func (l *lax) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	switch at := strings.TrimPrefix(r.URL.Path, "/api/v4"); {
	case at == "/users/me":
		answer(model.User{Id: "me"})
	case strings.HasSuffix(at, "/teams"):
		answer([]*model.Team{{Id: "team", Name: "one"}})
	case r.Method == http.MethodGet && at == "/commands":
		l.mu.Lock()
		all, round := slices.Clone(l.commands), l.lists/2
		l.lists++
		l.mu.Unlock()
		if round < len(l.early) {
			l.early[round].Done()
			l.early[round].Wait()
		}
		if round > 0 { // both have been created by now
			l.mu.Lock()
			all = slices.Clone(l.commands)
			l.mu.Unlock()
		}
		answer(all)
	case r.Method == http.MethodPost:
		var c model.Command
		_ = json.NewDecoder(r.Body).Decode(&c)
		l.mu.Lock()
		c.Id = fmt.Sprintf("id%d", len(l.made))
		c.Token, c.CreateAt, l.made = "token"+c.Id, l.made[0], l.made[1:]
		l.commands = append(l.commands, &c)
		l.mu.Unlock()
		w.WriteHeader(http.StatusCreated)
		answer(c)
	case r.Method == http.MethodDelete:
		l.mu.Lock()
		defer l.mu.Unlock()
		n := len(l.commands)
		l.commands = slices.DeleteFunc(l.commands, func(c *model.Command) bool { return c.Id == path.Base(at) })
		if l.deleted++; len(l.commands) == n {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		answer(map[string]string{"status": "OK"})
	default:
		http.NotFound(w, r)
	}
}

// Two nodes that create the command in one instant, where the server lets both, settle
// on the older one, whichever was made first; a third changes nothing.
func TestNodesSettleOnTheOldestCommand(t *testing.T) {
	for name, made := range map[string][]int64{"the first is older": {1, 2}, "the second is older": {2, 1}, "of one millisecond": {1, 1}} {
		t.Run(name, func(t *testing.T) {
			server := &lax{made: made}
			for i := range server.early {
				server.early[i].Add(2)
			}
			m := fake(t, server.ServeHTTP)
			m.admin = m.bot
			var nodes sync.WaitGroup
			known := make([][]string, 2)
			for i := range known {
				nodes.Go(func() {
					var err error
					if known[i], err = m.Commands(t.Context(), "melusine", "http://x/slash"); err != nil {
						t.Error(err)
					}
				})
			}
			nodes.Wait()
			if len(server.commands) != 1 || server.deleted == 0 || !slices.Equal(known[0], known[1]) {
				t.Fatalf("%d commands, %d deleted, known are %v", len(server.commands), server.deleted, known)
			}
			kept := server.commands[0]
			if kept.CreateAt != 1 {
				t.Errorf("the younger one stays")
			}
			deleted := server.deleted
			tokens, err := m.Commands(t.Context(), "melusine", "http://x/slash")
			if err != nil || !slices.Equal(tokens, []string{kept.Token}) || server.deleted != deleted {
				t.Errorf("%v, %v, %d deleted", tokens, err, server.deleted)
			}
		})
	}
}
