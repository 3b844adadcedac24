package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// Commands implements Chat: the command is there in every team the bot is in.
// A plain bot may not create commands, hence Server.Admin or Server.Socket.
func (m *Mattermost) Commands(ctx context.Context, trigger, url string) (tokens []string, err error) {
	me, err := m.me(ctx)
	if err != nil {
		return nil, err
	}
	teams, _, err := m.bot.GetTeamsForUser(ctx, me, "")
	if err != nil {
		return nil, fmt.Errorf("list teams: %w", err)
	}
	var errs []error
	for _, team := range teams {
		token, err := m.command(ctx, wanted(me, team.Id, trigger, url))
		if err != nil {
			errs = append(errs, fmt.Errorf("team %s: %w", team.Name, err))
			continue
		}
		tokens = append(tokens, token)
	}
	return tokens, errors.Join(errs...)
}

func wanted(me, team, trigger, url string) *model.Command {
	return &model.Command{
		CreatorId: me, TeamId: team, Trigger: trigger, URL: url, Method: model.CommandMethodPost,
		DisplayName: "Mélusine", Description: "Adresses et boîtes de l'université", Username: "melusine",
		AutoComplete: true, AutoCompleteDesc: "Adresses et boîtes de l'université",
		AutoCompleteHint: "[une phrase | aide | alias | quota | compte | demandes | valider D-n | question D-n]",
	}
}

// same says that the command that is there needs no mending.
func same(have, want *model.Command) bool {
	return have.URL == want.URL && have.Method == want.Method && have.AutoCompleteHint == want.AutoCompleteHint
}

// command creates the command, or mends the one that is there. Its token stays
// the same. What another node has made meanwhile is as good as our own.
func (m *Mattermost) command(ctx context.Context, want *model.Command) (token string, err error) {
	if token, err = m.mended(ctx, want); err != nil || token != "" {
		return token, err
	}
	made := *want
	_, _, failed := m.admin.CreateCommand(ctx, &made)
	if token, err = m.mended(ctx, want); err == nil && token == "" {
		err = fmt.Errorf("create command: %w", cmp.Or(failed, errors.New("it is not there")))
	}
	return token, err
}

// mended is the token of the command that is there, as it is wanted by now; "" if
// there is none. Of several, which Mattermost lets in when nodes create them in one
// instant, the oldest stays: every node finds that one.
func (m *Mattermost) mended(ctx context.Context, want *model.Command) (token string, err error) {
	all, _, err := m.admin.ListCommands(ctx, want.TeamId, true)
	if err != nil {
		return "", fmt.Errorf("list commands: %w", err)
	}
	all = slices.DeleteFunc(all, func(c *model.Command) bool { return c.Trigger != want.Trigger || c.DeleteAt != 0 })
	if len(all) == 0 {
		return "", nil
	}
	slices.SortFunc(all, func(a, b *model.Command) int {
		return cmp.Or(cmp.Compare(a.CreateAt, b.CreateAt), strings.Compare(a.Id, b.Id))
	})
	have := all[0]
	for _, other := range all[1:] {
		if r, err := m.admin.DeleteCommand(ctx, other.Id); err != nil && (r == nil || r.StatusCode != http.StatusNotFound) { // somebody was faster
			return "", fmt.Errorf("delete second command: %w", err)
		}
	}
	if same(have, want) {
		return have.Token, nil
	}
	mend := *want
	mend.Id, mend.Token, mend.CreatorId = have.Id, have.Token, have.CreatorId
	if _, _, err = m.admin.UpdateCommand(ctx, &mend); err != nil {
		return "", fmt.Errorf("update command: %w", err)
	}
	return have.Token, nil
}
