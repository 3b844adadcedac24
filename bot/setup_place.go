package bot

import (
	"context"
	"fmt"

	"github.com/mattermost/mattermost/server/public/model"
)

// places sees to the channels.
func (s *setup) places(ctx context.Context) error {
	for i := range s.Places {
		if err := s.place(ctx, &s.Places[i]); err != nil {
			return err
		}
	}
	return nil
}

// place finds a channel by its id, or by its name if the configuration has none
// yet. A name that others took proves nothing: only an id is ever written.
func (s *setup) place(ctx context.Context, p *Place) error {
	channel, err := s.channel(ctx, p)
	if err != nil {
		return err
	}
	if channel == nil {
		err := s.make("private channel "+p.Name+" in team "+s.teams[0].Name, func() (err error) {
			channel, _, err = s.admin.CreateChannel(ctx, &model.Channel{TeamId: s.teams[0].Id, Name: p.Name, DisplayName: p.Title, Type: model.ChannelTypePrivate})
			return err
		})
		if err != nil || channel == nil {
			return err
		}
	}
	if channel.DeleteAt != 0 {
		s.tell(Wrong, "the channel of %s is archived: restore it, or empty the setting and run this again", p.Setting)
	}
	if channel.Type != model.ChannelTypePrivate {
		s.tell(Wrong, "the channel of %s is not private: everybody can read what is asked there", p.Setting)
	}
	if p.ID == "" {
		s.tell(Wrong, "write in the configuration %s: %s", p.Setting, channel.Id)
		p.ID = channel.Id
	}
	return s.sits(ctx, channel)
}

func (s *setup) channel(ctx context.Context, p *Place) (*model.Channel, error) {
	if p.ID != "" {
		channel, answer, err := s.admin.GetChannel(ctx, p.ID, "")
		if missing(answer) {
			return nil, fmt.Errorf("no channel has the id of %s: empty the setting and run this again", p.Setting)
		}
		if err != nil {
			return nil, fmt.Errorf("read the channel of %s: %w", p.Setting, err)
		}
		return channel, nil
	}
	channel, answer, err := s.admin.GetChannelByName(ctx, p.Name, s.teams[0].Id, "")
	if missing(answer) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the channel %s: %w", p.Name, err)
	}
	return channel, nil
}

// sits sees to it that the bot is a member.
func (s *setup) sits(ctx context.Context, channel *model.Channel) error {
	what := "bot in channel " + channel.Name
	if s.bot == "" {
		s.tell(Wanted, "%s", what)
		return nil
	}
	_, answer, err := s.admin.GetChannelMember(ctx, channel.Id, s.bot, "")
	switch {
	case err == nil:
		s.tell(Right, "%s", what)
		return nil
	case !missing(answer):
		return fmt.Errorf("look at channel %s: %w", channel.Name, err)
	}
	return s.make(what, func() error { _, _, err := s.admin.AddChannelMember(ctx, channel.Id, s.bot); return err })
}

// commands sees to the slash command in each team.
func (s *setup) commands(ctx context.Context) error {
	for _, team := range s.teams {
		if err := s.command(ctx, team); err != nil {
			return err
		}
	}
	return nil
}

func (s *setup) command(ctx context.Context, team *model.Team) error {
	what := "command /" + s.Trigger + " in team " + team.Name
	want := wanted(s.bot, team.Id, s.Trigger, s.Callback+"/slash")
	all, _, err := s.admin.ListCommands(ctx, team.Id, true)
	if err != nil {
		return fmt.Errorf("list commands of team %s: %w", team.Name, err)
	}
	for _, have := range all {
		if have.Trigger == s.Trigger && have.DeleteAt == 0 && same(have, want) {
			s.tell(Right, "%s", what)
			return nil
		}
	}
	if s.bot == "" {
		s.tell(Wanted, "%s", what)
		return nil
	}
	return s.make(what, func() error { _, err := (&Mattermost{admin: s.admin}).command(ctx, want); return err })
}

// reach has the server call us once, by a command typed by the service account.
func (s *setup) reach(ctx context.Context) error {
	if s.Reaches == nil || s.Socket != "" || len(s.Places) == 0 || s.Places[0].ID == "" || s.has(Wanted) {
		return nil
	}
	err := s.Reaches(ctx, func(ctx context.Context) error {
		_, _, err := s.admin.ExecuteCommand(ctx, s.Places[0].ID, "/"+s.Trigger+" aide")
		return err
	})
	if err != nil {
		s.tell(Wrong, "Mattermost does not reach %s: %v. Look at AllowedUntrustedInternalConnections, the firewall, and listen", s.Callback, err)
		return nil
	}
	s.tell(Right, "Mattermost reaches %s", s.Callback)
	return nil
}

func (s *setup) has(v Verdict) bool {
	for _, f := range s.told {
		if f.Verdict == v {
			return true
		}
	}
	return false
}
