//go:build servers

package bot_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/internal/desk"
)

// One genuine click, sent again a hundred times, to the node that took it and to
// another: one decision.
func TestAGenuineClickCountsOnce(t *testing.T) {
	c := newCampus(t)
	c.bind(t, "marie", "paul", "sylvie")
	c.desk.Rules = decision(desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 2}}})
	other := c.node(t) // it runs as long
	r, at := c.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	must(t, c.press(t, "paul", at, 0))
	genuine := c.last("/action")
	votes := c.decisions(r.ID)
	for range 100 {
		c.sendRaw(t, genuine)
		post(other, "/action", "application/json", genuine)
	}
	// The other node has not seen the trigger: it asks the journal, which has the vote.
	if n := c.decisions(r.ID); votes != 1 || n != 1 || c.bot.Refused()["replay"] != 100 || other.Refused()["replay"] != 99 || other.Refused()["too.late"] != 1 {
		t.Errorf("%d votes, then %d; refused %v and %v", votes, n, c.bot.Refused(), other.Refused())
	}
	if c.state(r.ID) != desk.Waiting {
		t.Errorf("one person alone has approved: %s", c.state(r.ID))
	}
}

// The server lets a stranger click a button of a private channel, by the cookie
// of a button of their own: whoever they are, the directory does not know them as
// approvers.
func TestACookieFromElsewhere(t *testing.T) {
	c := newCampus(t)
	c.bind(t, "marie", "bob")
	r, at := c.ask(t, "marie", "paul@u.fr", "contact@u.fr")
	action := c.reads(t, at).Attachments()[0].Actions[0].Id
	mallory := c.server.Person(t, "mallory") // not in the channel, and bound to nobody
	for who, client := range map[string]*model.Client4{"mallory": mallory.Client, "bob": c.people["bob"].Client} {
		if _, err := client.DoPostAction(t.Context(), at.ID, action); err == nil {
			t.Errorf("%s clicks without a cookie", who)
		}
		cookie := c.cookie(t, client)
		if _, err := client.DoPostActionWithCookie(t.Context(), at.ID, action, "", cookie); err != nil {
			t.Logf("%s: the server itself refuses: %v", who, err) // from its patch of June 2026 on
		}
	}
	if n := c.decisions(r.ID); n != 0 || c.state(r.ID) != desk.Waiting {
		t.Errorf("%d decisions, %s, refused %v", n, c.state(r.ID), c.bot.Refused())
	}
	if refused := c.bot.Refused(); refused["binding.none"]+refused["approver.not"] == 0 {
		t.Logf("no foreign click reached us: %v", refused)
	}
}

// cookie is that of a button in an ephemeral answer to the client.
func (c *campus) cookie(t *testing.T, client *model.Client4) string {
	t.Helper()
	toy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(model.CommandResponse{ResponseType: "ephemeral", Text: "toy", Attachments: []*model.SlackAttachment{{Text: "toy", //nolint:errcheck // a test
			Actions: []*model.PostAction{{Id: "toy", Type: "button", Name: "toy", Integration: &model.PostActionIntegration{URL: c.callbacks.URL + "/action"}}}}}})
	}))
	t.Cleanup(toy.Close)
	trigger := "toy" + strings.ToLower(model.NewId()[:6])
	c.server.Command(t, trigger, toy.URL)
	socket, err := model.NewWebSocketClient4(strings.Replace(c.server.URL, "http", "ws", 1), client.AuthToken)
	must(t, err)
	defer socket.Close()
	socket.Listen()
	hears(t, socket, model.WebsocketEventHello) // what is told to nobody yet is told never
	_, _, err = client.ExecuteCommand(t.Context(), c.square(t), "/"+trigger)
	must(t, err)
	for {
		raw, _ := hears(t, socket, model.WebsocketEventEphemeralMessage).GetData()["post"].(string)
		var p model.Post
		must(t, json.Unmarshal([]byte(raw), &p))
		if all := p.Attachments(); len(all) > 0 && len(all[0].Actions) > 0 {
			return all[0].Actions[0].Cookie
		}
	}
}

// hears is the next event of a kind.
func hears(t *testing.T, socket *model.WebSocketClient, kind model.WebsocketEventType) *model.WebSocketEvent {
	t.Helper()
	for patience := time.After(time.Minute); ; {
		select {
		case e := <-socket.EventChannel:
			if e != nil && e.EventType() == kind {
				return e
			}
		case <-socket.ResponseChannel:
		case <-socket.PingTimeoutChannel:
		case <-patience:
			t.Fatalf("no event %q", kind)
		}
	}
}

