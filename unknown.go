package main

import (
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/say"
)

type unknownCommand struct {
	File string `arg:"" help:"Configuration file."`
	Days int    `default:"30" help:"Of those that failed for good, the ones of so many days; 0 = all."`
	JSON bool   `name:"json" help:"Print JSON."`
	Lang string `default:"fr" enum:"fr,en" help:"Language: fr or en."`
}

// Run tells of each request that may need a human: with its evidence, and what
// to do. The server may be running.
func (c unknownCommand) Run(ctx context.Context) error {
	return withHistory(ctx, c.File, func(cfg config, events *journal.Log) error { return c.tell(ctx, os.Stdout, cfg, events, time.Now()) })
}

func (c unknownCommand) tell(ctx context.Context, out io.Writer, cfg config, events *journal.Log, now time.Time) error {
	zone, err := time.LoadLocation(cfg.TimeZone)
	if err != nil {
		return err
	}
	view := mirror.New(events)
	if err := view.CatchUp(ctx); err != nil {
		return err
	}
	var found []desk.Request
	for r := range view.Requests(desk.Query{States: []desk.State{desk.Running, desk.Doubtful, desk.Broken}}) {
		old := c.Days > 0 && now.Sub(r.Changed) > time.Duration(c.Days)*24*time.Hour
		if r.State == desk.Doubtful || r.State == desk.Running && now.After(r.Until) || r.State == desk.Broken && !old {
			found = append(found, r)
		}
	}
	if c.JSON {
		return printJSON(out, found)
	}
	w := witness{c.Lang, zone, now, cfg.Executor.Attempts}
	var text strings.Builder
	for _, r := range found {
		text.WriteString(w.tell(r))
	}
	if len(found) == 0 {
		text.WriteString(w.say("nothing") + "\n")
	}
	_, err = io.WriteString(out, text.String())
	return err
}

// A witness tells what is known of a request.
type witness struct {
	lang     string
	zone     *time.Location
	now      time.Time
	attempts int // at most
}

func (w witness) tell(r desk.Request) string {
	lines := []string{say.Line(w.lang, r), "    " + say.Outcome(w.lang, r, nil)}
	add := func(key string, pairs ...string) { lines = append(lines, "    "+w.say(key, pairs...)) }
	add("asked", "by", string(r.By), "at", w.moment(r.Asked))
	add("attempts", "n", strconv.Itoa(r.Attempt), "doubts", strconv.Itoa(r.Doubts))
	if !r.Issued.IsZero() {
		add("sent", "at", w.moment(r.Issued))
	} else if r.Attempt > 0 {
		add("unsent")
	}
	if b := r.Before; b.Known() {
		add("before", "address", string(b.Address), "id", b.ID, "status", b.Status, "quota", say.Size(w.lang, b.Quota), "aliases", listOf(b.Aliases))
	}
	for i, s := range inForce(r) {
		add("step", "n", strconv.Itoa(i+1), "of", strconv.Itoa(len(r.Steps())), "do", s.Do.String())
	}
	if r.Error != "" {
		add("error", "error", firstLine(r.Error))
	}
	if !r.State.Final() {
		add("next", "at", w.moment(r.Until))
	}
	add(w.remedy(r), "n", strconv.Itoa(w.attempts), "target", string(r.Action.After()))
	return strings.Join(lines, "\n") + "\n\n"
}

// late is how long after its time a doubt should have been looked at.
const late = 10 * time.Minute

// remedy is the key of what to do.
func (w witness) remedy(r desk.Request) string {
	switch {
	case !r.State.Final() && w.now.Sub(r.Until) > late:
		return "do.late"
	case !r.State.Final():
		return "do.wait"
	case r.Step > 0:
		return "do.partly"
	case r.Undoing:
		return "do.undone"
	case r.Code == desk.NoEffect:
		return "do.noeffect"
	case r.Code == desk.OtherMailbox || r.Code == desk.UnknownAccount:
		return "do.missing"
	}
	return "do.again"
}

