package bot

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"
)

const (
	// The server pings every 60 seconds: a silence of more than this is a dead
	// connection, even if nothing says so.
	silence = 100 * time.Second
	// Between two connections, doubling from the first to the last.
	firstWait = time.Second
	lastWait  = time.Minute
	// What was said this long before we started, and not answered, still is.
	grace = 10 * time.Minute
)

// A line is where we are in the server's stream of events. With its id and the
// next number a lost connection goes on where it stopped.
type line struct {
	id    string
	next  int64
	fresh time.Time // up to when nothing was missed
}

// Listen implements Chat.
func (m *Mattermost) Listen(ctx context.Context, ears Ears) error {
	at, wait := line{fresh: m.Now().Add(-grace)}, firstWait
	for {
		began := m.Now()
		err := m.follow(ctx, &at, ears)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if m.Now().Sub(began) > lastWait {
			wait = firstWait
		}
		m.Log.WarnContext(ctx, "chat connection lost", "error", err, "again_in", wait)
		if err := pause(ctx, m.jitter(wait)); err != nil {
			return err
		}
		wait = min(2*wait, lastWait)
	}
}

// jitter is between half of a wait and all of it, so that not everybody comes
// back at once.
func (m *Mattermost) jitter(wait time.Duration) time.Duration {
	var raw [8]byte
	if _, err := io.ReadFull(m.Rand, raw[:]); err != nil {
		return wait
	}
	return wait/2 + time.Duration(binary.BigEndian.Uint64(raw[:])%uint64(wait/2))
}

func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// follow reads one connection to its end.
func (m *Mattermost) follow(ctx context.Context, at *line, ears Ears) error {
	me, err := m.me(ctx)
	if err != nil {
		return err
	}
	conn, err := m.dial(ctx, *at)
	if err != nil {
		return err
	}
	hangUp := func() { conn.Close() } //nolint:errcheck // it was read to its end
	defer hangUp()
	defer context.AfterFunc(ctx, hangUp)()
	m.watch(conn)
	for {
		_, data, err := conn.ReadMessage()
		if err != nil {
			return fmt.Errorf("read event: %w", err)
		}
		event, err := model.WebSocketEventFromJSON(bytes.NewReader(data))
		if err != nil || !event.IsValid() {
			continue // an answer to a request, not an event
		}
		if err := m.event(ctx, me, at, event, ears); err != nil {
			return err
		}
	}
}

func (m *Mattermost) dial(ctx context.Context, at line) (*websocket.Conn, error) {
	base := "ws" + strings.TrimPrefix(strings.TrimSuffix(m.URL, "/"), "http")
	query := url.Values{"connection_id": {at.id}, "sequence_number": {strconv.FormatInt(at.next, 10)}}
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: requestTime}
	header := http.Header{"Authorization": {"Bearer " + string(m.Token)}}
	conn, answer, err := dialer.DialContext(ctx, base+model.APIURLSuffix+"/websocket?"+query.Encode(), header)
	if answer != nil && answer.Body != nil {
		answer.Body.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("open event stream: %w", err)
	}
	return conn, nil
}

// watch ends the connection when the server has been silent for too long.
func (m *Mattermost) watch(conn *websocket.Conn) {
	alive := func() { conn.SetReadDeadline(m.Now().Add(silence)) } //nolint:errcheck // a broken connection shows at the next read
	alive()
	conn.SetPingHandler(func(data string) error {
		alive()
		return conn.WriteControl(websocket.PongMessage, []byte(data), m.Now().Add(requestTime))
	})
}

// event handles one event in order. A number that is not the next one, or a new
// connection id, means that some were lost: they are read by REST.
func (m *Mattermost) event(ctx context.Context, me string, at *line, e *model.WebSocketEvent, ears Ears) error {
	id, _ := e.GetData()["connection_id"].(string)
	newLine := e.EventType() == model.WebsocketEventHello && id != at.id
	if newLine || e.GetSequence() != at.next {
		if err := m.catchUp(ctx, me, at.fresh, ears); err != nil {
			return fmt.Errorf("catch up: %w", err)
		}
	}
	if newLine {
		at.id = id
	}
	if err := m.hear(ctx, me, e, ears); err != nil {
		return err
	}
	at.next, at.fresh = e.GetSequence()+1, m.Now().Add(-life)
	return nil
}

