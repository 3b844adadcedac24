package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// A Site is what a bot needs on its Mattermost. Server.Admin is the token of a
// service account, an administrator that is nobody's; Server.Token is "" if the
// bot has none yet.
type Site struct {
	Server
	Name     string   // user name of the bot
	Trigger  string   // of the slash command
	Callback string   // public base of Handler, as the server reaches it
	Teams    []string // names of the teams whose people use it; nil = all
	Places   []Place
	Keep     func(Token) error // keeps a token that was just made
	// Reaches says whether the server calls us when execute is run; nil: not to be tried.
	Reaches func(ctx context.Context, execute func(context.Context) error) error
	Look    bool // change nothing
}

// A Place is a private channel where the bot posts.
type Place struct {
	Setting string // the line of the configuration that holds its id
	ID      string // "" = not made yet
	Name    string // to make it by
	Title   string
}

// A Verdict is what was found of one thing.
type Verdict string

// The verdicts.
const (
	Right  Verdict = "ok"     // as it should be
	Made   Verdict = "made"   // was not there, and is now
	Wanted Verdict = "to do"  // not there; without Look it would be made
	Wrong  Verdict = "change" // an administrator must change it
	Noted  Verdict = "note"   // good to know
)

// A Finding is one line of what Setup tells.
type Finding struct {
	Verdict Verdict
	Text    string
}

// setup is one run of Setup.
type setup struct {
	Site
	admin *model.Client4
	told  []Finding
	bot   string // account of the bot, "" if it has none
	teams []*model.Team
}

// Setup sees to it that all is there that a bot needs, and tells what it found,
// what it made and what is left to an administrator. It may be run again at any
// time. An error means that it could not go on.
func Setup(ctx context.Context, site Site) ([]Finding, error) {
	s := &setup{Site: site, admin: client(site.URL, site.Admin)}
	if site.Socket != "" {
		s.admin = model.NewAPIv4SocketClient(site.Socket)
		s.admin.HTTPClient.Timeout = requestTime
	}
	for _, step := range []func(context.Context) error{s.account, s.settings, s.theBot, s.token, s.join, s.places, s.commands, s.reach} {
		if err := step(ctx); err != nil {
			return s.told, err
		}
	}
	return s.told, nil
}

func (s *setup) tell(v Verdict, format string, args ...any) {
	s.told = append(s.told, Finding{v, fmt.Sprintf(format, args...)})
}

