package charter

import (
	"fmt"
	"html"
	"io"
	"strings"
)

// A Page is a text in parts, to be written as Markdown or HTML.
type Page struct {
	Lang, Title string
	parts       []part
}

// A part is a heading, a paragraph, a list or a table.
type part struct {
	level int // of a heading: 2 or 3
	text  string
	items []Item
	rows  [][]string // the first one is the head
}

// An Item is a line of a list and what is added under it.
type Item struct{ Text, Under string }

func (p *Page) heading(text string)    { p.parts = append(p.parts, part{level: 2, text: text}) }
func (p *Page) subheading(text string) { p.parts = append(p.parts, part{level: 3, text: text}) }
func (p *Page) text(text string)       { p.parts = append(p.parts, part{text: text}) }
func (p *Page) list(items []Item)      { p.parts = append(p.parts, part{items: items}) }
func (p *Page) table(rows [][]string)  { p.parts = append(p.parts, part{rows: rows}) }

// plain keeps what people are called from being read as Markdown.
var plain = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "|", `\|`, "`", "\\`", "#", `\#`, "\n", " ")

// Markdown writes pages one after the other.
func Markdown(out io.Writer, pages ...Page) error {
	var b strings.Builder
	for i, p := range pages {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "# %s\n", plain.Replace(p.Title))
		for _, x := range p.parts {
			x.markdown(&b)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (x part) markdown(b *strings.Builder) {
	b.WriteString("\n")
	for _, i := range x.items {
		fmt.Fprintf(b, "- %s\n", plain.Replace(i.Text))
		if i.Under != "" {
			fmt.Fprintf(b, "  *%s*\n", plain.Replace(i.Under))
		}
	}
	for i, row := range x.rows {
		for _, cell := range row {
			fmt.Fprintf(b, "| %s ", plain.Replace(cell))
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString(strings.Repeat("| --- ", len(row)) + "|\n")
		}
	}
	if x.text != "" {
		fmt.Fprintf(b, "%s%s\n", map[int]string{2: "## ", 3: "### "}[x.level], plain.Replace(x.text))
	}
}

// style is all that a page needs: it is read on a screen and printed.
const style = `body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff}
h2{margin-top:2.5rem;border-bottom:1px solid #767676}table{border-collapse:collapse;width:100%}
th,td{border:1px solid #767676;padding:.3rem .5rem;text-align:left;vertical-align:top}li{margin:.4rem 0}small{display:block;color:#444}
@media print{section+section{break-before:page}body{margin:0}}`

// HTML writes pages into one document that needs nothing else.
func HTML(out io.Writer, pages ...Page) error {
	if len(pages) == 0 {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"%s\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>%s</title>\n<style>%s</style>\n",
		html.EscapeString(pages[0].Lang), html.EscapeString(pages[0].Title), style)
	for _, p := range pages {
		fmt.Fprintf(&b, "<section>\n<h1>%s</h1>\n", html.EscapeString(p.Title))
		for _, x := range p.parts {
			x.html(&b)
		}
		b.WriteString("</section>\n")
	}
	b.WriteString("</html>\n")
	_, err := io.WriteString(out, b.String())
	return err
}

func (x part) html(b *strings.Builder) {
	switch {
	case x.items != nil:
		b.WriteString("<ul>\n")
		for _, i := range x.items {
			fmt.Fprintf(b, "<li>%s", html.EscapeString(i.Text))
			if i.Under != "" {
				fmt.Fprintf(b, " <small>%s</small>", html.EscapeString(i.Under))
			}
			b.WriteString("</li>\n")
		}
		b.WriteString("</ul>\n")
	case x.rows != nil:
		b.WriteString("<table>\n")
		for i, row := range x.rows {
			b.WriteString("<tr>")
			for j, cell := range row {
				tag, scope := "td", ""
				switch {
				case i == 0:
					tag, scope = "th", ` scope="col"`
				case j == 0:
					tag, scope = "th", ` scope="row"`
				}
				fmt.Fprintf(b, "<%s%s>%s</%s>", tag, scope, html.EscapeString(cell), tag)
			}
			b.WriteString("</tr>\n")
		}
		b.WriteString("</table>\n")
	default:
		tag := map[int]string{0: "p", 2: "h2", 3: "h3"}[x.level]
		fmt.Fprintf(b, "<%s>%s</%s>\n", tag, html.EscapeString(x.text), tag)
	}
}
