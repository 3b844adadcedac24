package room

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

//go:embed page.html cards.html room.css room.js
var files embed.FS

var pages = template.Must(template.New("page.html").Funcs(template.FuncMap{"rich": rich, "in": inside}).ParseFS(files, "page.html", "cards.html"))

// Handler is the room's page, for the person that who names. It accepts paths
// with and without Base. Nobody, or somebody without a seat, gets 403; so does
// a form sent from another site.
func (r *Room) Handler(who func(*http.Request) desk.UID) http.Handler {
	mux := http.NewServeMux()
	for _, name := range []string{"room.css", "room.js"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, q *http.Request) { http.ServeFileFS(w, q, files, name) })
	}
	mux.HandleFunc("GET /{$}", r.seated(who, r.page))
	mux.HandleFunc("GET /posts", r.seated(who, r.part))
	if r.Samples != nil {
		mux.HandleFunc("GET /cards", r.seated(who, r.cards))
	}
	mux.HandleFunc("POST /say", r.seated(who, r.said))
	mux.HandleFunc("POST /click", r.seated(who, r.clicked))
	guarded := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		inner := q.Clone(q.Context())
		inner.URL.Path = "/" + strings.TrimPrefix(strings.TrimPrefix(q.URL.Path, r.Base), "/")
		guarded.ServeHTTP(w, inner)
	})
}

const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func (r *Room) seated(who func(*http.Request) desk.UID, serve func(http.ResponseWriter, *http.Request, seat)) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		uid := who(q)
		s, ok := r.seat(Account(uid))
		if uid == "" || !ok {
			http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		serve(w, q, s)
	}
}

func (r *Room) page(w http.ResponseWriter, q *http.Request, s seat) {
	r.write(w, "page.html", r.view(q, s))
}

// part is the posts alone, for the page's script: 204 while nothing is new.
func (r *Room) part(w http.ResponseWriter, q *http.Request, s seat) {
	v := r.view(q, s)
	if q.FormValue("since") == strconv.Itoa(v.Version) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	r.write(w, "channels", v)
}

func (r *Room) write(w http.ResponseWriter, name string, v view) {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, v); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	page.WriteTo(w) //nolint:errcheck // the reader has gone
}

const longest = 4000 // bytes of what is typed

func (r *Room) said(w http.ResponseWriter, q *http.Request, s seat) {
	q.Body = http.MaxBytesReader(w, q.Body, bodyLimit)
	typed := q.PostFormValue("text")
	if strings.TrimSpace(typed) == "" || len(typed) > longest {
		r.back(w, q, s, nil)
		return
	}
	r.back(w, q, s, r.Say(q.Context(), s.Account, q.PostFormValue("channel"), typed))
}

const bodyLimit = 64 << 10

