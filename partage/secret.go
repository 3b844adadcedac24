package partage

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"
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

// String hides the secret, as does every other way of printing it.
func (Secret) String() string { return masked }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return masked }

// Format hides the secret from every verb of fmt.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(masked)) }

// MarshalText hides the secret from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// MarshalJSON hides the secret from JSON.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + masked + `"`), nil }

// LogValue hides the secret from logs.
func (Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// UnmarshalText takes a secret from a configuration.
func (s *Secret) UnmarshalText(b []byte) error { *s = NewSecret(string(b)); return nil }

// IsSecret reports whether the value of a parameter, or of an attribute, must
// not be shown: passwords, hashes of them, signatures and keys.
func IsSecret(param string) bool {
	name := strings.ToLower(strings.TrimSuffix(param, "[]"))
	return strings.HasSuffix(name, "password") || strings.Contains(name, "preauth")
}

// secrets are the values of form that must not come out, as they are and as
// they are written on the wire.
func secrets(form url.Values) []Secret {
	var found []Secret
	for name, values := range form {
		if !IsSecret(name) {
			continue
		}
		for _, v := range values {
			found = append(found, NewSecret(v), NewSecret(url.QueryEscape(v)))
		}
	}
	return found
}
