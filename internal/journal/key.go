package journal

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	sumdb "golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/unistra/melusine/internal/desk"
)

// errKey tells nothing of what was read.
var errKey = errors.New("not a key of melusine history key")

// DrawKey makes the text of a signing key for a site.
func DrawKey(random io.Reader, origin string) (string, error) {
	text, _, err := sumdb.GenerateKey(random, origin)
	if err == nil {
		_, err = NewKey(text)
	}
	if err != nil {
		return "", fmt.Errorf("draw history key for %q, a name without spaces or plus signs: %w", origin, err)
	}
	return text, nil
}

// A Key signs the checkpoints of a site. It cannot be printed.
type Key struct {
	signer sumdb.Signer
	public string
}

// NewKey reads what DrawKey made. Its name is the origin of what it signs.
func NewKey(text string) (Key, error) {
	signer, err := sumdb.NewSigner(text)
	if err != nil {
		return Key{}, fmt.Errorf("read history key: %w", errKey)
	}
	seed, err := base64.StdEncoding.DecodeString(strings.SplitN(text, "+", 5)[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize { // after the number of the algorithm
		return Key{}, fmt.Errorf("read history key: %w", errKey)
	}
	secret := ed25519.NewKeyFromSeed(seed[1:])
	public, err := sumdb.NewEd25519VerifierKey(signer.Name(), secret.Public().(ed25519.PublicKey))
	if err != nil {
		return Key{}, fmt.Errorf("read history key: %w", errKey)
	}
	return Key{signer, public}, nil
}

// String hides the key.
func (Key) String() string { return "•••" }

// GoString hides it in %#v.
func (Key) GoString() string { return "•••" }

// Public is the key by which anybody verifies.
func (k Key) Public() string { return k.public }

// Sign makes the note of a checkpoint.
func (k Key) Sign(size desk.Seq, root tlog.Hash) ([]byte, error) {
	text := Checkpoint{Origin: k.signer.Name(), Size: size, Root: root}.String()
	signed, err := sumdb.Sign(&sumdb.Note{Text: text}, k.signer)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	return signed, nil
}