// A permalink gives the context of a button to whoever reads it. That opens
// nothing: on another post, in the same channel or elsewhere, it is refused.
func TestALeakedContextOpensNothing(t *testing.T) {
	c := newCampus(t)
	c.bind(t, "marie", "paul", "eve")
	r, at := c.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	eve := c.people["eve"].Client
	link, _, err := eve.CreatePost(t.Context(), &model.Post{ChannelId: c.approvers.Id, Message: c.server.URL + "/" + c.server.Team.Name + "/pl/" + at.ID})
	must(t, err)
	read, _, err := eve.GetPost(t.Context(), link.Id, "")
	must(t, err)
	leaked := integration(t, read)
	if leaked == nil {
		t.Log("this server strips the context from permalinks; the very context is used all the same")
		must(t, c.press(t, "eve", at, 0))
		var body model.PostActionIntegrationRequest
		must(t, json.Unmarshal(c.last("/action"), &body))
		leaked = body.Context
	}
	before := c.bot.Refused()
	want := 0
	for _, channel := range []string{c.approvers.Id, c.square(t)} {
		trap := &model.Post{ChannelId: channel, Message: "a cat"}
		trap.AddProp("attachments", []*model.SlackAttachment{{Text: "cat", Actions: []*model.PostAction{{Id: "cat", Type: "button", Name: "cat",
			Integration: &model.PostActionIntegration{URL: c.callbacks.URL + "/action", Context: leaked}}}}})
		made, _, err := eve.CreatePost(t.Context(), trap)
		must(t, err)
		_, err = c.people["paul"].Client.DoPostAction(t.Context(), made.Id, "cat")
		must(t, err)
		want++
	}
	after := c.bot.Refused()
	if n := after["foreign"] + after["unsigned"] - before["foreign"] - before["unsigned"]; n != want || c.decisions(r.ID) != 0 || c.state(r.ID) != desk.Waiting {
		t.Errorf("%d of %d refused (%v), %s", n, want, after, c.state(r.ID))
	}
}

// integration is the context of the first button that a post, with all that the
// server adds to it, gives away; nil if none does.
func integration(t *testing.T, p *model.Post) map[string]any {
	t.Helper()
	raw, err := json.Marshal(p)
	must(t, err)
	var whole any
	must(t, json.Unmarshal(raw, &whole))
	var search func(any) map[string]any
	search = func(v any) map[string]any {
		switch v := v.(type) {
		case map[string]any:
			if i, ok := v["integration"].(map[string]any); ok {
				if context, ok := i["context"].(map[string]any); ok && context["mac"] != nil {
					return context
				}
			}
			for _, inner := range v {
				if found := search(inner); found != nil {
					return found
				}
			}
		case []any:
			for _, inner := range v {
				if found := search(inner); found != nil {
					return found
				}
			}
		}
		return nil
	}
	return search(whole)
}

