package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

// understood answers a question, or offers the change that a frame asks for.
func (b *Bot) understood(ctx context.Context, pen pen, who desk.Person, at place, f phrase.Frame, key string) (Message, error) {
	f, question, err := b.persons(pen, who, at, f)
	if err != nil || question.Line != "" {
		return question, err
	}
	if m, done, err := b.looked(ctx, pen, who, f); done {
		return m, err
	}
	now, then, err := b.parted(f)
	if err != nil {
		return Message{}, err
	}
	actions, err := b.actions(who, now)
	switch {
	case desk.CodeOf(err) == desk.UnknownVerb && detail(err, "name") == "until":
		endless := f.Without("until")
		return b.choose(pen, at, say.Refusal(pen.lang, "until")+" "+pen.text("until.without"), []choice{{b.told(who, pen.lang, endless), endless}}), nil
	case desk.CodeOf(err) == desk.UnknownVerb:
		b.count(string(desk.UnknownVerb))
		return Message{Line: say.Refusal(pen.lang, "house") + " " + pen.text("help.example", "command", pen.command(desk.Help, "", ""))}, nil
	case err != nil:
		return Message{}, err
	case f.Changes():
		m, err := b.offer(pen, who, at, wish{Key: key, Then: then}, actions)
		if desk.CodeOf(err) == desk.MissingArgument {
			return b.lacking(pen, who, at, f, err), nil
		}
		return m, err
	case len(actions) == 1:
		return b.do(ctx, pen, who, doing{actions[0], "", key, "", ""})
	}
	return Message{Line: say.Refusal(pen.lang, "house")}, nil
}

// lacking asks for what the house needs and nothing else tells; what no sentence
// can say, it says how to type.
func (b *Bot) lacking(pen pen, who desk.Person, at place, f phrase.Frame, err error) Message {
	slot := detail(err, "name")
	if phrase.Takes(f.Intent, slot) {
		return b.ask(pen, who, at, phrase.Answer{Ask: slot, Frame: f}, nil)
	}
	usage, _ := say.Help(pen.lang, phrase.Verb(f.Intent))
	return Message{Line: pen.trouble(err) + " " + pen.text("form.typed", "command", code("/"+b.Trigger+" "+usage))}
}

// looked answers the questions that no verb alone does.
func (b *Bot) looked(ctx context.Context, pen pen, who desk.Person, f phrase.Frame) (m Message, done bool, err error) {
	first := f.First
	switch f.Intent {
	case "help":
		return b.help(pen, who, helped[first("topic")]), true, nil
	case "rights.show":
		about := first("domain")
		if about == "" {
			about = first("account")
		}
		return b.rights(pen, who, about), true, nil
	case "address.who":
		if a, err := desk.NewAction(desk.AddressReach, first("address"), nil); err == nil && !b.Desk.View.Account(desk.Address(a.Target)).Known() {
			if m, err = b.reach(pen, who, a); err == nil {
				return m, true, nil
			}
		}
		return Message{}, false, nil // whose account it is
	case "address.check":
		if err = b.Desk.Free(desk.Address(first("address"))); err == nil {
			return Message{Line: pen.text("free", "address", code(first("address")))}, true, nil
		}
		return Message{}, true, err
	case "rights.explain":
		m, err = b.entitled(pen, who, f)
		return m, true, err
	case "domain.list":
		return b.domains(pen, who, first("account")), true, nil
	case "status.show":
		return b.status(pen), true, nil
	case "stats.show":
		m, err = b.figures(pen, who, first("domain"))
		return m, true, err
	case "history.show":
		since, _ := time.ParseInLocation(time.DateOnly, first("since"), b.Zone) // "": all of it
		m, err = b.history(ctx, pen, who, first("target"), since)
		return m, true, err
	}
	return Message{}, false, nil
}

// helped is the topic of help for the intents that people ask about.
var helped = map[string]string{"alias.add": "alias", "alias.remove": "alias", "alias.list": "alias", "alias.move": "alias", "alias.renew": "alias",
	"account.share": "partage", "account.unshare": "partage", "account.renew": "compte", "account.whole": "compte", "quota.set": "quota", "quota.show": "quota",
	"cos.set": "formule", "account.delete": "compte", "account.restore": "compte", "account.show": "compte", "account.create": "compte",
	"request.approve": "valider", "request.reject": "valider", "request.list": "demandes", "rights.grant": "deleguer", "rights.revoke": "deleguer"}

