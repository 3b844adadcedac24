package say

import (
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Sort names what an address is: "liste de distribution", "alias 1→N".
func Sort(lang, kind string) string {
	if kind == "" {
		return T(lang, "kind.none")
	}
	return T(lang, "kind."+kind)
}

// most is how many addresses a line names.
const most = 10

// Reach tells where mail to an address ends up, a line each: what it is, how many
// receive it, then the ends by fate, then loops.
func Reach(lang string, r desk.Reach, quote ...Quote) (lines []string) {
	lines = append(lines, Sort(lang, r.Kind)+" · "+T(lang, "reach.heads", "n", Number(lang, int64(r.Heads()))))
	if len(r.Lists) > 0 {
		lines = append(lines, T(lang, "reach.through", "all", addresses(lang, r.Lists, quote), "depth", strconv.Itoa(r.Depth)))
	}
	for _, loop := range r.Loops {
		lines = append(lines, T(lang, "reach.loop", "path", path(loop, quote)))
	}
	for _, fate := range desk.Fates() {
		var there []desk.Address
		for _, e := range r.Ends {
			if e.Fate == fate {
				there = append(there, e.Address)
			}
		}
		if len(there) > 0 {
			lines = append(lines, T(lang, "fate."+string(fate), "n", Number(lang, int64(len(there))), "all", addresses(lang, there, quote)))
		}
	}
	return lines
}

// Belonging says what a list has to do with an account, in one line.
func Belonging(lang string, b desk.Belonging, quote ...Quote) string {
	var said []string
	if len(b.As) > 0 {
		said = append(said, T(lang, "whole.list.as", "value", addresses(lang, b.As, quote)))
	}
	if b.Sends {
		said = append(said, T(lang, "whole.list.sends"))
	}
	if b.Keeps {
		said = append(said, T(lang, "whole.list.keeps"))
	}
	return T(lang, "whole.list", "list", quoted(quote, string(b.List)), "kind", Sort(lang, string(b.Kind))) + T(lang, "colon") + strings.Join(said, ", ")
}

func path(loop []desk.Address, quote []Quote) string {
	var said []string
	for _, a := range append(loop[:len(loop):len(loop)], loop[0]) {
		said = append(said, quoted(quote, string(a)))
	}
	return strings.Join(said, " → ")
}

func addresses(lang string, all []desk.Address, quote []Quote) string {
	var said []string
	for _, a := range all[:min(len(all), most)] {
		said = append(said, quoted(quote, string(a)))
	}
	if more := len(all) - most; more > 0 {
		said = append(said, T(lang, "reach.more", "n", Number(lang, int64(more))))
	}
	if len(said) == 0 {
		return "—"
	}
	return strings.Join(said, ", ")
}

// List tells what is known of a list, a line each.
func List(lang string, l desk.List, quote ...Quote) []string {
	senders := T(lang, "list.notread")
	if l.Asked {
		senders = addresses(lang, l.Senders, quote)
	}
	lines := []string{T(lang, "list.kind") + T(lang, "colon") + Sort(lang, string(l.Kind))}
	for _, text := range []struct{ key, value string }{{"name.name", l.Name}, {"name.description", l.Description}} {
		if text.value != "" {
			lines = append(lines, T(lang, text.key)+T(lang, "colon")+quoted(quote, text.value))
		}
	}
	return append(lines,
		T(lang, "list.members")+" ("+Number(lang, int64(l.Size))+") : "+addresses(lang, l.Members, quote),
		T(lang, "list.aliases")+T(lang, "colon")+addresses(lang, l.Aliases, quote),
		T(lang, "list.senders")+T(lang, "colon")+senders,
		T(lang, "list.hidden")+T(lang, "colon")+Book(lang, l.Hidden))
}

// Resource tells what is known of a resource, a line each.
func Resource(lang string, r desk.Resource, quote ...Quote) []string {
	lines := []string{quoted(quote, r.Name) + " · " + T(lang, "status."+r.Status)}
	for _, field := range desk.ResourceFields() {
		value := r.Fields[field]
		if text, isSwitch := texts["switch."+value]; isSwitch {
			value = text.in(lang)
		}
		if value != "" {
			lines = append(lines, T(lang, "name."+field)+T(lang, "colon")+quoted(quote, value))
		}
	}
	return lines
}

// Tree tells the tree that the users of a domain see, and the names of those before it.
func Tree(lang, domain string, now desk.Tree, past []desk.Tree, quote ...Quote) (lines []string) {
	if !now.Known() {
		lines = append(lines, T(lang, "tree.none", "domain", quoted(quote, domain)))
	} else {
		lines = append(lines, T(lang, "tree.now", "digest", quoted(quote, Digest(now.Digest())), "n", strconv.Itoa(now.Lists())))
		for _, leaf := range now.Leaves()[:min(len(now.Leaves()), 2*most)] {
			lines = append(lines, quoted(quote, leaf.Place))
		}
	}
	var before []string
	for _, t := range past {
		if t.Digest() != now.Digest() {
			before = append(before, quoted(quote, Digest(t.Digest())))
		}
	}
	if len(before) > 0 {
		lines = append(lines, T(lang, "tree.before", "digests", strings.Join(before, ", ")))
	}
	return lines
}
