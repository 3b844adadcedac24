package simulator

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// A line is a write that was done, as the file of a server keeps it: doing them
// all again gives the state. Passwords are masked: no answer depends on them.
type line struct {
	At     time.Time  `json:"at"`
	Method string     `json:"method"`
	Domain string     `json:"domain"`
	Form   url.Values `json:"form"`
}

// A heading is the first line of the file: the population the writes change.
type heading struct {
	Domain   string `json:"domain"`
	Accounts int    `json:"accounts"`
}

func (u *University) heading() heading { return heading{u.domains[0].Name, u.Size()} }

// do carries out one write, and reports whether it changed anything.
func (s *Server) do(c call) bool {
	_, change := s.methods[c.method].run(s, c)
	if change == nil || !change() {
		return false
	}
	s.history = append(s.history, c)
	return true
}

// keep adds a write that was done to the file. One that cannot be kept is the
// last one: what the file says must be what readers saw.
func (s *Server) keep(c call) {
	if s.file == nil || s.broken != nil {
		return
	}
	text, err := json.Marshal(line{c.at, c.method, c.domain.Name, c.form.masked()})
	if err == nil {
		_, err = s.file.Write(append(text, '\n'))
	}
	if err != nil {
		s.broken = fmt.Errorf("keep write: %w", err)
	}
}

// restore does again the writes of the file, then opens it for more. A last
// line cut short, by a crash, is dropped.
func (s *Server) restore(path string) error {
	whole, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		head, _ := json.Marshal(s.u.heading()) // two plain fields
		whole, err = append(head, '\n'), replace(path, append(head, '\n'))
	}
	if err != nil {
		return fmt.Errorf("read state: %w", err)
	}
	sound := whole[:bytes.LastIndexByte(whole, '\n')+1]
	if err := s.redo(sound); err != nil {
		return fmt.Errorf("read state: %w", err)
	}
	if len(sound) < len(whole) {
		if err := replace(path, sound); err != nil {
			return fmt.Errorf("repair state: %w", err)
		}
	}
	if s.file, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return fmt.Errorf("open state: %w", err)
	}
	return nil
}

func (s *Server) redo(lines []byte) error {
	r := bufio.NewReader(bytes.NewReader(lines))
	for n := 1; ; n++ {
		text, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) && n > 1 {
			return nil
		}
		if n == 1 {
			var h heading
			if json.Unmarshal(text, &h) != nil || h != s.u.heading() {
				return fmt.Errorf("line 1 is not that of %d accounts under %s", s.u.Size(), s.u.domains[0].Name)
			}
			continue
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		d, found := s.u.domain(l.Domain)
		if !found || !s.methods[l.Method].write || !s.do(call{l.Method, d, form(l.Form), l.At}) {
			return fmt.Errorf("line %d: %.40q cannot be done again", n, l.Method)
		}
	}
}

// replace writes a file whole, or leaves the one there was.
func replace(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // nothing is there once it is renamed
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	return nil
}

// Close ends the file, and tells if a write could not be kept there. A server
// without a file need not be closed.
func (s *Server) Close() error {
	s.state.Lock()
	defer s.state.Unlock()
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.broken, s.file.Close())
	if s.file = nil; s.broken == nil {
		s.broken = errors.New("keep write: the server is closed")
	}
	return err
}

// A replica is the same server some time ago: what a reader sees of another
// machine that lags behind.
type replica struct {
	mu     sync.Mutex
	server *Server
	done   int // how many writes of the history
	at     time.Time
}

// lagging answers a read as it would have been answered some time ago.
func (s *Server) lagging(m method, c call, lag time.Duration) answer {
	r, at := &s.replica, c.at.Add(-lag)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.server == nil || r.at.After(at) {
		r.server, r.done = blank(s.cfg), 0
	}
	for r.at = at; r.done < len(s.history) && !s.history[r.done].at.After(at); r.done++ {
		r.server.do(s.history[r.done])
	}
	got, _ := m.run(r.server, c)
	return got
}