// Fifty thousand bodies made from what the real server sent, each to a node that
// has seen no trigger yet: what is accepted says what the genuine one said.
func TestMutatedBodiesOfTheServer(t *testing.T) {
	c := newCampus(t)
	c.bind(t, "marie", "paul", "sylvie", "eve")
	// Two approvers of two are needed, so that the genuine clicks end nothing.
	c.desk.Rules = decision(desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 2}}})
	var genuine [][]byte
	for _, alias := range []string{"one@u.fr", "two@u.fr"} {
		_, at := c.ask(t, "marie", "bob@u.fr", alias)
		for _, who := range []desk.UID{"eve", "paul"} {
			must(t, c.press(t, who, at, 0))
			genuine = append(genuine, bytes.Clone(c.last("/action")))
		}
	}
	when := time.Now()
	// The votes of paul are taken back: whatever counts from now on is new.
	c.events = c.events[:0:0]
	c.desk.Rules = decision(desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 1}}})
	for _, who := range []desk.UID{"marie", "paul", "sylvie", "eve"} {
		code := got(c.desk.OfferBinding(t.Context(), who, strings.NewReader(string(who)+"12345678")))
		got(c.desk.Bind(t.Context(), c.people[who].Id, code))
	}
	for i, alias := range []string{"one@u.fr", "two@u.fr"} {
		a := got(desk.NewAction(desk.AliasAdd, "bob@u.fr", map[string]string{"alias": alias}))
		r := got(c.desk.Ask(t.Context(), desk.Asking{By: "marie", Via: desk.Chat, Action: a, Reason: "accueil", Key: alias}))
		var body model.PostActionIntegrationRequest
		must(t, json.Unmarshal(genuine[2*i], &body))
		must(t, c.desk.Announce(t.Context(), r.ID, desk.Announced{Role: desk.ToApprovers, Post: desk.Post{Channel: body.ChannelId, ID: body.PostId}, Shows: r.State}))
	}
	written, chance := len(c.events), mathrand.New(mathrand.NewPCG(26, 27))
	refused, same := 0, 0
	for i := range 50_000 {
		of := genuine[i%len(genuine)]
		bent := bend(chance, of, genuine[chance.IntN(len(genuine))])
		fresh := got(bot.New(bot.Config{Desk: c.desk, Chat: c.real, Secret: secret, Channel: c.approvers.Id, URL: c.callbacks.URL, Link: "https://portal/lier",
			Approvers: func() []string { return nil }, Zone: time.UTC, Now: func() time.Time { return when.Add(-30 * time.Second) }, Log: slog.New(slog.DiscardHandler)}))
		w := post(fresh, "/action", "application/json", bent)
		if len(c.events) == written {
			if refused++; w.Code == http.StatusOK && !strings.Contains(w.Body.String(), "ephemeral_text") {
				t.Fatalf("a click without an answer: %s\n%s", bent, w.Body)
			}
			continue
		}
		if !genuinely(bent, genuine) {
			t.Fatalf("accepted %s", bent)
		}
		same++
		c.events = c.events[:written]
	}
	t.Logf("%d refused; %d said exactly what a genuine click said", refused, same)
	if same == 0 || refused < 40_000 {
		t.Error("the bodies prove nothing")
	}
}

// genuinely: the person, the button and the post of one genuine click, and a
// trigger that the server gave for that person; it names no button, which is why
// it opens the door once only.
func genuinely(bent []byte, genuine [][]byte) bool {
	said, triggered := meaning(bent), false
	for _, g := range genuine {
		triggered = triggered || meaning(g).Trigger == said.Trigger && meaning(g).User == said.User
	}
	for _, g := range genuine {
		of := meaning(g)
		if of.Trigger = said.Trigger; of == said {
			return triggered
		}
	}
	return false
}

// bend changes a body: bits, bytes, a cut, or a value of another body in the
// place of its own.
func bend(chance *mathrand.Rand, of, other []byte) []byte {
	bent := bytes.Clone(of)
	at := func() int { return chance.IntN(len(bent)) }
	switch chance.IntN(6) {
	case 0:
		for range 1 + chance.IntN(3) {
			bent[at()] ^= 1 << chance.IntN(8)
		}
	case 1:
		i := at()
		bent = append(bent[:i:i], bent[min(len(bent), i+1+chance.IntN(8)):]...)
	case 2:
		i := at()
		bent = append(append(bytes.Clone(bent[:i]), bent[at():]...), bent[i:]...)
	case 3:
		bent = bent[:at()]
	default:
		bent = swap(chance, bent, other)
	}
	return bent
}

// swap puts some values of another body in the place of this one's.
func swap(chance *mathrand.Rand, of, other []byte) []byte {
	var a, b map[string]any
	if json.Unmarshal(of, &a) != nil || json.Unmarshal(other, &b) != nil {
		return of
	}
	inner, outer := a["context"].(map[string]any), b["context"].(map[string]any)
	for _, key := range []string{"user_id", "channel_id", "post_id", "trigger_id", "type", "context"} {
		if chance.IntN(4) == 0 {
			a[key] = b[key]
		}
	}
	for _, key := range []string{"request", "op", "digest", "mac"} {
		if chance.IntN(4) == 0 {
			inner[key] = outer[key]
		}
	}
	switch chance.IntN(12) {
	case 0:
		a["type"] = []string{"dialog_submission", "dialog_lookup", "refresh", "select", "BUTTON"}[chance.IntN(5)]
	case 1:
		inner["op"] = []string{"reject", "again", "Approve", ""}[chance.IntN(4)]
	case 2:
		inner["digest"] = ""
	}
	bent, err := json.Marshal(a)
	if err != nil {
		return of
	}
	return bent
}
