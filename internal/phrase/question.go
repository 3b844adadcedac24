package phrase

// A quest is what a question mentions, wherever it stands.
type quest struct {
	s      *sentence
	tokens []token
	asks   map[string]bool // question words
	things map[string]bool
	deeds  []string // verbs, in any form
	done   bool     // one of the verbs is in the past
	login, mail, name,
	domain, request, drift, when *token
	me, my, all bool
	strange     bool
	since       bool
	number      *token
	topic       string
}

// readQuery understands a question, or what asks to be shown something. It is
// looser than an order: nothing comes of it but an answer.
func (s *sentence) readQuery() Answer {
	q := &quest{s: s, asks: map[string]bool{}, things: map[string]bool{}}
	for _, p := range s.parts {
		if p.mood == closing {
			break
		}
		q.tokens = append(q.tokens, s.of(p)...)
	}
	for i := range q.tokens {
		q.note(&q.tokens[i])
	}
	if f, ok := q.frame(); ok && f.Intent != "" {
		return q.complete(f)
	}
	return refuse(NotUnderstood)
}

func (q *quest) note(t *token) {
	switch t.kind {
	case aLogin:
		q.login = t
	case aMail:
		q.mail = t
	case aName:
		q.name = t
	case aDomain:
		q.domain = t
	case aRequest:
		q.request = t
	case aDrift:
		q.drift = t
	case aDate, aSpan:
		q.when = t
	case aNumber:
		q.number = t
	case aTopic:
		q.topic = t.value
	case aWord:
		q.noteWord(t)
	}
}

func (q *quest) noteWord(t *token) {
	for _, x := range t.senses {
		if x.class == "thing" && (t.is("thing") || t.is("adj") || t.is("verb") || t.is("filler") || t.is("deed")) {
			q.things[x.value] = true
		}
	}
	switch t.sense.class {
	case "ask":
		q.asks[t.sense.value] = true
	case "thing":
		q.things[t.sense.value] = true
	case "verb", "deed", "gerund":
		if t.sense.value != "become" {
			q.deeds = append(q.deeds, t.sense.value)
			q.done = q.done || t.sense.done
		}
	case "me", "subject":
		switch t.word {
		case "me", "moi", "m", "je", "j", "i", "i'm", "i've":
			q.me = true
		}
	case "my":
		q.my = true
	case "all":
		q.all = true
	case "prep":
		q.since = q.since || t.sense.value == "since" || t.sense.value == "within"
	case "strange", "misspelt":
		q.strange = true
	case "trap":
		q.deeds = append(q.deeds, "trap")
		q.done = q.done || t.sense.done
	case "unlisted":
		q.deeds = append(q.deeds, "unlisted")
	case "have":
		q.done = q.done || t.word == "ete"
	}
}

// account is who the question is about, "" for nobody.
func (q *quest) account() string {
	switch {
	case q.login != nil:
		return q.login.value
	case q.name != nil:
		return q.name.value
	case q.mail != nil:
		return q.mail.value
	case q.me || q.my:
		return "me"
	}
	return ""
}

func (q *quest) changing() string {
	for _, d := range q.deeds {
		if d != "show" && d != "have" && d != "point" && d != "give" {
			return d
		}
	}
	return ""
}

// frame goes through what may be asked, the most particular first.
func (q *quest) frame() (Frame, bool) {
	for _, try := range []func(*quest) (Frame, bool){
		(*quest).helps, (*quest).requests, (*quest).explains, (*quest).drifts, (*quest).forbidden, (*quest).histories,
		(*quest).counts, (*quest).sharers, (*quest).members, (*quest).holders, (*quest).quotas, (*quest).aliases, (*quest).checks,
		(*quest).states, (*quest).domains, (*quest).whose, (*quest).shows,
	} {
		f, ok := try(q)
		if f.Intent != "" || ok {
			return f, ok
		}
	}
	return Frame{}, false
}

func frame(name string, pairs ...string) (Frame, bool) {
	f := Frame{Intent: name, Slots: map[string][]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			f.Slots[pairs[i]] = []string{pairs[i+1]}
		}
	}
	return f, true
}

func none() (Frame, bool) { return Frame{}, false }

// complete asks for what the question lacks.
func (q *quest) complete(f Frame) Answer {
	if f.Intent == AskIntent {
		return Answer{Ask: AskIntent}
	}
	for _, sl := range slotsOf(f.Intent) {
		if !sl.optional && len(f.Slots[sl.name]) == 0 {
			return ask(sl.name, f)
		}
	}
	if f.Intent == "rights.show" && len(f.Slots) == 0 {
		return ask("account", f)
	}
	return Answer{Frame: f}
}

// spoken is the intent of the action that the question speaks of.
func (q *quest) spoken() string {
	act := q.changing()
	if act == "" && len(q.deeds) > 0 {
		act = q.deeds[0]
	}
	if q.topic != "" {
		return q.topic
	}
	if act == "subscribe" {
		return "list.add"
	}
	if act == "unsubscribe" {
		return "list.remove"
	}
	thing := ""
	for i := range q.tokens {
		t := &q.tokens[i]
		if !t.is("thing") || t.is("thing", "person") && thing == "" && nested(act, "person") == "" {
			continue
		}
		n := nested(act, t.sense.value)
		if n == "" {
			continue
		}
		if thing == "list.add" || thing == "list.remove" {
			continue
		}
		if thing == "" {
			thing = n
		}
	}
	if thing == "" && (act == "add" || act == "remove") && q.login != nil && q.mail == nil && q.things["list"] {
		return "list." + act
	}
	return thing
}

