package bot

import (
	"context"
	"fmt"

	"github.com/mattermost/mattermost/server/public/model"
)

// Open implements Chat. The server does not check forms, it only shows none.
func (m *Mattermost) Open(ctx context.Context, trigger string, d Dialog) error {
	request := model.OpenDialogRequest{TriggerId: trigger, URL: d.URL, Dialog: dialogOf(d)}
	if err := request.IsValid(); err != nil {
		return fmt.Errorf("check dialog: %w", err)
	}
	if _, err := m.bot.OpenInteractiveDialog(ctx, request); err != nil {
		return fmt.Errorf("open dialog: %w", err)
	}
	return nil
}

func dialogOf(d Dialog) model.Dialog {
	out := model.Dialog{CallbackId: "melusine", Title: clipped(d.Title, 24), IntroductionText: d.Intro, SubmitLabel: d.Submit, State: d.State}
	for _, in := range d.Inputs {
		out.Elements = append(out.Elements, in.element())
	}
	return out
}

func (in Input) element() model.DialogElement {
	e := model.DialogElement{DisplayName: in.Label, Name: in.Name, HelpText: in.Help, Optional: in.Optional, Type: "text", MaxLength: 150}
	switch in.Kind {
	case AreaInput:
		e.Type, e.MaxLength = "textarea", 500
	case DateInput:
		e.Type, e.MaxLength = "date", 0
	case SelectInput:
		e.Type, e.MaxLength = "select", 0
		for _, o := range in.Options {
			e.Options = append(e.Options, &model.PostActionOptions{Text: o.Text, Value: o.Value})
		}
		if in.Lookup != "" {
			e.DataSource, e.DataSourceURL = "dynamic", in.Lookup
		}
	}
	return e
}