func (r *Room) clicked(w http.ResponseWriter, q *http.Request, s seat) {
	q.Body = http.MaxBytesReader(w, q.Body, bodyLimit)
	nth, err := strconv.Atoi(q.PostFormValue("button"))
	if err != nil {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	err = r.Click(q.Context(), s.Account, q.PostFormValue("post"), nth)
	if errors.Is(err, ErrGone) {
		err = r.whisper(s.Account, r.Channel(), texts["gone"].In(r.lang(q, s)), nil)
	}
	r.back(w, q, s, err)
}

// back shows the room again, or says that it could not be done.
func (r *Room) back(w http.ResponseWriter, q *http.Request, s seat, err error) {
	switch {
	case errors.Is(err, ErrNotMember):
		http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
	case err != nil:
		http.Error(w, texts["broken"].In(r.lang(q, s)), http.StatusBadGateway)
	default:
		http.Redirect(w, q, r.Base+"/?lang="+r.lang(q, s), http.StatusSeeOther)
	}
}

func (r *Room) lang(q *http.Request, s seat) string {
	if asked := q.FormValue("lang"); asked != "" {
		return say.Lang(asked)
	}
	return say.Lang(s.Locale)
}

// A view is what the page shows to one person.
type view struct {
	Lang, Other string
	Base, Style string
	Me          seat
	Trigger     string
	Version     int
	Channels    []channel
}

// T is a text of the page.
func (v view) T(key string) string { return texts[key].In(v.Lang) }

// inside hands a channel to a template together with the view it is in.
func inside(v view, c channel) struct {
	View    view
	Channel channel
} {
	return struct {
		View    view
		Channel channel
	}{v, c}
}

// A channel is one column of the page.
type channel struct {
	ID, Title, Hint string
	Posts           []shown
}

// A shown post is one line of a column.
type shown struct {
	*post
	Author, When string
	Reply        bool
	Tone         string // class of the card's color
}

func (r *Room) view(q *http.Request, s seat) view {
	lang := r.lang(q, s)
	r.mu.Lock()
	version, trigger := r.version, r.trigger
	r.mu.Unlock()
	v := view{Lang: lang, Other: map[string]string{"fr": "en", "en": "fr"}[lang], Base: r.Base, Style: r.Style,
		Me: s, Trigger: trigger, Version: version}
	if s.Approver {
		v.Channels = append(v.Channels, r.channel(lang, s, r.Channel(), "approvers"))
	}
	v.Channels = append(v.Channels, r.channel(lang, s, s.Direct, "direct"))
	return v
}

func (r *Room) channel(lang string, s seat, id, key string) channel {
	c := channel{ID: id, Title: texts[key].In(lang), Hint: texts[key+".hint"].In(lang)}
	for _, p := range r.visible(s.Account, id) {
		c.Posts = append(c.Posts, r.shown(lang, p))
	}
	return c
}

func (r *Room) shown(lang string, p *post) shown {
	author := "Mélusine"
	if s, ok := r.seat(p.Author); ok {
		author = s.Name
	}
	v := shown{post: p, Author: author, When: say.Time(lang, p.At, r.Zone), Reply: p.Root != ""}
	if p.Card != nil {
		v.Tone = tones[p.Card.Tone]
	}
	return v
}

var tones = map[bot.Tone]string{bot.Neutral: "neutral", bot.Accent: "accent", bot.Warning: "warning",
	bot.Success: "success", bot.Danger: "danger"}

var texts = map[string]desk.Text{
	"title":          {FR: "Salon de démonstration", EN: "Demonstration room"},
	"about":          {FR: "Cette page tient lieu de Mattermost.", EN: "This page stands in for Mattermost."},
	"portal":         {FR: "Portail messagerie", EN: "Mail portal"},
	"skip":           {FR: "Aller au contenu", EN: "Skip to content"},
	"other":          {FR: "English", EN: "Français"},
	"approvers":      {FR: "Canal des validations", EN: "Approvals channel"},
	"approvers.hint": {FR: "Les demandes à valider arrivent ici, pour toutes les personnes qui décident.", EN: "Requests to approve arrive here, for everybody who decides."},
	"direct":         {FR: "Mélusine, en message direct", EN: "Mélusine, direct messages"},
	"direct.hint":    {FR: "Cette conversation n'est visible que de vous.", EN: "Only you see this conversation."},
	"empty":          {FR: "Rien pour l'instant.", EN: "Nothing yet."},
	"only":           {FR: "visible par vous seulement", EN: "only visible to you"},
	"edited":         {FR: "modifié", EN: "edited"},
	"label":          {FR: "Votre message ou commande", EN: "Your message or command"},
	"send":           {FR: "Envoyer", EN: "Send"},
	"refresh":        {FR: "Actualiser", EN: "Refresh"},
	"answers":        {FR: "Réponse", EN: "Reply"},
	"cards":          {FR: "Cartes du robot", EN: "Cards of the bot"},
	"cards.hint":     {FR: "Chaque carte telle que les tests la vérifient\u202f; ses boutons n'agissent pas.", EN: "Each card as the tests check it; its buttons do nothing."},
	"gone":           {FR: "Ce bouton n'est plus là\u202f: la carte a changé.", EN: "This button is gone: the card has changed."},
	"broken":         {FR: "Mélusine ne répond pas. Revenez en arrière et recommencez.", EN: "Mélusine does not answer. Go back and try again."},
}