func (q *quest) helps() (Frame, bool) {
	switch {
	case q.asks["how"]:
		return frame("help", "topic", q.spoken())
	case q.things["help"]:
		topic := q.spoken()
		if topic == "" && len(q.deeds) == 0 {
			topic = q.family()
		}
		return frame("help", "topic", topic)
	}
	return none()
}

// family is the first intent about the thing that help is asked for.
func (q *quest) family() string {
	for thing, name := range map[string]string{"quota": "quota.set", "cos": "cos.set", "alias": "alias.add", "list": "list.add", "group": "group.add", "rights": "rights.grant"} {
		if q.things[thing] {
			return name
		}
	}
	return ""
}

func (q *quest) requests() (Frame, bool) {
	if q.request == nil && q.number != nil && q.things["request"] {
		q.request = &token{value: "D-" + q.number.word}
	}
	switch {
	case q.request != nil:
		return frame("request.show", "request", q.request.value)
	case q.things["pending"] && (q.things["request"] || q.asks["what"] || q.changing() == "" && q.account() == "" || q.account() == "me" && !q.things["quota"]):
		return frame("request.list", "scope", "pending")
	case !q.things["request"]:
		return none()
	case q.my || q.me:
		return frame("request.list", "scope", "mine")
	case q.all:
		return frame("request.list", "scope", "all")
	}
	return frame("request.list")
}

func (q *quest) explains() (Frame, bool) {
	if !q.asks["why"] && !q.asks["may"] && !q.asks["cannot"] || !q.asks["why"] && q.changing() == "" && q.has("show") {
		return none()
	}
	account, target := q.rightsOf()
	domain := ""
	if q.domain != nil {
		domain = q.domain.value
	}
	return frame("rights.explain", "account", account, "action", q.spoken(), "domain", domain, "target", target)
}

// rightsOf tells who would act, and on whom: the one named before the verb acts.
func (q *quest) rightsOf() (account, target string) {
	acted := false
	for i := range q.tokens {
		t := &q.tokens[i]
		switch {
		case t.is("verb") && !t.is("verb", "have") && !t.is("verb", "become"):
			acted = true
		case t.person() && !acted && account == "":
			account = t.value
		case t.person():
			target = t.value
		}
	}
	if account == "" {
		account = "me"
	}
	return account, target
}

func (q *quest) drifts() (Frame, bool) {
	if !q.things["drift"] && q.drift == nil {
		return none()
	}
	domain := ""
	if q.domain != nil {
		domain = q.domain.value
	}
	return frame("drift.show", "domain", domain)
}

// forbidden stops what the program does not do: reading mail, passwords, and a
// question that would change something.
func (q *quest) forbidden() (Frame, bool) {
	looks := q.asks["who"] || q.asks["where"] || q.asks["when"] || q.things["history"]
	switch {
	case q.has("trap") && !looks:
		return Frame{}, true
	case q.things["message"] && !looks && !q.asks["many"] && q.domain == nil && !q.things["quota"] && q.mailRead():
		return Frame{}, true
	}
	return none()
}

// mailRead tells whether mail itself is to be shown.
func (q *quest) mailRead() bool {
	for i := range q.tokens {
		if t := &q.tokens[i]; t.is("thing", "message") {
			return true
		}
		if t := &q.tokens[i]; t.is("thing", "address") && (t.word == "mails" || t.word == "emails" || t.word == "courriels") {
			return true
		}
	}
	return false
}

func (q *quest) has(deed string) bool {
	for _, d := range q.deeds {
		if d == deed {
			return true
		}
	}
	return false
}

func (q *quest) histories() (Frame, bool) {
	past := (q.asks["who"] || q.asks["when"]) && (q.changing() != "" && (q.done || q.asks["when"])) && !q.things["belong"] && !q.things["run"] ||
		q.things["past"] && (q.asks["what"] || q.asks["when"]) && q.changing() != "raise"
	if q.changing() == "subscribe" && !q.asks["when"] {
		past = false
	}
	if !past && !q.things["history"] {
		return none()
	}
	target := q.account()
	if target == "me" && q.domain != nil || target == "" && q.domain != nil {
		target = q.domain.value
	}
	if q.mail != nil {
		target = q.mail.value
	}
	if target == "" && !q.things["history"] {
		return none()
	}
	since := ""
	if q.when != nil && q.since {
		since = q.s.reader.since(q.when)
	} else if q.since {
		since = q.sinceMonth()
	}
	return frame("history.show", "target", target, "since", since)
}

// sinceMonth reads "depuis janvier", "since 2025".
func (q *quest) sinceMonth() string {
	for i := range q.tokens {
		t := &q.tokens[i]
		if m := t.of("month"); t.kind == aWord && m != "" {
			return q.s.reader.since(&token{kind: aDate, date: date{day: 1, month: month(m)}})
		}
		if t.kind == aNumber && t.number > 1999 && t.number < 2200 {
			return q.s.reader.since(&token{kind: aDate, date: date{day: 1, month: 1, year: int(t.number)}})
		}
	}
	return ""
}
