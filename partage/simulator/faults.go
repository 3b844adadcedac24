package simulator

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Fault spoils calls: what is done, what is answered, or both. The first one
// that fits a call is used.
type Fault struct {
	Method  string        // "ModifyAccount", "Auth"...; "*" is any
	Name    string        // only calls about this object; "" is any
	Effect  Effect        // of a write
	Delay   time.Duration // of a Late effect, or the longest that an Overtaken one waits, an hour by default
	Lag     time.Duration // of a read: it shows the state of that long ago
	Answer  Answer
	Message string        // for Message and Errors: the text; a French refusal by default
	Wait    time.Duration // before the answer leaves, after the effect
	Times   int           // how many calls are spoilt; 0 = each of them until the faults are cleared
	For     time.Duration // how long calls are spoilt, from SetFaults; 0 = until the faults are cleared
	Rate    float64       // share of the fitting calls that are spoilt, evenly spread; 0 = all

	due float64   // grows by Rate with each fitting call
	end time.Time // when For has passed
}

// An Effect says what becomes of a write that would have been carried out.
type Effect string

// Effects.
const (
	Natural Effect = ""        // Skipped if Answer refuses (Forbidden, Message, Errors, BadToken), else Applied
	Applied Effect = "applied" // done, whatever is answered
	Skipped Effect = "none"    // not done, whatever is answered
	Late    Effect = "late"    // done once Delay has passed
	Half    Effect = "half"    // of a change of several attributes, the first half by name is done
	// Overtaken is done right after the next write that is: out of order.
	Overtaken Effect = "overtaken"
)

// effect is what a fault makes of a write.
func (f *Fault) effect() Effect {
	if f.Effect != Natural {
		return f.Effect
	}
	if slices.Contains([]Answer{Forbidden, Message, Errors, BadToken}, f.Answer) {
		return Skipped
	}
	return Applied
}

// An Answer says how the true answer is spoilt.
type Answer string

// Answers.
const (
	Truthful   Answer = ""
	Drop       Answer = "drop"        // connection closed without a byte
	Cut        Answer = "cut"         // connection closed in the middle of the body
	Forbidden  Answer = "forbidden"   // 403, "Accès refusé"
	BadGateway Answer = "bad-gateway" // 502, HTML
	Closed     Answer = "unavailable" // 503, HTML, Retry-After
	Failing    Answer = "error-500"   // 500, with the true XML
	Redirect   Answer = "redirect"    // 307 to the same place, which asks to send again
	Empty      Answer = "empty"       // 200 without body
	HTML       Answer = "html"        // 200, a login page
	Plain      Answer = "plain"       // the true XML, as text/plain
	Truncated  Answer = "truncated"   // complete HTTP, half the XML
	NoStatus   Answer = "no-status"
	TwoStatus  Answer = "two-statuses"
	WordStatus Answer = "word-status"
	Untyped    Answer = "untyped"    // status without type: allowed
	LowerRoot  Answer = "lower-root" // <response>: allowed
	OtherRoot  Answer = "other-root" // <html>
	Trailing   Answer = "trailing"   // something after the root
	Latin1     Answer = "latin1"     // in ISO-8859-1
	Doctype    Answer = "doctype"    // with an entity to expand
	Huge       Answer = "huge"       // 17 MiB of XML
	Stranger   Answer = "stranger"   // about another account
	Message    Answer = "message"    // status 1, Message in <message>
	Errors     Answer = "errors"     // status 1, Message in <errors>
	BadToken   Answer = "invalid-token"
)

