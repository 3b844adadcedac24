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
	"slices"
	"sync"
	"time"
)

// A ledger is the file that keeps the writes of a server: doing them all again
// gives its state. A write is there before it is answered, in the hands of the
// system: the end of the process, whatever ends it, loses none. That of the
// machine may, unless Config.Sync has each of them on the disk first. The file
// grows with each write, by some 200 bytes, and nothing shortens it: delete it to
// begin anew.
type ledger struct {
	mu       sync.Mutex
	file     *os.File
	broken   error // why the last write was not kept
	promises int   // writes accepted for later, since the file began
	torn     int   // bytes of a last line that was cut short
}

// A line is a write that was done: or, with a due time, one that was accepted and
// is not done yet. Passwords are masked: no answer depends on them.
type line struct {
	At        time.Time  `json:"at,omitzero"`
	Method    string     `json:"method,omitempty"`
	Domain    string     `json:"domain"`
	Form      url.Values `json:"form,omitempty"`
	Under     terms      `json:"under,omitzero"`
	Due       time.Time  `json:"due,omitzero"`
	Overtaken bool       `json:"overtaken,omitempty"` // due, or right after the next write
	Was       int        `json:"was,omitempty"`       // the promise it keeps: the first one of the file is 1
	Void      bool       `json:"void,omitempty"`      // it could no longer be done
}

// version is that of the lines and of the computed universities.
const version = 2

// A heading is the first line of the file: the populations the writes change.
type heading struct {
	Version      int        `json:"version"`
	Universities []Founding `json:"universities"`
}

func (s *Server) heading() []byte {
	h := heading{Version: version}
	for _, home := range s.all {
		h.Universities = append(h.Universities, home.u.Founding())
	}
	text, _ := json.Marshal(h) // plain fields
	return append(text, '\n')
}

// write adds a line. One that cannot be kept is the last one: what the file says
// must be what readers saw.
func (l *ledger) write(said line, sync bool) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return
	}
	text, err := json.Marshal(said)
	if err == nil {
		_, err = l.file.Write(append(text, '\n'))
	}
	if err == nil && sync {
		err = l.file.Sync()
	}
	if err != nil {
		l.broken = fmt.Errorf("keep write: %w", err)
	}
}

func (l *ledger) failed() bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.broken != nil
}

func (c call) line() line {
	return line{At: c.at, Method: c.method, Domain: c.domain.Name, Form: c.form.masked(), Under: c.under}
}

// keep adds a write that was done.
func (s *Server) keep(l late) {
	said := l.line()
	said.Was = l.promise
	s.ledger.write(said, s.config().Sync)
}

// promise adds a write that will be done, and numbers it.
func (s *Server) promise(l late) int {
	if s.ledger == nil {
		return 0
	}
	said := l.line()
	said.Due, said.Overtaken = l.at, l.overtaken
	s.ledger.mu.Lock()
	s.ledger.promises++
	number := s.ledger.promises
	s.ledger.mu.Unlock()
	s.ledger.write(said, s.config().Sync)
	return number
}

// forgo tells that a promised write could no longer be done.
func (s *Server) forgo(l late) {
	if l.promise > 0 {
		s.ledger.write(line{Domain: l.domain.Name, Was: l.promise, Void: true}, s.config().Sync)
	}
}

// restore does again the writes of the file, then opens it for more. A last
// line cut short, by a crash, is dropped: nobody was answered.
func (s *Server) restore(path string) error {
	head := s.heading()
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(path, head); err != nil {
			return fmt.Errorf("create state: %w", err)
		}
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open state: %w", err)
	}
	l := &ledger{file: file}
	sound, err := s.redo(l, bufio.NewReader(file), head)
	if err == nil && l.torn > 0 {
		err = file.Truncate(sound)
	}
	if err == nil {
		_, err = file.Seek(sound, io.SeekStart)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("read state: %w", err), file.Close())
	}
	for _, home := range s.all {
		home.ledger = l
	}
	return nil
}

// redo reads the file, and tells how much of it is whole lines.
func (s *Server) redo(l *ledger, r *bufio.Reader, head []byte) (sound int64, err error) {
	for n := 1; ; n++ {
		text, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) && n > 1 {
			l.torn = len(text)
			return sound, nil
		}
		if n == 1 && !bytes.Equal(text, head) {
			return 0, fmt.Errorf("it begins with %.200q, not with %q", bytes.TrimSpace(text), bytes.TrimSpace(head))
		}
		if err != nil {
			return 0, err
		}
		sound += int64(len(text))
		if n == 1 {
			continue
		}
		if err := s.redoLine(l, text); err != nil {
			return 0, fmt.Errorf("line %d: %w", n, err)
		}
	}
}

func (s *Server) redoLine(l *ledger, text []byte) error {
	var said line
	if err := json.Unmarshal(text, &said); err != nil {
		return err
	}
	home, d := s.of(said.Domain)
	if d == nil {
		return fmt.Errorf("no domain %q", said.Domain)
	}
	if said.Was > 0 {
		i := slices.IndexFunc(home.late, func(l late) bool { return l.promise == said.Was })
		if i < 0 {
			return fmt.Errorf("no promise %d", said.Was)
		}
		home.late = slices.Delete(home.late, i, i+1)
	}
	if said.Void {
		return nil
	}
	c := call{method: said.Method, domain: d, form: form(said.Form), at: said.At, under: said.Under}
	if !said.Due.IsZero() && s.methods[said.Method].write {
		c.at = said.Due
		l.promises++
		home.late = append(home.late, late{call: c, write: -1, overtaken: said.Overtaken, promise: l.promises})
		return nil
	}
	if !s.methods[said.Method].write || !home.do(c) {
		return fmt.Errorf("%.40q cannot be done again", said.Method)
	}
	return nil
}

// create writes a file whole, or none.
func create(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // nothing is there once it is renamed
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}

// Torn is how many bytes of a write that was being kept when the process was
// killed were dropped at the start: nobody had been told that it was done.
func (s *Server) Torn() int {
	if s.ledger == nil {
		return 0
	}
	return s.ledger.torn
}

// Close ends the file, and tells if a write could not be kept there. A server
// without a file need not be closed.
func (s *Server) Close() error {
	l := s.ledger
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := errors.Join(l.broken, l.file.Sync(), l.file.Close())
	if l.file = nil; l.broken == nil {
		l.broken = errors.New("keep write: the server is closed")
	}
	return err
}
