package directory

import (
	"bufio"
	"io"
	"net"
	"sync"
)

// A tap is a connection from which the entries of an answer are taken before the
// library sees them; all else goes through. The library reads from it in one
// goroutine, in order: when it has the end of an answer, all its entries are here.
type tap struct {
	net.Conn
	from    *bufio.Reader
	through []byte // of a message that goes through, not yet read

	mu      sync.Mutex
	open    bool
	entries []*record
	err     error // of an entry that cannot be read
}

func newTap(conn net.Conn) *tap { return &tap{Conn: conn, from: bufio.NewReaderSize(conn, 64<<10)} }

// collect has entries taken, from now until drain.
func (t *tap) collect() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open, t.entries, t.err = true, nil, nil
}

// drain gives what was taken.
func (t *tap) drain() ([]*record, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open = false
	return t.entries, t.err
}

// Read is net.Conn's.
func (t *tap) Read(to []byte) (int, error) {
	for len(t.through) == 0 {
		message, err := t.message()
		if err != nil {
			return 0, err
		}
		if !t.take(message) {
			t.through = message
		}
	}
	n := copy(to, t.through)
	t.through = t.through[n:]
	return n, nil
}

// message reads one whole message.
func (t *tap) message() ([]byte, error) {
	var begin, length int
	for n := 2; ; n++ {
		head, err := t.from.Peek(n)
		if err != nil {
			return nil, err
		}
		if _, begin, length = header(string(head)); begin > 0 {
			break
		}
		if n == 6 {
			return nil, errBER
		}
	}
	whole := make([]byte, begin+length)
	_, err := io.ReadFull(t.from, whole)
	return whole, err
}

// take keeps an entry, if entries are collected.
func (t *tap) take(message []byte) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.open {
		return false
	}
	text := string(message)
	if !isEntry(text) {
		return false
	}
	r, err := decode(text)
	if err != nil {
		t.err = err
		return true
	}
	t.entries = append(t.entries, r)
	return true
}