// spoilers turns the true answer into a spoilt one. Drop and Cut spoil the
// connection instead.
var spoilers = map[Answer]func(a answer, message string) answer{
	Truthful:   same,
	Drop:       same,
	Cut:        same,
	Forbidden:  func(answer, string) answer { return refusal(http.StatusForbidden, "Accès refusé", "") },
	BadGateway: func(answer, string) answer { return page(http.StatusBadGateway, "502 Proxy Error") },
	Closed:     func(answer, string) answer { return page(http.StatusServiceUnavailable, "Maintenance") },
	Failing:    func(a answer, _ string) answer { a.code = http.StatusInternalServerError; return a },
	Redirect:   func(answer, string) answer { return page(http.StatusTemporaryRedirect, "Moved") },
	Empty:      func(answer, string) answer { return answer{code: http.StatusOK, media: xmlMedia} },
	HTML:       func(answer, string) answer { return page(http.StatusOK, "Authentification") },
	Plain:      func(a answer, _ string) answer { a.media = "text/plain"; return a },
	Truncated:  func(a answer, _ string) answer { a.body = a.body[:len(a.body)/2+40]; return a },
	NoStatus:   func(a answer, _ string) answer { return a.restate("") },
	TwoStatus:  func(a answer, _ string) answer { return a.restate("<status>N</status><status>N</status>") },
	WordStatus: func(a answer, _ string) answer { return a.restate("<status>ok</status>") },
	Untyped:    func(a answer, _ string) answer { return a.restate("<status>N</status>") },
	LowerRoot:  func(a answer, _ string) answer { return a.root("response") },
	OtherRoot:  func(a answer, _ string) answer { return a.root("html") },
	Trailing:   func(a answer, _ string) answer { return a.with("</Response>\n", "</Response>\n<Response/>") },
	Latin1:     func(a answer, _ string) answer { return a.with("é", "\xe9") },
	Doctype: func(a answer, _ string) answer {
		return a.with("<Response>", "<!DOCTYPE Response [<!ENTITY a \"aaaa\">]>\n<Response>")
	},
	Huge: func(a answer, _ string) answer {
		return a.with("</Response>", strings.Repeat("<x>"+strings.Repeat("0", 1<<20)+"</x>", 17)+"</Response>")
	},
	Stranger: func(a answer, _ string) answer { return a.with("<name>", "<name>x") },
	Message: func(_ answer, m string) answer {
		return refusal(http.StatusOK, cmp.Or(m, "Une erreur système bloque votre requête"), "")
	},
	Errors: func(_ answer, m string) answer {
		return refusal(http.StatusOK, "Erreur", cmp.Or(m, "system failure: unknown"))
	},
	BadToken: func(answer, string) answer { return refusal(http.StatusOK, "Invalid token", "") },
}

func same(a answer, _ string) answer { return a }

func refusal(code int, message, errors string) answer {
	a := (&Server{}).reply(1, message, errors)
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

// SetFaults replaces the faults. An unknown effect or answer is an error.
func (s *Server) SetFaults(faults ...Fault) error {
	list, now := make([]*Fault, 0, len(faults)), s.cfg.Now()
	for _, f := range faults {
		if _, ok := spoilers[f.Answer]; !ok {
			return fmt.Errorf("set faults: unknown answer %q, not one of %q", f.Answer, slices.Sorted(maps.Keys(spoilers)))
		}
		if !slices.Contains([]Effect{Natural, Applied, Skipped, Late, Half, Overtaken}, f.Effect) {
			return fmt.Errorf("set faults: unknown effect %q", f.Effect)
		}
		if _, ok := s.methods[f.Method]; !ok && f.Method != "*" && f.Method != "Auth" {
			return fmt.Errorf("set faults: unknown method %q", f.Method)
		}
		if f.For > 0 {
			f.end = now.Add(f.For)
		}
		list = append(list, &f)
	}
	s.gate.Lock()
	defer s.gate.Unlock()
	s.faults = list
	return nil
}

// take finds the fault for a call and counts it. It never returns nil.
func (s *Server) take(method, name string) *Fault {
	s.gate.Lock()
	defer s.gate.Unlock()
	for i, f := range s.faults {
		if f.Method != "*" && f.Method != method || f.Name != "" && f.Name != strings.ToLower(name) || f.For > 0 && !s.cfg.Now().Before(f.end) {
			continue
		}
		if f.due += f.Rate; f.Rate > 0 && f.due < 1 {
			continue
		}
		f.due -= min(f.due, 1)
		if f.Times == 1 {
			s.faults = slices.Delete(slices.Clone(s.faults), i, i+1)
		}
		f.Times--
		taken := *f
		return &taken
	}
	return &Fault{}
}

// faulty sends a, spoilt by f.
func (a answer) faulty(w http.ResponseWriter, r *http.Request, f *Fault) {
	if f.Wait > 0 {
		t := time.NewTimer(f.Wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
		}
	}
	switch f.Answer {
	case Drop:
		panic(http.ErrAbortHandler) // net/http closes the connection
	case Cut:
		w.Header().Set("Content-Type", a.media)
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
		_, _ = w.Write(a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case Redirect:
		w.Header().Set("Location", r.URL.Path)
	case Closed:
		w.Header().Set("Retry-After", "120")
	}
	spoilers[f.Answer](a, f.Message).send(w, r)
}
