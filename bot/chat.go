package bot

import (
	"context"
	"crypto/ecdsa"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A Chat carries messages. An account is the chat's own immutable id of a
// user, never a name.
type Chat interface {
	// Post says something. A Message with a Key is posted once: the same Key
	// again gives the first post.
	Post(context.Context, Message) (desk.Post, error)
	// Update replaces all that a post of ours shows. A post that somebody has
	// deleted is no error: there is nothing left to bring up to date.
	Update(context.Context, desk.Post, Message) error
	// Direct is the channel in which only that account and we are.
	Direct(ctx context.Context, account string) (channel string, err error)
	// User tells who the account is, as it is now and not from a copy.
	User(ctx context.Context, account string) (User, error)
	// Open shows a form to the account that did what the trigger says, within
	// seconds of it.
	Open(ctx context.Context, trigger string, d Dialog) error
	// Key verifies the trigger ids of the server.
	Key(context.Context) (*ecdsa.PublicKey, error)
	// Commands sees to it that "/trigger" posts to url wherever we are, and
	// returns the tokens by which the server will name itself. With an error come
	// those of the places where it went well.
	Commands(ctx context.Context, trigger, url string) (tokens []string, err error)
	// Find is the post made from the message, if there is one since its Since; the
	// zero Post if there is none.
	Find(context.Context, Message) (desk.Post, error)
	// Listen hands over what happens, one thing after the other, until ctx ends,
	// whatever happens to the connection.
	Listen(context.Context, Ears) error
}

// Ears are what is done about what happens in the chat.
type Ears struct {
	// Message is given each direct message that people send us. One may be handed
	// over twice, and is again when Message returns an error.
	Message func(context.Context, Heard) error
	// Account is given an account that has changed. Some changes are missed.
	Account func(ctx context.Context, account string)
	// Joined is called when we were added to a team. Sometimes it is missed.
	Joined func(context.Context)
}

// A User is an account of the chat.
type User struct {
	Account string
	Locale  string // "fr", "en-GB"...
	Deleted bool   // deactivated or gone
	Bot     bool
	// Service is by what the server signs them in, and Subject as whom, if that is
	// one of those that we were told to believe.
	Service, Subject string
}

// Heard is a direct message, or one that names us in a channel.
type Heard struct {
	Account string
	Channel string
	Post    string
	Root    string // the thread's first post, "" outside a thread
	Text    string
	Public  bool // said in a channel, and names us: others may read the answer
}

// A Message is what a post shows: one line of Markdown that says it all, for
// search and notifications, and perhaps a card.
type Message struct {
	Channel string
	Root    string    // the post it answers, "" to stand alone
	Key     string    // posted once; "" = each time
	Since   time.Time // when the Key may first have been posted; zero = it never was
	Line    string
	Card    *Card
}

// A Card stands below the line. Its texts are Markdown, people's words fenced.
type Card struct {
	Tone    Tone
	Title   string
	Text    string
	Fields  []Field
	Footer  string
	Buttons []Button
}

// A Tone is the color of a card, "#rrggbb". It never says anything that the
// words do not.
type Tone string

// The tones.
const (
	Neutral Tone = "#4a5565"
	Accent  Tone = "#1d4f91"
	Warning Tone = "#b36b00"
	Success Tone = "#17653a"
	Danger  Tone = "#a9211a"
)

// A Field is a labeled value; two short ones share a row.
type Field struct {
	Title, Value string
	Short        bool
}

// A Button sends Context, untouched, to URL.
type Button struct {
	Label   string
	Style   string // "primary", "danger"
	URL     string
	Context map[string]string
}