// hear hands over what an event tells.
func (m *Mattermost) hear(ctx context.Context, me string, e *model.WebSocketEvent, ears Ears) error {
	switch e.EventType() {
	case model.WebsocketEventPosted:
		direct := e.GetData()["channel_type"] == string(model.ChannelTypeDirect)
		if p := postOf(e); p != nil && toUs(p, me) && (direct || m.mentioned(p)) {
			return ears.Message(ctx, m.heard(p, !direct))
		}
	case model.WebsocketEventUserUpdated:
		if user, ok := e.GetData()["user"].(*model.User); ok {
			ears.Account(ctx, user.Id)
		}
	case model.WebsocketEventAddedToTeam:
		if e.GetData()["user_id"] == me {
			ears.Joined(ctx)
		}
	}
	return nil
}

func postOf(e *model.WebSocketEvent) *model.Post {
	raw, _ := e.GetData()["post"].(string)
	var p model.Post
	if json.Unmarshal([]byte(raw), &p) != nil {
		return nil
	}
	return &p
}

// toUs leaves out our own posts, those of bots and webhooks, and what the
// server itself says.
func toUs(p *model.Post, me string) bool {
	return p.UserId != me && p.Type == model.PostTypeDefault && p.DeleteAt == 0 &&
		p.GetProp(model.PostPropsFromBot) == nil && p.GetProp(model.PostPropsFromWebhook) == nil
}

func (m *Mattermost) heard(p *model.Post, public bool) Heard {
	h := Heard{Account: p.UserId, Channel: p.ChannelId, Post: p.Id, Root: p.RootId, Text: p.Message, Public: public}
	if public {
		h.Text = unnamed(p.Message, m.name)
	}
	return h
}

// mentioned says that the post names us, as a word of its own.
func (m *Mattermost) mentioned(p *model.Post) bool {
	return m.name != "" && slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(p.Message), func(r rune) bool {
		return r != '@' && r != '.' && r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), func(w string) bool { return strings.TrimRight(w, ".-_") == "@"+m.name })
}

// answerKey is the Key of the answer to a direct message.
func answerKey(post string) string { return "answer:" + post }

// catchUp hands over what was said to us since then and has no answer of ours.
// We may have been added to a team as well.
func (m *Mattermost) catchUp(ctx context.Context, me string, since time.Time, ears Ears) error {
	ears.Joined(ctx)
	channels, _, err := m.bot.GetChannelsForUserWithLastDeleteAt(ctx, me, 0)
	if err != nil {
		return fmt.Errorf("list channels: %w", err)
	}
	for _, c := range channels {
		if c.LastPostAt < since.UnixMilli() {
			continue
		}
		list, _, err := m.bot.GetPostsSince(ctx, c.Id, since.UnixMilli(), false)
		if err != nil {
			return fmt.Errorf("list posts: %w", err)
		}
		direct := c.Type == model.ChannelTypeDirect
		for _, p := range unanswered(list, me, since) {
			if !direct && !m.mentioned(p) {
				continue
			}
			if err := ears.Message(ctx, m.heard(p, !direct)); err != nil {
				return err
			}
		}
	}
	return nil
}

// unanswered are the posts said to us since then that none of ours answers,
// oldest first. The list also has older ones, edited or replied to since.
func unanswered(list *model.PostList, me string, since time.Time) (left []*model.Post) {
	answered := map[any]bool{}
	for _, p := range list.Posts {
		if p.UserId == me {
			answered[p.GetProp(keyProp)] = true
		}
	}
	list.SortByCreateAt()
	for i := len(list.Order) - 1; i >= 0; i-- {
		if p := list.Posts[list.Order[i]]; toUs(p, me) && p.CreateAt >= since.UnixMilli() && !answered[answerKey(p.Id)] {
			left = append(left, p)
		}
	}
	return left
}
