package partage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/orisano/gosax"
)

// A listed object is read attribute by attribute.
type listed[T any] interface {
	*T
	set(name, value string) error
	complete() error
	address() Address
}

// A shape is what is particular to one listing.
type shape struct {
	method     string
	list, item string // elements
	kind       Kind   // what CountObjects calls them
}

// A page is one answer to a listing. It is read with a tokenizer ten times
// as fast as encoding/xml and far less strict, so the strictness is here: what
// it accepts, encoding/xml accepts too, and reads the same.
type page[T any, P listed[T]] struct {
	shape   shape
	reader  *gosax.Reader
	body    bytes.Buffer      // its bytes, before they are read
	tags    map[string]string // start tags already read, and the names in them
	header  header
	found   bool // the list was seen
	objects []T
	open    []element // from the root to the current element
	text    []byte    // of the current element, decoded
	words   []byte    // values of the current object, one after the other
	values  []value   // and which is where
}

// A value of an attribute ends where it says, and begins where the one before ends.
type value struct {
	name string
	end  int
}

type element struct {
	name   string
	parent bool // it has elements inside
}

// The depths of what matters: Response, accounts, account, attribute, value.
const (
	atRoot = iota
	atField
	atObject
	atAttribute
	atValue
)

// decode reads the whole of body, or explains why it cannot be trusted.
func (p *page[T, P]) decode(body []byte) (envelope, error) {
	if err := plain(body); err != nil {
		return envelope{}, err
	}
	if p.reader == nil {
		p.reader = gosax.NewReaderSize(nil, 256<<10)
	}
	p.reader.Reset(bytes.NewReader(body))
	p.reader.EmitSelfClosingTag = true
	if p.tags == nil {
		p.tags = map[string]string{}
	}
	p.header, p.found, p.objects, p.open, p.text = header{}, false, p.objects[:0], p.open[:0], p.text[:0]
	for first, rooted := true, false; ; first = false {
		e, err := p.reader.Event()
		if err != nil {
			return envelope{}, fmt.Errorf("parse XML: %w", err)
		}
		if e.Type() == gosax.EventEOF {
			break
		}
		if len(p.open) == 0 && e.Type() == gosax.EventStart {
			if rooted {
				return envelope{}, errors.New("not one document")
			}
			rooted = true
		}
		if err := p.event(e, first); err != nil {
			return envelope{}, err
		}
	}
	return p.end()
}

func (p *page[T, P]) end() (envelope, error) {
	if len(p.open) > 0 {
		return envelope{}, errors.New("truncated document")
	}
	env, err := p.header.envelope()
	if err == nil && env.status == 0 && !p.found {
		err = fmt.Errorf("no <%s>", p.shape.list)
	}
	return env, err
}

// plain refuses bytes that no XML document in UTF-8 holds.
func plain(body []byte) error {
	if !utf8.Valid(body) || bytes.Contains(body, []byte("\ufffe")) || bytes.Contains(body, []byte("\uffff")) {
		return errors.New("not UTF-8")
	}
	for len(body) >= 8 {
		// Eight bytes at once: the high bit of each that is below a blank.
		if x := binary.LittleEndian.Uint64(body); (x-0x2020202020202020)&^x&0x8080808080808080 != 0 && controls(body[:8]) {
			return errControl
		}
		body = body[8:]
	}
	if controls(body) {
		return errControl
	}
	return nil
}

var errControl = errors.New("control character")

func controls(body []byte) bool {
	for _, b := range body {
		if b < ' ' && b != '\n' && b != '\t' && b != '\r' {
			return true
		}
	}
	return false
}

var declaration = regexp.MustCompile(`^<\?xml version="1\.0"( encoding="(?i:utf-8)")?( standalone="(yes|no)")? *\?>$`)

func (p *page[T, P]) event(e gosax.Event, first bool) error {
	switch e.Type() {
	case gosax.EventStart:
		return p.start(e.Bytes)
	case gosax.EventEnd:
		return p.close(e.Bytes)
	case gosax.EventText:
		return p.chars(e.Bytes)
	case gosax.EventCData:
		return p.cdata(e.Bytes)
	case gosax.EventProcessingInstruction:
		if first && declaration.Match(e.Bytes) {
			return nil
		}
	}
	return errMarkup
}

func (p *page[T, P]) start(tag []byte) error {
	name, err := p.named(tag)
	if err != nil {
		return err
	}
	depth := len(p.open)
	if depth > atValue {
		return errMarkup
	}
	if depth > 0 {
		if len(bytes.TrimSpace(p.text)) > 0 {
			return errMarkup
		}
		p.open[depth-1].parent = true
	}
	p.text = p.text[:0]
	p.open = append(p.open, element{name: name})
	return p.opened(depth)
}

