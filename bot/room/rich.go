package room

import (
	"html/template"
	"strings"
)

// rich is the Markdown that the bot writes, as HTML: code spans and line ends,
// all else as it is.
func rich(s string) template.HTML {
	var b strings.Builder
	for s != "" {
		before, rest, found := strings.Cut(s, "`")
		b.WriteString(plain(before))
		if !found {
			break
		}
		run := 1 + len(rest) - len(strings.TrimLeft(rest, "`"))
		rest = rest[run-1:]
		inside, after, closed := span(rest, run)
		if !closed {
			b.WriteString(strings.Repeat("`", run))
			s = rest
			continue
		}
		b.WriteString("<code>" + plain(inside) + "</code>")
		s = after
	}
	return template.HTML(b.String()) //nolint:gosec // every part went through plain
}

// span finds the end of a code span: a run of exactly as many back-ticks.
func span(s string, run int) (inside, after string, closed bool) {
	for at := 0; at < len(s); {
		i := strings.IndexByte(s[at:], '`')
		if i < 0 {
			return "", "", false
		}
		start := at + i
		end := start
		for end < len(s) && s[end] == '`' {
			end++
		}
		if end-start == run {
			return unpad(s[:start]), s[end:], true
		}
		at = end
	}
	return "", "", false
}

func unpad(s string) string {
	if len(s) > 2 && s[0] == ' ' && s[len(s)-1] == ' ' {
		return s[1 : len(s)-1]
	}
	return s
}

func plain(s string) string {
	return strings.ReplaceAll(template.HTMLEscapeString(s), "\n", "<br>")
}
