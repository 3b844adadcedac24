package phrase

func (q *quest) counts() (Frame, bool) {
	domain := ""
	if q.domain != nil {
		domain = q.domain.value
	}
	if q.account() != "" || !q.asks["many"] && !q.things["cost"] && !q.things["storage"] && !q.things["spread"] {
		return none()
	}
	for _, metric := range []struct{ thing, name string }{{"spread", "cos"}, {"cost", "cost"}, {"alias", "aliases"}, {"list", "lists"}, {"group", "groups"},
		{"cos", "cos"}, {"account", "accounts"}, {"storage", "storage"}, {"quota", "storage"}} {
		if q.things[metric.thing] {
			if metric.name == "accounts" && q.has("restore") {
				metric.name = "restored"
			}
			return frame("stats.show", "metric", metric.name, "domain", domain)
		}
	}
	if q.has("restore") {
		return frame("stats.show", "metric", "restored", "domain", domain)
	}
	if domain != "" {
		return frame("stats.show", "metric", "", "domain", domain)
	}
	return none()
}

// sharers are those who may open a mailbox.
func (q *quest) sharers() (Frame, bool) {
	shared := q.account() != "" && q.changing() == "" && (q.asks["who"] || q.asks["what"] || q.has("show"))
	for i := range q.tokens {
		if shared && q.tokens[i].is("thing", "share") {
			return frame("account.whole", "account", q.account())
		}
	}
	return none()
}

func (q *quest) members() (Frame, bool) {
	address := ""
	if q.mail != nil {
		address = q.mail.value
	}
	if q.mail != nil && q.asks["who"] && (q.things["belong"] || q.things["member"] || q.has("subscribe")) && !q.things["group"] {
		return frame("list.members", "list", address)
	}
	member := q.things["member"] || q.things["belong"] || q.asks["who"] || q.has("subscribe") || q.asks["many"] || q.asks["what"]
	for _, thing := range []string{"list", "group"} {
		if !q.things[thing] || q.has("show") && address == "" && !q.things["member"] {
			continue
		}
		if thing == "list" && !q.noun("list") {
			continue
		}
		if member && !q.things["own"] && !q.things["run"] || address != "" && (q.has("show") || len(q.deeds) == 0) {
			if !member && q.things["alias"] {
				continue
			}
			return frame(thing+".members", thing, address)
		}
	}
	return none()
}

// noun tells whether the thing is named by a word that is not the verb "liste".
func (q *quest) noun(thing string) bool {
	for i := range q.tokens {
		if t := &q.tokens[i]; t.is("thing", thing) && !(i+1 < len(q.tokens) && q.tokens[i+1].is("prep", "of") && q.mail == nil) {
			return true
		}
	}
	return false
}

// holders are those who look after a domain, and the rights of somebody.
func (q *quest) holders() (Frame, bool) {
	if q.mail != nil && q.domain == nil && !q.things["rights"] && !q.things["role"] {
		return none()
	}
	switch {
	case q.domain != nil && (q.things["role"] || q.things["run"] || q.things["rights"] || q.asks["who"] || q.things["owner"]):
		return frame("rights.show", "domain", q.domain.value)
	case q.things["rights"], q.things["role"]:
		return frame("rights.show", "account", q.account())
	}
	return none()
}

func (q *quest) quotas() (Frame, bool) {
	if !q.things["quota"] && !q.things["storage"] || q.changing() != "" && !q.has("show") && q.changing() != "create" {
		return none()
	}
	return frame("quota.show", "account", q.account())
}

func (q *quest) aliases() (Frame, bool) {
	person := q.login != nil || q.name != nil || q.me || q.my
	switch {
	case q.things["alias"] && q.mail == nil, q.things["alias"] && q.mail != nil && q.things["account"]:
		return frame("alias.list", "account", q.account())
	case q.things["alias"] && q.has("show") && !q.asks["who"] && !q.asks["where"] && q.mail != nil && q.plural("alias"):
		return frame("alias.list", "account", q.account())
	case q.things["address"] && person && q.mail == nil && !q.things["message"], q.plural("address") && q.mail != nil && !q.asks["who"] && !q.asks["where"] && !q.mailRead():
		return frame("alias.list", "account", q.account())
	}
	return none()
}

// plural tells whether a thing is spoken of in the plural.
func (q *quest) plural(thing string) bool {
	for i := range q.tokens {
		t := &q.tokens[i]
		if t.is("thing", thing) && (t.word == "aliases" || t.word == "adresses" || t.word == "addresses" || i > 0 && (q.tokens[i-1].word == "les" || q.tokens[i-1].word == "des")) {
			return true
		}
	}
	return false
}

func (q *quest) checks() (Frame, bool) {
	if !q.things["free"] || q.mail == nil || q.asks["who"] {
		return none()
	}
	return frame("address.check", "address", q.mail.value)
}

func (q *quest) states() (Frame, bool) {
	if q.account() != "" && q.account() != "me" || q.domain != nil {
		return none()
	}
	if q.things["service"] || q.things["works"] && !q.strange {
		return frame("status.show")
	}
	return none()
}

func (q *quest) domains() (Frame, bool) {
	if !q.things["domain"] || q.domain != nil {
		return none()
	}
	return frame("domain.list", "account", q.account())
}

func (q *quest) whose() (Frame, bool) {
	asked := q.asks["who"] || q.asks["where"] || q.things["own"] || q.things["owner"] || q.has("point")
	switch {
	case !asked:
		return none()
	case q.mail != nil:
		return frame("address.who", "address", q.mail.value)
	case q.login != nil || q.name != nil:
		return frame("account.show", "account", q.account())
	}
	return none()
}

// shows is the last: something is to be shown, or is only named.
func (q *quest) shows() (Frame, bool) {
	shown := q.has("show") || q.has("give") || q.asks["what"] || q.asks["whatis"] || q.things["card"] || q.things["state"]
	account := q.things["account"] || q.things["card"] || q.name != nil || q.things["state"] && q.mail == nil
	switch {
	case q.changing() != "" && q.changing() != "create":
		return none()
	case q.mail != nil && q.login == nil && q.name == nil && !account:
		if shown || q.bare() {
			return frame("address.who", "address", q.mail.value)
		}
	case q.login != nil || q.name != nil || q.mail != nil || account && (q.me || q.my):
		if shown || account || q.bare() {
			return frame("account.show", "account", q.account())
		}
	case account && len(q.deeds) == 0 && !q.strange, account && q.has("show"):
		return frame("account.show")
	}
	return none()
}

// bare tells whether a value stands alone, but for small talk.
func (q *quest) bare() bool {
	for i := range q.tokens {
		t := &q.tokens[i]
		if !t.entity() && !t.smallTalk() && !t.is("det") && !t.is("thing", "address") && !t.is("prep") && !t.is("ask", "is") {
			return false
		}
	}
	return true
}
