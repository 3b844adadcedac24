package phrase

import (
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Why reads "pourquoi quota bob 12Go": an action that somebody wonders about and
// does not ask for. ok is false for anything else, "pourquoi D-12" among it.
func Why(text string) (o Order, ok bool, err error) {
	text, err = clean(text)
	if err != nil {
		return Order{}, false, err
	}
	c, rest, ok := match(text)
	if _, isRequest := desk.NewAction(desk.RequestWhy, strings.TrimSpace(rest), nil); !ok || c.verb != desk.RequestWhy || rest == "" || isRequest == nil {
		return Order{}, false, nil
	}
	o, err = Parse(rest)
	return o, true, err
}
