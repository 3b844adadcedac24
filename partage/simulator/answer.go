package simulator

import (
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

const success = "Opération réalisée avec succès !"

// An answer is what goes back over HTTP. status is that of the API.
type answer struct {
	code   int
	media  string
	body   []byte
	status int
}

const xmlMedia = "application/xml; charset=utf-8"

// header begins to send a.
func (a answer) header(w http.ResponseWriter) {
	w.Header().Set("Content-Type", a.media)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.code)
}

func (a answer) send(w http.ResponseWriter, _ *http.Request) {
	a.header(w)
	_, _ = w.Write(a.body) // the client may have gone
}

// succeed answers 0, with what payload writes.
func (s *Server) succeed(payload func(*document)) answer {
	x := s.document(0, success, "")
	if payload != nil {
		payload(x)
	}
	return x.end()
}

// refuse answers 1 with the text of an error. Only 0 is certain on the real
// server: no client may branch on the number.
func (s *Server) refuse(text string) answer { return s.reply(1, text, "") }

func (s *Server) reply(status int, message, errors string) answer {
	return s.document(status, message, errors).end()
}

// notFound is what Rails answers to an unknown route.
func notFound() answer {
	return page(http.StatusNotFound, "The page you were looking for doesn't exist.")
}

func page(code int, text string) answer {
	return answer{code: code, media: "text/html; charset=utf-8", body: []byte("<!DOCTYPE html>\n<html>\n<head><title>" +
		text + " (" + strconv.Itoa(code) + ")</title></head>\n<body><h1>" + text + "</h1></body>\n</html>\n")}
}

// A document is an XML answer being written, as Rails' Hash#to_xml does.
type document struct {
	body    []byte
	status  int
	untyped bool
}

func (s *Server) document(status int, message, errors string) *document {
	return newDocument(s.config().Untyped, status, message, errors)
}

func newDocument(untyped bool, status int, message, errors string) *document {
	x := &document{status: status, untyped: untyped, body: make([]byte, 0, 4096)}
	x.body = append(x.body, `<?xml version="1.0" encoding="UTF-8"?>`+"\n<Response>\n"...)
	x.text(1, "status", strconv.Itoa(status))
	x.text(1, "message", message)
	if errors != "" {
		x.text(1, "errors", errors)
	}
	return x
}

func (x *document) end() answer {
	return answer{code: http.StatusOK, media: xmlMedia, body: append(x.body, "</Response>\n"...), status: x.status}
}

const spaces = "          "

// text writes an element with a value, typed when it reads as an integer.
func (x *document) text(depth int, name, value string) {
	x.body = append(append(x.body, spaces[:2*depth]...), '<')
	x.body = append(x.body, name...)
	if !x.untyped && integer(value) {
		x.body = append(x.body, ` type="integer"`...)
	}
	x.body = append(x.body, '>')
	x.body = escape(x.body, value)
	x.close(name)
}

func (x *document) close(name string) {
	x.body = append(x.body, "</"...)
	x.body = append(x.body, name...)
	x.body = append(x.body, ">\n"...)
}

// open and shut write an element with others inside.
func (x *document) open(depth int, name string) {
	x.body = append(append(x.body, spaces[:2*depth]...), '<')
	x.body = append(append(x.body, name...), ">\n"...)
}

func (x *document) shut(depth int, name string) {
	x.body = append(x.body, spaces[:2*depth]...)
	x.close(name)
}

// list opens an array, or writes an empty one.
func (x *document) list(depth int, name string, items int, write func()) {
	x.body = append(append(x.body, spaces[:2*depth]...), '<')
	x.body = append(x.body, name...)
	if items == 0 {
		x.body = append(x.body, " type=\"array\"/>\n"...)
		return
	}
	x.body = append(x.body, " type=\"array\">\n"...)
	write()
	x.shut(depth, name)
}

// attr writes an attribute: nothing for none, a plain element for one value, an
// array for more. A list of the API's own is an array whatever it holds.
func (x *document) attr(depth int, a attr) {
	name := a.name
	if strings.IndexByte(name, '_') >= 0 {
		name = strings.ReplaceAll(name, "_", "-")
	}
	if len(a.values) == 1 && !a.list {
		x.text(depth, name, a.values[0])
		return
	}
	if len(a.values) == 0 && !a.list {
		return
	}
	x.list(depth, name, len(a.values), func() {
		for _, v := range a.values {
			x.text(depth+1, singular(name), v)
		}
	})
}

// singular is Rails' singularize, as far as the names of the API need it.
func singular(name string) string {
	if strings.HasSuffix(name, "ss") || strings.HasSuffix(name, "Alias") || strings.HasSuffix(name, "Status") {
		return name
	}
	return strings.TrimSuffix(name, "s")
}

// integer reports whether the integer form of v prints as v does.
func integer(v string) bool {
	digits := strings.TrimPrefix(v, "-")
	if digits == "" || digits[0] == '0' && v != "0" {
		return false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return false
		}
	}
	return true
}

// escape writes a text as an element holds it: what XML has no way to say, as
// most control characters, becomes the replacement character.
func escape(to []byte, text string) []byte {
	from := 0
	for i, r := range text {
		instead := "\uFFFD"
		switch {
		case r == '<':
			instead = "&lt;"
		case r == '>':
			instead = "&gt;"
		case r == '&':
			instead = "&amp;"
		case r == '\r':
			instead = "&#13;"
		case r >= ' ' && r != '\uFFFE' && r != '\uFFFF' || r == '\t' || r == '\n':
			continue
		}
		to = append(append(to, text[from:i]...), instead...)
		from = i + utf8.RuneLen(r)
	}
	return append(to, text[from:]...)
}
