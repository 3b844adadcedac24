package bot

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// difference is what the rule book of the request would change, a line each way.
func (p pen) difference(r desk.Request) string {
	if r.Proposal == nil {
		return ""
	}
	const most = 8
	d := r.Proposal.Difference
	lines := []string{say.Difference(p.lang, d)}
	for _, s := range d.Shifts[:min(len(d.Shifts), most)] {
		words := say.Shift(p.lang, s, code)
		lines = append(lines, fmt.Sprintf("%s · %s, %s (%s)", words[0], words[1], words[2], words[3]))
	}
	if more := len(d.Shifts) - most; more > 0 {
		lines = append(lines, p.text("difference.more", "n", strconv.Itoa(more)))
	}
	return strings.Join(append(lines, p.text("difference.page")), "\n")
}
