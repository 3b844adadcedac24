package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// sealWait is how long events may be without a checkpoint: they are signed
// within five minutes, and tried again.
const sealWait = 15 * time.Minute

// checks lists what the house depends on.
func (h *house) checks(fit func(context.Context) error, mattermost string, kept func() (seals, error)) []check {
	all := []check{
		{"journal", func(ctx context.Context) error { return errors.Join(h.ruined, fit(ctx), h.vitals.of("read").err) },
			desk.Text{FR: "Le journal ne répond pas ou n'accepte plus d'écriture. Les pages se lisent encore ; rien n'est enregistré ni envoyé. Regardez le disque ou PostgreSQL ; un fichier qui a refusé une écriture demande un redémarrage.",
				EN: "The journal does not answer, or takes no more writes. Pages can still be read; nothing is saved or sent. Look at the disk or at PostgreSQL; a file that refused a write needs a restart."}},
		{"directory", h.directoryFresh,
			desk.Text{FR: "La copie de l'annuaire manque ou est trop vieille : plus rien n'est accepté. Regardez le serveur LDAP et le compte de Mélusine.",
				EN: "The copy of the directory is missing or too old: nothing is accepted any more. Look at the LDAP server and at Mélusine's account."}},
		{"partage", h.partageAnswers,
			desk.Text{FR: "Partage n'a pas répondu à la dernière lecture, ou n'a jamais été lu en entier. Les demandes sont enregistrées et attendent.",
				EN: "Partage did not answer the last read, or was never read in full. Requests are saved and wait."}},
		{"mattermost", pings(mattermost),
			desk.Text{FR: "Mattermost ne répond pas : personne n'est prévenu, les demandes se valident dans le portail.",
				EN: "Mattermost does not answer: nobody is told, requests are approved in the portal."}},
	}
	if kept == nil {
		return all
	}
	return append(all, check{"publication", func(context.Context) error { return h.vitals.of("publication").err },
		desk.Text{FR: "Le dernier point de contrôle n'a pas pu être posté : personne d'autre ne le garde. Un autre essai a lieu toutes les trente secondes. Regardez history.channel, et si le bot y est membre.",
			EN: "The last checkpoint could not be posted: nobody else keeps it. It is tried again every thirty seconds. Look at history.channel, and whether the bot is a member."}},
		check{"checkpoint", h.sealed(kept),
			desk.Text{FR: "Le journal avance sans point de contrôle. Regardez history.folder, sa place et ses droits, et le journal d'exécution.",
				EN: "The journal grows without a checkpoint. Look at history.folder, its space and rights, and at the log."}})
}

func (h *house) directoryFresh(context.Context) error {
	read, _ := h.mirror.Ages()
	if age := h.desk.Now().Sub(read); read.IsZero() || age > h.desk.Stale {
		return errors.Join(lastRead(read), h.vitals.of("directory").err)
	}
	return nil
}

func (h *house) partageAnswers(context.Context) error {
	_, read := h.mirror.Ages()
	if last := h.vitals.of("partage"); last.err != nil || read.IsZero() {
		return errors.Join(lastRead(read), last.err)
	}
	return nil
}

func lastRead(at time.Time) error {
	if at.IsZero() {
		return errors.New("never read in full")
	}
	return fmt.Errorf("last read in full on %s", at.Format(time.RFC3339))
}

// pings asks a Mattermost whether it answers.
func pings(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		ask, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/v4/system/ping", nil)
		if err != nil {
			return fmt.Errorf("ask Mattermost: %w", err)
		}
		answer, err := http.DefaultClient.Do(ask)
		if err != nil {
			return fmt.Errorf("ask Mattermost: %w", err)
		}
		defer answer.Body.Close()
		_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)) // so that the connection serves again
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("ask Mattermost: %s", answer.Status)
		}
		return nil
	}
}

// sealed watches that what no checkpoint covers is covered in time. The wait
// counts from when it was first seen here: after a quiet night the last
// checkpoint is old, and nothing is wrong.
func (h *house) sealed(kept func() (seals, error)) func(context.Context) error {
	var mu sync.Mutex
	var seen desk.Seq
	var since time.Time
	return func(context.Context) error {
		last, err := kept()
		if err != nil {
			return err
		}
		_, head := h.desk.View.Request("")
		mu.Lock()
		defer mu.Unlock()
		if head <= last.events || since.IsZero() || last.events != seen {
			seen, since = last.events, h.desk.Now()
		}
		if h.desk.Now().Sub(since) > sealWait {
			return fmt.Errorf("%d events since the last checkpoint", head-last.events)
		}
		return nil
	}
}