// make does what is missing, or tells that it is.
func (s *setup) make(what string, do func() error) error {
	if s.Look {
		s.tell(Wanted, "%s", what)
		return nil
	}
	if err := do(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	s.tell(Made, "%s", what)
	return nil
}

// account looks at who we are: what the service account makes dies with it.
func (s *setup) account(ctx context.Context) error {
	if s.Socket != "" {
		s.tell(Noted, "through the local-mode socket, the bot account itself cannot be made: for that give admin_token_file")
		return nil
	}
	me, _, err := s.admin.GetMe(ctx, "")
	if err != nil {
		return fmt.Errorf("read the account of admin_token_file: %w", err)
	}
	if !me.IsSystemAdmin() {
		s.tell(Wrong, "the account %s of admin_token_file is no system administrator: it can neither read the settings nor make a bot", me.Username)
		return nil
	}
	s.tell(Right, "service account %s: the bot stops if this account is deactivated, so it must be nobody's own", me.Username)
	return nil
}

// theBot sees to the account of the bot.
func (s *setup) theBot(ctx context.Context) error {
	user, answer, err := s.admin.GetUserByUsername(ctx, s.Name, "")
	if err != nil && missing(answer) {
		return s.make("bot account "+s.Name, func() error {
			made, _, err := s.admin.CreateBot(ctx, &model.Bot{Username: s.Name, DisplayName: "Mélusine", Description: "Adresses et boîtes de messagerie"})
			if err == nil {
				s.bot = made.UserId
			}
			return err
		})
	}
	switch {
	case err != nil:
		return fmt.Errorf("look for the bot account: %w", err)
	case !user.IsBot:
		return fmt.Errorf("the user %s is a person, not a bot: choose another name for the bot", s.Name)
	case user.DeleteAt != 0:
		s.bot = user.Id
		return s.make("bot account "+s.Name+" active again", func() error { _, _, err := s.admin.EnableBot(ctx, user.Id); return err })
	}
	s.bot = user.Id
	s.tell(Right, "bot account %s", s.Name)
	return s.owner(ctx)
}

// owner tells of a bot whose owner is gone: the server deactivates it with them.
func (s *setup) owner(ctx context.Context) error {
	bot, _, err := s.admin.GetBot(ctx, s.bot, "")
	if err != nil {
		s.tell(Noted, "who owns the bot account cannot be read: %v", err)
		return nil
	}
	owner, _, err := s.admin.GetUser(ctx, bot.OwnerId, "")
	if err != nil {
		s.tell(Noted, "the owner of the bot account cannot be read (a plugin?): %v", err)
		return nil
	}
	if owner.DeleteAt != 0 {
		s.tell(Wrong, "the owner of the bot account, %s, is deactivated: assign the bot to the service account", owner.Username)
	}
	return nil
}

// token sees to it that the bot has a token of its own, and that it is its own.
func (s *setup) token(ctx context.Context) error {
	if s.bot == "" {
		return nil
	}
	if s.Token == "" {
		return s.make("token of the bot, in token_file", func() error {
			made, _, err := s.admin.CreateUserAccessToken(ctx, s.bot, "Mélusine")
			if err != nil {
				return err
			}
			s.Token = Token(made.Token)
			return s.Keep(s.Token)
		})
	}
	me, answer, err := client(s.URL, s.Token).GetMe(ctx, "")
	switch {
	case answer != nil && answer.StatusCode == http.StatusUnauthorized:
		s.tell(Wrong, "the token of token_file is not valid: remove the file and run this again for another one")
	case err != nil:
		return fmt.Errorf("use the token of the bot: %w", err)
	case me.Id != s.bot:
		s.tell(Wrong, "the token of token_file is that of %s, not of %s: remove the file and run this again for another one", me.Username, s.Name)
	default:
		s.tell(Right, "token of the bot")
	}
	return nil
}

// join sees to it that the bot is in its teams: a slash command is of a team.
func (s *setup) join(ctx context.Context) error {
	if err := s.listTeams(ctx); err != nil {
		return err
	}
	for _, team := range s.teams {
		if s.bot == "" {
			s.tell(Wanted, "bot in team %s", team.Name)
			continue
		}
		member, answer, err := s.admin.GetTeamMember(ctx, team.Id, s.bot, "")
		if err != nil && !missing(answer) {
			return fmt.Errorf("look at team %s: %w", team.Name, err)
		}
		if err == nil && member.DeleteAt == 0 {
			s.tell(Right, "bot in team %s", team.Name)
			continue
		}
		if err := s.make("bot in team "+team.Name, func() error { _, _, err := s.admin.AddTeamMember(ctx, team.Id, s.bot); return err }); err != nil {
			return err
		}
	}
	return nil
}

func (s *setup) listTeams(ctx context.Context) error {
	const page = 200
	for n := 0; ; n++ {
		teams, _, err := s.admin.GetAllTeams(ctx, "", n, page)
		if err != nil {
			return fmt.Errorf("list teams: %w", err)
		}
		for _, team := range teams {
			if team.DeleteAt == 0 && (len(s.Teams) == 0 || wants(s.Teams, team.Name)) {
				s.teams = append(s.teams, team)
			}
		}
		if len(teams) < page {
			break
		}
	}
	if len(s.teams) == 0 {
		return errors.New("there is no such team")
	}
	return nil
}

func wants(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

func missing(answer *model.Response) bool {
	return answer != nil && answer.StatusCode == http.StatusNotFound
}
