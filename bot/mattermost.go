package bot

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/unistra/melusine/internal/desk"
)

// A Token opens the chat server's API. It cannot be printed.
type Token string

// String hides the token.
func (Token) String() string { return "•••" }

// GoString hides it in %#v.
func (Token) GoString() string { return "•••" }

// MarshalText hides it in JSON, YAML and logs.
func (Token) MarshalText() ([]byte, error) { return []byte("•••"), nil }

// Server says how to reach a Mattermost.
type Server struct {
	URL    string // http(s)://host[:port][/path]
	Token  Token  // of the bot account
	Admin  Token  // of an account that may manage slash commands; "" if Socket is set
	Socket string // local-mode socket of the server, instead of Admin
	// Services are the ways of signing in that prove who somebody is, such as
	// "ldap" or "saml": their accounts need no code. Reading them takes Admin or Socket.
	Services []string
	Now      func() time.Time
	Rand     io.Reader // spreads reconnections
	Log      *slog.Logger
}

// Mattermost is a Chat on a real server.
type Mattermost struct {
	Server
	bot, admin *model.Client4

	mu    sync.Mutex
	self  string // our own account, "" until read
	name  string // under which people mention us, as it was then
	key   *ecdsa.PublicKey
	keyAt time.Time
}

// NewMattermost checks the settings; it does not connect, so that a server that
// is down stops nothing.
func NewMattermost(s Server) (*Mattermost, error) {
	if s.URL == "" || s.Token == "" || s.Now == nil || s.Rand == nil || s.Log == nil {
		return nil, errors.New("reach mattermost: a setting is missing")
	}
	m := &Mattermost{Server: s, bot: client(s.URL, s.Token), admin: client(s.URL, s.Admin)}
	if s.Socket != "" {
		m.admin = model.NewAPIv4SocketClient(s.Socket)
		m.admin.HTTPClient.Timeout = requestTime
	}
	return m, nil
}

// requestTime bounds one request, its waits for a busy server included.
const requestTime = 10 * time.Second

func client(url string, token Token) *model.Client4 {
	c := model.NewAPIv4Client(url)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 16
	c.HTTPClient = &http.Client{Transport: patient{transport}, Timeout: requestTime}
	c.SetToken(string(token))
	return c
}

// me is our own account.
func (m *Mattermost) me(ctx context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.self != "" {
		return m.self, nil
	}
	user, _, err := m.bot.GetMe(ctx, "")
	if err != nil {
		return "", fmt.Errorf("read own account: %w", err)
	}
	m.self, m.name = user.Id, user.Username
	return m.self, nil
}

// Post implements Chat. The server knows the key of a message for 30 seconds; of
// one that may be older we look for the post ourselves.
func (m *Mattermost) Post(ctx context.Context, msg Message) (desk.Post, error) {
	me, err := m.me(ctx)
	if err != nil {
		return desk.Post{}, err
	}
	if found, err := m.Find(ctx, msg); err != nil || found.ID != "" {
		return found, err
	}
	look := render(msg)
	made, _, err := m.bot.CreatePost(ctx, &model.Post{ChannelId: msg.Channel, RootId: msg.Root,
		Message: look.Message, Props: look.Props, PendingPostId: msg.Key})
	if err != nil {
		return desk.Post{}, fmt.Errorf("create post: %w", err)
	}
	if made.UserId != me {
		return desk.Post{}, errors.New("create post: the server gave somebody else's")
	}
	return desk.Post{Channel: made.ChannelId, ID: made.Id}, nil
}

// Find implements Chat.
func (m *Mattermost) Find(ctx context.Context, msg Message) (desk.Post, error) {
	if msg.Key == "" || msg.Since.IsZero() {
		return desk.Post{}, nil
	}
	me, err := m.me(ctx)
	if err != nil {
		return desk.Post{}, err
	}
	list, _, err := m.bot.GetPostsSince(ctx, msg.Channel, msg.Since.Add(-life).UnixMilli(), false)
	if err != nil {
		return desk.Post{}, fmt.Errorf("look for earlier post: %w", err)
	}
	for _, p := range list.Posts {
		if p.UserId == me && p.DeleteAt == 0 && p.GetProp(keyProp) == msg.Key {
			return desk.Post{Channel: p.ChannelId, ID: p.Id}, nil
		}
	}
	return desk.Post{}, nil
}

// Update implements Chat. Where the server no longer lets a line be edited
// (PostEditTimeLimit), the card still is.
func (m *Mattermost) Update(ctx context.Context, at desk.Post, msg Message) error {
	look := render(msg)
	_, answer, err := m.bot.PatchPost(ctx, at.ID, &model.PostPatch{Message: &look.Message, Props: &look.Props})
	if err != nil && answer != nil && answer.StatusCode == http.StatusBadRequest {
		_, _, err = m.bot.PatchPost(ctx, at.ID, &model.PostPatch{Props: &look.Props})
	}
	if err != nil && !m.gone(ctx, at.ID) {
		return fmt.Errorf("patch post: %w", err)
	}
	return nil
}

// gone says that a post was deleted: to change it is then forbidden, to read it
// finds nothing.
func (m *Mattermost) gone(ctx context.Context, id string) bool {
	_, answer, err := m.bot.GetPost(ctx, id, "")
	return err != nil && answer != nil && answer.StatusCode == http.StatusNotFound
}

// Direct implements Chat.
func (m *Mattermost) Direct(ctx context.Context, account string) (string, error) {
	me, err := m.me(ctx)
	if err != nil {
		return "", err
	}
	channel, _, err := m.bot.CreateDirectChannel(ctx, me, account)
	if err != nil {
		return "", fmt.Errorf("create direct channel: %w", err)
	}
	return channel.Id, nil
}

// User implements Chat. An account that the server does not have is Deleted.
func (m *Mattermost) User(ctx context.Context, account string) (User, error) {
	reader := m.bot
	if len(m.Services) > 0 { // a plain bot is not told how others sign in
		reader = m.admin
	}
	user, answer, err := reader.GetUser(ctx, account, "")
	if err != nil && answer != nil && answer.StatusCode == http.StatusNotFound {
		return User{Account: account, Deleted: true}, nil
	}
	if err != nil {
		return User{}, fmt.Errorf("read user: %w", err)
	}
	u := User{Account: user.Id, Locale: user.Locale, Deleted: user.DeleteAt != 0, Bot: user.IsBot}
	if slices.Contains(m.Services, user.AuthService) && user.AuthData != nil {
		u.Service, u.Subject = user.AuthService, *user.AuthData
	}
	return u, nil
}

// keyLife is how long the server's key is believed without asking again.
const keyLife = 10 * time.Minute

// Key implements Chat.
func (m *Mattermost) Key(ctx context.Context) (*ecdsa.PublicKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.key != nil && m.Now().Sub(m.keyAt) < keyLife {
		return m.key, nil
	}
	config, _, err := m.bot.GetClientConfig(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read client config: %w", err)
	}
	key, err := publicKey(config["AsymmetricSigningPublicKey"])
	if err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	m.key, m.keyAt = key, m.Now()
	return key, nil
}

func publicKey(text string) (*ecdsa.PublicKey, error) {
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*ecdsa.PublicKey)
	if !ok {
		return nil, errors.New("not an ECDSA key")
	}
	return key, nil
}
