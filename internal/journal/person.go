package journal

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/unistra/melusine/internal/desk"
)

// persons gives everybody whom the events name a number and a key. It is kept
// apart from the events: what is destroyed here is lost to every copy of them.
type persons struct {
	db     *sql.DB
	random io.Reader // nil: only to be read
	scrub  func(context.Context, *sql.DB) error
	// patiently does it again while the database is away.
	patiently func(context.Context, func() error) error

	mu     sync.RWMutex
	known  map[int64]person
	number map[desk.UID]int64
}

// A person without a key was forgotten.
type person struct {
	login desk.UID
	key   cipher.AEAD
}

const (
	keySize = 32
	nobody  = 0
)

// open reads everybody.
func (p *persons) open(ctx context.Context) error {
	p.known, p.number = map[int64]person{nobody: {}}, map[desk.UID]int64{"": nobody}
	return p.load(ctx, `SELECT number, login, key FROM person`)
}

// load takes in the rows of a question.
func (p *persons) load(ctx context.Context, query string, args ...any) error {
	return p.patiently(ctx, func() error { return p.ask(ctx, query, args...) })
}

func (p *persons) ask(ctx context.Context, query string, args ...any) error {
	rows, err := p.db.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read persons: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var login sql.NullString
		var key []byte
		if err := rows.Scan(&n, &login, &key); err != nil {
			return fmt.Errorf("read person: %w", err)
		}
		if err := p.learn(n, desk.UID(login.String), key); err != nil {
			return fmt.Errorf("read person %d: %w", n, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read persons: %w", err)
	}
	return nil
}

func (p *persons) learn(n int64, login desk.UID, key []byte) error {
	who := person{login: desk.UID(fmt.Sprintf("#%d", n))}
	if key != nil {
		block, err := aes.NewCipher(key)
		if err != nil {
			return err
		}
		if who.key, err = cipher.NewGCM(block); err != nil {
			return err
		}
		who.login = login
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if who.key != nil {
		p.number[login] = n
	}
	p.known[n] = who
	return nil
}

// of is the person with a number, perhaps met on another node a moment ago. One
// who is missing was not forgotten: an older copy of the persons was put back.
func (p *persons) of(ctx context.Context, n int64) (person, error) {
	if who, ok := p.have(n); ok {
		return who, nil
	}
	if err := p.load(ctx, `SELECT number, login, key FROM person WHERE number = $1`, n); err != nil {
		return person{}, err
	}
	if who, ok := p.have(n); ok {
		return who, nil
	}
	return person{}, fmt.Errorf("person %d: %w", n, ErrNoPerson)
}

// ErrNoPerson says that an event names somebody whose key is not there, and who
// was not forgotten.
var ErrNoPerson = errors.New("not among the persons kept beside the journal: put their latest copy back")

func (p *persons) have(n int64) (person, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	who, ok := p.known[n]
	return who, ok
}

// called is the number of a login; a new one is durable when it returns.
func (p *persons) called(ctx context.Context, login desk.UID) (int64, error) {
	if strings.HasPrefix(string(login), "#") {
		return 0, fmt.Errorf("person %s was forgotten", login)
	}
	var err error
	for tries := 0; ; tries++ { // another node may be as fast, with this login or this number
		if n, ok := p.numbered(login); ok {
			return n, nil
		}
		if tries == 10 {
			return 0, fmt.Errorf("meet a new person: %w", err)
		}
		err = p.patiently(ctx, func() error { return p.meet(ctx, login) })
		if err := p.load(ctx, `SELECT number, login, key FROM person WHERE login = $1`, string(login)); err != nil {
			return 0, err
		}
	}
}

func (p *persons) numbered(login desk.UID) (int64, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	n, ok := p.number[login]
	return n, ok
}

// meet adds a person. Numbers are never given again: the row of somebody
// forgotten stays, empty.
func (p *persons) meet(ctx context.Context, login desk.UID) error {
	key := make([]byte, keySize)
	if _, err := io.ReadFull(p.random, key); err != nil {
		return fmt.Errorf("draw key: %w", err)
	}
	_, err := p.db.ExecContext(ctx, `INSERT INTO person (number, login, key) SELECT COALESCE(MAX(number), 0) + 1, $1, $2 FROM person`, string(login), key)
	return err
}

// forget destroys a key and a login.
func (p *persons) forget(ctx context.Context, n int64) error {
	who, ok := p.have(n)
	if ok && who.key == nil {
		return nil
	}
	if p.random != nil {
		if err := p.patiently(ctx, func() error { return p.destroy(ctx, n) }); err != nil {
			return fmt.Errorf("forget person %d: %w", n, err)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.number, who.login)
	p.known[n] = person{login: desk.UID(fmt.Sprintf("#%d", n))}
	return nil
}

func (p *persons) destroy(ctx context.Context, n int64) error {
	done, err := p.db.ExecContext(ctx, `UPDATE person SET login = NULL, key = NULL WHERE number = $1 AND key IS NOT NULL`, n)
	if err != nil {
		return err
	}
	if rows, err := done.RowsAffected(); err != nil || rows == 0 {
		return err // another node has done it
	}
	return p.scrub(ctx, p.db)
}