// named is the name in a start tag. Each tag is read once: a page has thousands
// of the same few.
func (p *page[T, P]) named(tag []byte) (string, error) {
	if name, known := p.tags[string(tag)]; known {
		return name, nil
	}
	m := startTag.FindSubmatch(tag)
	if m == nil || bytes.Contains(tag, []byte("xmlns")) {
		return "", errMarkup
	}
	if len(p.tags) > 256 {
		clear(p.tags)
	}
	name := string(m[1])
	p.tags[string(tag)] = name
	return name, nil
}

// opened checks an element against the only shape a listing has.
func (p *page[T, P]) opened(depth int) error {
	name := p.open[depth].name
	switch {
	case depth == atRoot:
		return rootName(name)
	case depth == atField && name == p.shape.list:
		if p.found {
			return fmt.Errorf("two <%s>", name)
		}
		p.found = true
	case depth == atObject && (p.open[atField].name != p.shape.list || name != p.shape.item):
		return errMarkup
	case depth == atObject:
		p.words, p.values = p.words[:0], p.values[:0]
	}
	return nil
}

func (p *page[T, P]) close(tag []byte) error {
	depth := len(p.open) - 1
	if depth < 0 || !closes(tag, p.open[depth].name) {
		return errors.New("mismatched end tag")
	}
	e := p.open[depth]
	if e.parent && len(bytes.TrimSpace(p.text)) > 0 {
		return errMarkup
	}
	text := p.text
	p.open, p.text = p.open[:depth], p.text[:0]
	switch {
	case depth == atField && e.name != p.shape.list:
		return p.header.set(e.name, string(bytes.TrimSpace(text)))
	case depth == atObject:
		return p.add()
	case depth == atAttribute && !e.parent:
		p.keep(e.name, text)
	case depth == atValue:
		p.keep(p.open[atAttribute].name, text)
	case (depth == atField || depth == atObject) && len(bytes.TrimSpace(text)) > 0:
		return errMarkup
	}
	return nil
}

func (p *page[T, P]) keep(name string, text []byte) {
	p.words = append(p.words, text...)
	p.values = append(p.values, value{name, len(p.words)})
}

// add makes an object of the values kept. They are parts of one string: twenty
// of their own would cost more than all the rest of the reading.
func (p *page[T, P]) add() error {
	words, begin := string(p.words), 0
	p.objects = append(p.objects, *new(T))
	object := P(&p.objects[len(p.objects)-1])
	for _, v := range p.values {
		if err := object.set(v.name, words[begin:v.end]); err != nil {
			return err
		}
		begin = v.end
	}
	return object.complete()
}

// replacement is what a number that is no character becomes.
var replacement = []byte("\ufffd")

// chars adds decoded text to the current element.
func (p *page[T, P]) chars(raw []byte) error {
	if len(p.open) == 0 {
		if len(bytes.TrimSpace(raw)) > 0 {
			return errMarkup
		}
		return nil
	}
	if ordinary(raw) { // as nearly all is
		p.text = append(p.text, raw...)
		return nil
	}
	if bytes.Contains(raw, []byte("]]>")) {
		return errMarkup
	}
	raw = newlines(raw)
	text, err := gosax.Unescape(bytes.Clone(raw)) // it works in place
	if err != nil || bytes.Count(text, replacement) > bytes.Count(raw, replacement) {
		return errors.New("not an entity")
	}
	p.text = append(p.text, text...)
	return plain(text)
}

// ordinary reports whether a text stands for itself.
func ordinary(raw []byte) bool {
	for _, b := range raw {
		if b == '&' || b == '\r' || b == ']' {
			return false
		}
	}
	return true
}

func (p *page[T, P]) cdata(raw []byte) error {
	inner, found := bytes.CutPrefix(raw, []byte("<![CDATA["))
	if !found || len(p.open) == 0 {
		return errMarkup
	}
	p.text = append(p.text, newlines(bytes.TrimSuffix(inner, []byte("]]>")))...)
	return nil
}

// newlines gives line ends the one form XML has.
func newlines(raw []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
}

// A start tag is read by this grammar and no wider one.
var startTag = regexp.MustCompile(`^<([A-Za-z_][A-Za-z0-9_.-]*)(?:\s+[A-Za-z_][A-Za-z0-9_.-]*="[^"<&]*")*\s*/?>$`)

// closes reports whether tag ends the element name: </name>, or the tag that
// opened it when it closed itself.
func closes(tag []byte, name string) bool {
	if n := len(tag) - 1; n == len(name)+2 && string(tag[2:n]) == name { // as nearly all are
		return tag[0] == '<' && tag[1] == '/' && tag[n] == '>'
	}
	if rest, found := bytes.CutPrefix(tag, []byte("</")); found {
		rest, found = bytes.CutPrefix(rest, []byte(name))
		return found && len(bytes.TrimRight(rest, " \t\r\n")) == 1
	}
	return bytes.HasSuffix(tag, []byte("/>"))
}
