package partage

import (
	"fmt"
	"log/slog"
)

const masked = "•••"

// A Secret is a text that no print, log or encoding shows: all of them give
// "•••". The zero value holds the empty text.
type Secret struct {
	// A pointer, because fmt reads unexported fields of an enclosing struct
	// without calling the methods below: it then prints an address.
	text *string
}

// NewSecret hides text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the hidden text, for the one place that must send it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty reports whether there is nothing to hide.
func (s Secret) Empty() bool { return s.Reveal() == "" }

func (Secret) String() string                  { return masked }
func (Secret) GoString() string                { return masked }
func (Secret) Format(f fmt.State, _ rune)      { _, _ = f.Write([]byte(masked)) }
func (Secret) MarshalText() ([]byte, error)    { return []byte(masked), nil }
func (Secret) MarshalJSON() ([]byte, error)    { return []byte(`"` + masked + `"`), nil }
func (Secret) LogValue() slog.Value            { return slog.StringValue(masked) }
func (s *Secret) UnmarshalText(b []byte) error { *s = NewSecret(string(b)); return nil }
