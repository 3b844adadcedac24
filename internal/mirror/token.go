package mirror

import (
	"fmt"
	"maps"
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// tokens are the keys to the API.
type tokens struct {
	byID     map[string]desk.Token
	byDigest map[string]string // ID
	of       map[desk.UID][]string
}

func newTokens() tokens {
	return tokens{map[string]desk.Token{}, map[string]string{}, map[desk.UID][]string{}}
}

func (t *tokens) add(e desk.Event) error {
	switch f := e.Fact.(type) {
	case desk.TokenIssued:
		if _, twice := t.byDigest[f.Digest]; twice || f.Digest == "" || e.By == "" {
			return fmt.Errorf("token issued twice, or to nobody: %w", desk.ErrIllegal)
		}
		issued := desk.Token{ID: desk.TokenName(e.Seq), Of: e.By, Name: f.Name, Powers: f.Powers, Issued: e.At, Until: f.Until}
		t.byID[issued.ID], t.byDigest[f.Digest] = issued, issued.ID
		t.of[e.By] = append(t.of[e.By], issued.ID)
	case desk.TokenEnded:
		ended := t.byID[f.Token]
		if ended.ID == "" || !ended.Ended.IsZero() || ended.Of != f.Of {
			return fmt.Errorf("%s ended, which does not stand: %w", f.Token, desk.ErrIllegal)
		}
		ended.Ended = e.At
		t.byID[f.Token] = ended
	}
	return nil
}

// Token is desk.Fold's.
func (m *Mirror) Token(id string) desk.Token {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.tokens.byID[id]
}

// TokenOf is desk.Fold's.
func (m *Mirror) TokenOf(digest string) desk.Token {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.tokens.byID[m.tokens.byDigest[digest]]
}

// Bearers is desk.Fold's.
func (m *Mirror) Bearers() []desk.UID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return slices.Sorted(maps.Keys(m.tokens.of))
}

// Tokens is desk.Fold's.
func (m *Mirror) Tokens(of desk.UID) []desk.Token {
	m.mu.RLock()
	defer m.mu.RUnlock()
	all := make([]desk.Token, 0, len(m.tokens.of[of]))
	for _, id := range m.tokens.of[of] {
		all = append(all, m.tokens.byID[id])
	}
	return all
}
