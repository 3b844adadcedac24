package bot

import (
	"strings"
	"testing"
)

// What is let through at once is what would have been left as it is.
func TestPlainTextIsLeftAsItIs(t *testing.T) {
	for s, want := range map[string]string{
		"bob@u.fr": "bob@u.fr", "a b": "a b", "": "", " a": "a", "a ": "a", "a  b": "a b", "a\tb": "a b", "a\x7fb": "ab",
		strings.Repeat("x", longest): strings.Repeat("x", longest), strings.Repeat("x", longest+1): strings.Repeat("x", longest) + "…",
	} {
		if got := clean(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}