func (w witness) moment(t time.Time) string { return say.Moment(w.lang, t, w.zone) }

func listOf(addresses []desk.Address) string {
	if len(addresses) == 0 {
		return "-"
	}
	words := make([]string, len(addresses))
	for i, a := range addresses {
		words[i] = string(a)
	}
	return strings.Join(words, ", ")
}

// say fills the sentence of a key.
func (w witness) say(key string, pairs ...string) string {
	for i := range pairs {
		if i%2 == 0 {
			pairs[i] = "{" + pairs[i] + "}"
		}
	}
	return strings.NewReplacer(pairs...).Replace(testimony[key].In(w.lang))
}

var testimony = map[string]desk.Text{
	"nothing":  {FR: "Aucune demande en doute ni en échec.", EN: "No request is in doubt or has failed."},
	"asked":    {FR: "Demandé par {by} le {at}.", EN: "Asked by {by} on {at}."},
	"attempts": {FR: "Tentatives : {n}, dont d'issue inconnue à cette étape : {doubts}.", EN: "Attempts: {n}; of unknown outcome at this step: {doubts}."},
	"sent":     {FR: "Dernier envoi : juste après le jeton du {at}.", EN: "Last send: right after the token of {at}."},
	"unsent":   {FR: "À la dernière tentative, rien n'était à envoyer.", EN: "At the last attempt, nothing was to be sent."},
	"before":   {FR: "Lu juste avant : {address} ({id}), statut {status}, quota {quota}, alias : {aliases}.", EN: "Read just before: {address} ({id}), status {status}, quota {quota}, aliases: {aliases}."},
	"step":     {FR: "Étape {n} sur {of}, en vigueur : {do}", EN: "Step {n} of {of}, in force: {do}"},
	"error":    {FR: "Dernière erreur : {error}", EN: "Last error: {error}"},
	"next":     {FR: "Sera relue, pas avant le {at}.", EN: "Will be looked at, not before {at}."},
	"do.wait": {FR: "À faire : rien. Mélusine relit la boîte ; si l'effet y est, c'est fait ; s'il n'y est pas deux fois de suite, elle renvoie, {n} envois au plus. Ne refaites rien à la main.",
		EN: "To do: nothing. Mélusine reads the mailbox; if the effect is there, it is done; if it is not, twice, it sends again, {n} times at most. Do nothing by hand."},
	"do.late": {FR: "À faire : elle aurait dû être relue. Le serveur tourne-t-il ? Partage répond-il ? Voyez /readyz et le journal d'exécution.",
		EN: "To do: it should have been looked at. Is the server running? Does Partage answer? See /readyz and the log."},
	"do.partly": {FR: "À faire : les étapes ci-dessus sont restées. Regardez la boîte (melusine partage GetAccount name={target}), puis redemandez la même chose, ou défaites-les, la dernière d'abord.",
		EN: "To do: the steps above have stayed. Look at the mailbox (melusine partage GetAccount name={target}), then ask for the same again, or take them back, the last one first."},
	"do.undone": {FR: "À faire : tout a été repris, rien n'est changé. Corrigez la cause, puis faites redemander.",
		EN: "To do: all was taken back, nothing is changed. Mend the cause, then have it asked again."},
	"do.noeffect": {FR: "À faire : {n} envois sans effet, chacun prouvé. Regardez la boîte (melusine partage GetAccount name={target}), demandez à RENATER ce qui est arrivé à ces heures, puis faites redemander.",
		EN: "To do: {n} sends without effect, each proved. Look at the mailbox (melusine partage GetAccount name={target}), ask RENATER what happened at those times, then have it asked again."},
	"do.missing": {FR: "À faire : la boîte n'est plus là, ou son adresse est à une autre. Cherchez son identifiant sur Partage avant toute nouvelle demande.",
		EN: "To do: the mailbox is there no more, or its address is another's. Look for its identifier on Partage before anything new is asked."},
	"do.again": {FR: "À faire : lisez la cause ; si elle est levée, faites redemander.",
		EN: "To do: read the cause; if it is gone, have it asked again."},
}