// actions are what the house would do for the frame.
func (b *Bot) actions(who desk.Person, f phrase.Frame) (all []desk.Action, err error) {
	for _, one := range spread(f) {
		if one, err = b.summed(who, one); err != nil {
			return nil, err
		}
		if one.Intent == "drift.fix" {
			gap, err := b.Desk.GapNamed(who.UID, desk.Chat, one.First("drift"))
			if err != nil {
				return nil, err
			}
			if !gap.Repairable() {
				return nil, desk.Fail(desk.Conflict, desk.NoRepair, "value", gap.Name())
			}
			return []desk.Action{gap.Repair}, nil
		}
		if one.Intent == "rights.revoke" {
			if one, err = b.mandate(who, one); err != nil {
				return nil, err
			}
		}
		some, err := one.Actions(string(who.Mail))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// spread makes one frame of each account whose new size hangs on what it has, and
// of each alias that whoever has it is to lose, or to keep.
func spread(f phrase.Frame) (all []phrase.Frame) {
	switch {
	case len(f.Slots["delta"]) > 0:
		for _, account := range f.Slots["account"] {
			all = append(all, f.With("account", account))
		}
		return all
	case (f.Intent == "alias.remove" || f.Intent == "alias.renew") && len(f.Slots["account"]) == 0:
		for _, alias := range f.Slots["alias"] {
			all = append(all, f.With("alias", alias).With("account", alias))
		}
		return all
	}
	return []phrase.Frame{f}
}

// summed turns "5 GB more" into a size: of an account that the person may see.
func (b *Bot) summed(who desk.Person, f phrase.Frame) (phrase.Frame, error) {
	deltas := f.Slots["delta"]
	if len(deltas) == 0 {
		return f, nil
	}
	account, err := b.Desk.Show(who.UID, desk.Chat, f.Slots["account"][0])
	if err != nil {
		return f, err
	}
	more, err := desk.ParseSize(deltas[0][1:])
	if err != nil {
		return f, err
	}
	size := desk.Size(account.Quota) + more
	if deltas[0][0] == '-' {
		size = desk.Size(account.Quota) - more
	}
	if account.Quota == 0 || size <= 0 {
		return f, desk.Fail(desk.Invalid, desk.InvalidSize, "value", deltas[0])
	}
	return f.Without("delta").With("size", size.String()), nil
}

// mandate finds the one delegation of the person on the domain.
func (b *Bot) mandate(who desk.Person, f phrase.Frame) (phrase.Frame, error) {
	to, domain := f.Slots["account"][0], f.Slots["domain"][0]
	all := slices.DeleteFunc(b.Desk.Delegations(who.UID, desk.Chat, domain), func(d desk.Delegation) bool { return string(d.To) != to })
	if len(all) != 1 || len(all[0].Domains) != 1 || len(all[0].Units)+len(all[0].Lists) > 0 {
		return f, desk.Fail(desk.NotFound, desk.UnknownDelegation, "value", to+" "+domain)
	}
	return f.Without("domain").With("account", string(all[0].ID)), nil
}

// persons finds the account that each name, login and "me" stands for. Of several,
// it asks which.
func (b *Bot) persons(pen pen, who desk.Person, at place, f phrase.Frame) (phrase.Frame, Message, error) {
	for _, slot := range []string{"account", "owner", "member", "with", "to", "target"} {
		for i, value := range f.Slots[slot] {
			found := b.accounts(who, value)
			switch {
			case found == nil:
				continue
			case len(found) == 0:
				return f, Message{}, desk.Fail(desk.NotFound, desk.UnknownAccount, "value", strings.ReplaceAll(strings.TrimPrefix(value, "name:"), "_", " "))
			}
			put := func(a desk.Account) phrase.Frame {
				values := slices.Clone(f.Slots[slot])
				if values[i] = string(a.Address); slot == "account" && (strings.HasPrefix(f.Intent, "rights.") || f.Intent == "domain.list") {
					values[i] = string(a.Owner)
				}
				return f.With(slot, values...)
			}
			if len(found) > 1 {
				var which []choice
				for _, a := range found {
					which = append(which, choice{b.known(a), put(a)})
				}
				return f, b.choose(pen, at, pen.text("choose.person", "name", code(strings.ReplaceAll(strings.TrimPrefix(value, "name:"), "_", " "))), which), nil
			}
			f = put(found[0])
		}
	}
	return f, Message{}, nil
}

// accounts are those that a value may stand for, that the person may see; nil if
// it names one by itself.
func (b *Bot) accounts(who desk.Person, value string) []desk.Account {
	switch name, named := strings.CutPrefix(value, "name:"); {
	case named:
		return append([]desk.Account{}, b.Desk.Named(who.UID, desk.Chat, strings.ReplaceAll(name, "_", " "))...)
	case value == "me":
		return append([]desk.Account{}, b.Desk.View.Owned(who.UID)...)
	case !strings.Contains(value, "@"):
		owned := slices.DeleteFunc(slices.Clone(b.Desk.View.Owned(desk.UID(value))), func(a desk.Account) bool {
			_, err := b.Desk.Show(who.UID, desk.Chat, string(a.Address))
			return err != nil
		})
		if len(owned) > 1 {
			return owned
		}
	}
	return nil
}

// known tells accounts of people with the same name apart.
func (b *Bot) known(a desk.Account) string {
	p := b.Desk.View.Person(a.Owner)
	parts := []string{string(a.Address), p.Name, string(p.UID), p.UnitName}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}
