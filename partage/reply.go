package partage

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// An envelope is what every answer has: proof of success, or reasons.
type envelope struct {
	status          int
	message, errors string
}

// text is all that a refusal says: the real cause may be in either place.
func (e envelope) text() string {
	return strings.TrimSpace(e.message + " " + e.errors)
}

// A node is an element, read as text whatever its type attribute says.
type node struct {
	name, text string
	list       bool // said to be one: it may have one element, or none
	nodes      []node
}

// child returns the only element of that name, or an empty one.
func (n node) child(name string) node {
	var found node
	for _, k := range n.nodes {
		if k.name != name {
			continue
		}
		if found.name != "" {
			return node{}
		}
		found = k
	}
	return found
}

// texts are the values of an attribute, be they one or a list.
func (n node) texts() []string {
	if len(n.nodes) == 0 && n.text == "" {
		return nil
	}
	if len(n.nodes) == 0 {
		return []string{n.text}
	}
	texts := make([]string, len(n.nodes))
	for i, k := range n.nodes {
		texts[i] = k.text
	}
	return texts
}

// each hands every value of every attribute of an object to set.
func (n node) each(set func(name, value string) error) error {
	for _, field := range n.nodes {
		values := field.nodes
		if len(values) == 0 {
			values = []node{field}
		}
		for _, v := range values {
			if err := set(field.name, v.text); err != nil {
				return err
			}
		}
	}
	return nil
}

const maxDepth = 8 // Response, list, object, attribute, value: five, and room

var errMarkup = errors.New("markup that an answer does not have")

// echo reads the answer to a write. No public client relies on its payload, but
// an object that the request does not name, by its name or by an alias, makes it
// another call's answer.
func echo(body []byte, form url.Values) (envelope, error) {
	env, root, err := parseReply(body)
	if err != nil || env.status != 0 {
		return env, err
	}
	asked := slices.Concat(slices.Collect(maps.Values(form))...)
	for _, n := range root.nodes {
		name := n.child("name").text
		known := func(text string) bool { return slices.Contains(asked, lower(text)) }
		if name != "" && !slices.ContainsFunc(append(n.child("zimbraMailAlias").texts(), name), known) {
			return env, fmt.Errorf("the answer is about %.80q", name)
		}
	}
	return env, nil
}

// parseReply reads a small answer: one document in UTF-8 without DOCTYPE, whose
// root is Response or response and holds exactly one integer status.
func parseReply(body []byte) (envelope, node, error) {
	root, err := parse(body)
	if err != nil {
		return envelope{}, node{}, err
	}
	if err := rootName(root.name); err != nil {
		return envelope{}, node{}, err
	}
	var h header
	for _, n := range root.nodes {
		if len(n.nodes) > 0 && (n.name == "status" || n.name == "message") {
			return envelope{}, node{}, fmt.Errorf("elements inside <%s>", n.name)
		}
		if !slices.Contains(headers, n.name) {
			continue // a payload may be large
		}
		if err := h.set(n.name, n.flat()); err != nil {
			return envelope{}, node{}, err
		}
	}
	env, err := h.envelope()
	return env, root, err
}

// flat is all the text of n, in order.
func (n node) flat() string {
	text := n.text
	for _, k := range n.nodes {
		text += " " + k.flat()
	}
	return strings.TrimSpace(text)
}

func rootName(name string) error {
	if name != "Response" && name != "response" {
		return fmt.Errorf("root is %.40q, not Response", name)
	}
	return nil
}

// A header gathers the envelope while an answer is read, in any order.
type header struct {
	env  envelope
	seen [3]bool
}

var headers = []string{"status", "message", "errors"}

func (h *header) set(name, text string) error {
	i := slices.Index(headers, name)
	if i < 0 {
		return nil
	}
	if h.seen[i] {
		return fmt.Errorf("two <%s>", name)
	}
	h.seen[i] = true
	switch name {
	case "message":
		h.env.message = text
	case "errors":
		h.env.errors = text
	default:
		n, err := strconv.Atoi(text)
		if err != nil || strconv.Itoa(n) != text {
			return fmt.Errorf("status %.40q is not an integer", text)
		}
		h.env.status = n
	}
	return nil
}

// envelope refuses an answer without status, whose zero value means success.
func (h *header) envelope() (envelope, error) {
	if !h.seen[0] {
		return envelope{}, errors.New("no <status>")
	}
	if h.env.status == 0 && h.env.errors != "" {
		return envelope{}, errors.New("success with <errors>")
	}
	return h.env, nil
}

// parse reads one document strictly and nothing after it.
func parse(body []byte) (node, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	stack := []node{{}} // the first one holds the root
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return node{}, fmt.Errorf("parse XML: %w", err)
		}
		if stack, err = push(stack, t); err != nil {
			return node{}, err
		}
	}
	if len(stack) != 1 || len(stack[0].nodes) != 1 {
		return node{}, errors.New("not one document")
	}
	return stack[0].nodes[0], nil
}

// push applies one token to the open elements.
func push(stack []node, t xml.Token) ([]node, error) {
	top := &stack[len(stack)-1]
	switch t := t.(type) {
	case xml.StartElement:
		if t.Name.Space != "" || len(stack) > maxDepth {
			return nil, errMarkup
		}
		list := slices.ContainsFunc(t.Attr, func(a xml.Attr) bool { return a.Name.Local == "type" && a.Value == "array" })
		return append(stack, node{name: t.Name.Local, list: list}), nil
	case xml.EndElement:
		if len(top.nodes) > 0 && strings.TrimSpace(top.text) != "" {
			return nil, errMarkup
		}
		above := &stack[len(stack)-2]
		above.nodes = append(above.nodes, *top)
		return stack[:len(stack)-1], nil
	case xml.CharData:
		if outside := len(stack) == 1 || len(top.nodes) > 0; !outside {
			top.text += string(t)
		} else if len(bytes.TrimSpace(t)) > 0 {
			return nil, errMarkup
		}
	case xml.ProcInst:
		if t.Target != "xml" || len(stack) > 1 || len(top.nodes) > 0 {
			return nil, errMarkup
		}
	case xml.Directive:
		return nil, errMarkup
	}
	return stack, nil
}
