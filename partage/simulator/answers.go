package simulator

import (
	"bytes"
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Answer says how the true answer is spoilt.
type Answer string

// Answers. What each is, Answers tells.
const (
	Truthful     Answer = ""
	Drop         Answer = "drop"
	Reset        Answer = "reset"
	Cut          Answer = "cut"
	CutReset     Answer = "cut-reset"
	Drip         Answer = "drip"
	Moved        Answer = "moved"
	Redirect     Answer = "redirect"
	Unauthorized Answer = "error-401"
	Forbidden    Answer = "forbidden"
	Missing      Answer = "error-404"
	TimedOut     Answer = "error-408"
	TooLarge     Answer = "error-413"
	TooMany      Answer = "error-429"
	Failing      Answer = "error-500"
	Crash        Answer = "crash"
	BadGateway   Answer = "bad-gateway"
	Closed       Answer = "unavailable"
	GatewayLate  Answer = "error-504"
	Empty        Answer = "empty"
	HTML         Answer = "html"
	Plain        Answer = "plain"
	Gzip         Answer = "gzip"
	Huge         Answer = "huge"
	Deep         Answer = "deep"
	Truncated    Answer = "truncated"
	NoStatus     Answer = "no-status"
	TwoStatus    Answer = "two-statuses"
	WordStatus   Answer = "word-status"
	Untyped      Answer = "untyped"
	LowerRoot    Answer = "lower-root"
	OtherRoot    Answer = "other-root"
	Trailing     Answer = "trailing"
	Latin1       Answer = "latin1"
	Doctype      Answer = "doctype"
	Flat         Answer = "flat"
	BareLists    Answer = "bare-lists"
	SmallTruth   Answer = "small-truth"
	DigitTruth   Answer = "digit-truth"
	Stranger     Answer = "stranger"
	Miscount     Answer = "miscount"
	Message      Answer = "message"
	Errors       Answer = "errors"
	BadToken     Answer = "invalid-token"
	BadPreauth   Answer = "bad-preauth"
)

// A spoiler makes the spoilt answer of the true one.
type spoiler struct {
	Answer
	says  string
	spoil func(a answer, message string) answer
}

func same(a answer, _ string) answer { return a }

// spoilers are all the answers. Those that spoil the connection are also in
// faulty.
var spoilers = []spoiler{
	{Truthful, "the true answer", same},
	{Drop, "connection closed without a byte", same},
	{Reset, "connection reset without a byte", same},
	{Cut, "connection closed in the middle of the body", same},
	{CutReset, "connection reset in the middle of the body", same},
	{Drip, "the true answer, piece after piece, during \"wait\" instead of after it", same},
	{Moved, "302 to another place", pages(http.StatusFound, "Moved")},
	{Redirect, "307 to the same place, which asks to send again", pages(http.StatusTemporaryRedirect, "Moved")},
	{Unauthorized, "401, HTML", pages(http.StatusUnauthorized, "Authentification")},
	{Forbidden, "403, \"Accès refusé\"", func(answer, string) answer { return refusal(http.StatusForbidden, "Accès refusé", "") }},
	{Missing, "404, HTML", pages(http.StatusNotFound, "Not Found")},
	{TimedOut, "408, HTML", pages(http.StatusRequestTimeout, "Request Timeout")},
	{TooLarge, "413, HTML", pages(http.StatusRequestEntityTooLarge, "Request Entity Too Large")},
	{TooMany, "429, HTML, Retry-After", pages(http.StatusTooManyRequests, "Too Many Requests")},
	{Failing, "500, with the true XML", func(a answer, _ string) answer { a.code = http.StatusInternalServerError; return a }},
	{Crash, "500, HTML", pages(http.StatusInternalServerError, "We're sorry, but something went wrong.")},
	{BadGateway, "502, HTML", pages(http.StatusBadGateway, "502 Proxy Error")},
	{Closed, "503, HTML, Retry-After", pages(http.StatusServiceUnavailable, "Maintenance")},
	{GatewayLate, "504, HTML", pages(http.StatusGatewayTimeout, "Gateway Timeout")},
	{Empty, "200 without body", func(answer, string) answer { return answer{code: http.StatusOK, media: xmlMedia} }},
	{HTML, "200, a login page", pages(http.StatusOK, "Authentification")},
	{Plain, "the true XML, as text/plain", func(a answer, _ string) answer { a.media = "text/plain"; return a }},
	{Gzip, "200, said to be compressed by gzip and not", same},
	{Huge, "17 MiB of XML", func(a answer, _ string) answer {
		return a.with("</Response>", strings.Repeat("<x>"+strings.Repeat("0", 1<<20)+"</x>", 17)+"</Response>")
	}},
	{Deep, "100,000 elements in each other", func(a answer, _ string) answer {
		return a.with("</Response>", strings.Repeat("<x>", 100_000)+strings.Repeat("</x>", 100_000)+"</Response>")
	}},
	{Truncated, "complete HTTP, half the XML", func(a answer, _ string) answer { a.body = a.body[:len(a.body)/2+40]; return a }},
	{NoStatus, "no status", restating("")},
	{TwoStatus, "two statuses", restating("<status>N</status><status>N</status>")},
	{WordStatus, "\"ok\" as status", restating("<status>ok</status>")},
	{Untyped, "status without type: allowed", restating("<status>N</status>")},
	{LowerRoot, "<response>: allowed", func(a answer, _ string) answer { return a.root("response") }},
	{OtherRoot, "<html> as root", func(a answer, _ string) answer { return a.root("html") }},
	{Trailing, "something after the root", func(a answer, _ string) answer { return a.with("</Response>\n", "</Response>\n<Response/>") }},
	{Latin1, "in ISO-8859-1, and not said so", func(a answer, _ string) answer { return a.with("é", "\xe9") }},
	{Doctype, "with an entity to expand", before("<Response>", "<!DOCTYPE Response [<!ENTITY a \"aaaa\">]>\n")},
	{Flat, "a list of one value is that value: allowed", func(a answer, _ string) answer { return a.flat() }},
	{BareLists, "lists without type, empty ones too", func(a answer, _ string) answer { return a.with(` type="array"`, "") }},
	{SmallTruth, "true and false for TRUE and FALSE", func(a answer, _ string) answer { return a.with(">TRUE<", ">true<").with(">FALSE<", ">false<") }},
	{DigitTruth, "1 and 0 for TRUE and FALSE", func(a answer, _ string) answer { return a.with(">TRUE<", ">1<").with(">FALSE<", ">0<") }},
	{Stranger, "about another object: the answer to somebody else's call", func(a answer, _ string) answer { return a.with("<name>", "<name>x") }},
	{Miscount, "CountObjects says ten times as many", func(a answer, _ string) answer { return a.with("</count>", "0</count>") }},
	{Message, "status 1, \"message\" in <message>", func(_ answer, m string) answer {
		return refusal(http.StatusOK, cmp.Or(m, "Une erreur système bloque votre requête"), "")
	}},
	{Errors, "status 1, \"message\" in <errors>", func(_ answer, m string) answer {
		return refusal(http.StatusOK, "Erreur", cmp.Or(m, "system failure: unknown"))
	}},
	{BadToken, "status 1, \"Invalid token\": expired, unknown, or its key was changed", func(answer, string) answer {
		return refusal(http.StatusOK, "Invalid token", "")
	}},
	{BadPreauth, "status 2, the answer to a bad signature, clock or replay", func(answer, string) answer { return failedAuth() }},
}

// refusing are the answers that say that nothing was done.
var refusing = []Answer{Forbidden, Message, Errors, BadToken, BadPreauth, Unauthorized, TooMany, TooLarge}

// spoiler finds an answer.
func (a Answer) spoiler() (spoiler, bool) {
	i := slices.IndexFunc(spoilers, func(s spoiler) bool { return s.Answer == a })
	return spoilers[max(0, i)], i >= 0
}

func pages(code int, text string) func(answer, string) answer {
	return func(answer, string) answer { return page(code, text) }
}

// before puts something before a tag.
func before(tag, something string) func(answer, string) answer {
	return func(a answer, _ string) answer { return a.with(tag, something+tag) }
}

func restating(to string) func(answer, string) answer {
	return func(a answer, _ string) answer { return a.restate(to) }
}

func refusal(code int, message, errors string) answer {
	a := newDocument(false, 1, message, errors).end()
	a.code = code
	return a
}

// with replaces each old in the body.
func (a answer) with(old, new string) answer {
	a.body = bytes.ReplaceAll(a.body, []byte(old), []byte(new))
	return a
}

func (a answer) root(name string) answer {
	return a.with("<Response>", "<"+name+">").with("</Response>", "</"+name+">")
}

// restate replaces <status>; N stands for its number.
func (a answer) restate(to string) answer {
	number := strconv.Itoa(a.status)
	to = strings.ReplaceAll(to, "N", number)
	return a.with(`<status type="integer">`+number+"</status>", to)
}

var single = regexp.MustCompile(`<([\w-]+) type="array">\s*<[\w-]+( type="integer")?>([^<]*)</[\w-]+>\s*</([\w-]+)>`)

func (a answer) flat() answer {
	a.body = single.ReplaceAll(a.body, []byte("<$1$2>$3</$4>"))
	return a
}

// faulty sends a, spoilt by f.
func (a answer) faulty(w http.ResponseWriter, r *http.Request, f *Fault) {
	s, _ := f.Answer.spoiler()
	a = s.spoil(a, f.Message)
	if f.Answer == Drip {
		a.drip(w, r, f.Wait)
		return
	}
	pause(r, f.Wait)
	switch f.Answer {
	case Drop, Reset:
		abort(w, f.Answer == Reset)
	case Cut, CutReset:
		a.header(w)
		_, _ = w.Write(a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
		abort(w, f.Answer == CutReset)
	case Moved:
		w.Header().Set("Location", "/")
	case Redirect:
		w.Header().Set("Location", r.URL.Path)
	case Closed, TooMany:
		w.Header().Set("Retry-After", "120")
	case Gzip:
		w.Header().Set("Content-Encoding", "gzip")
	}
	a.send(w, r)
}

// abort ends the connection, by a reset or not.
func abort(w http.ResponseWriter, reset bool) {
	if !reset {
		panic(http.ErrAbortHandler) // net/http closes the connection
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func pause(r *http.Request, wait time.Duration) {
	if wait <= 0 {
		return
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	}
}

// drip sends a during that long, in a hundred pieces.
func (a answer) drip(w http.ResponseWriter, r *http.Request, during time.Duration) {
	a.header(w)
	for piece := range slices.Chunk(a.body, len(a.body)/100+1) {
		_, _ = w.Write(piece)
		_ = http.NewResponseController(w).Flush()
		pause(r, during/100)
	}
}
