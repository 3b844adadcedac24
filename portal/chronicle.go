package portal

import (
	"iter"
	"strconv"

	"github.com/unistra/melusine/internal/desk"
)

// longest is how many lines of what happened to one thing a page shows.
const longest = 200

// A chronicle is a page of what happened to a mailbox, newest first.
type chronicle struct {
	past  []desk.Event
	older string // address of the page after, "" if there is none
}

// chronicle reads what happened to a mailbox before what the page before ended with.
func (p *Portal) chronicle(v *visit, address desk.Address, most int) (chronicle, error) {
	events, err := p.Desk.History(v.UserContext(), v.me.UID, desk.Portal, string(address))
	if err != nil {
		return chronicle{}, notThere(err)
	}
	if last, _ := strconv.ParseInt(v.Query(fieldPast), 10, 64); last > 0 {
		events = before(desk.Seq(last), events)
	}
	past, err := first(most+1, events)
	if err != nil || len(past) <= most {
		return chronicle{past: past}, err
	}
	past = past[:most]
	return chronicle{past, "?" + fieldPast + "=" + strconv.FormatInt(int64(past[most-1].Seq), 10)}, nil
}

// before leaves out what did not happen before an event.
func before(last desk.Seq, events iter.Seq2[desk.Event, error]) iter.Seq2[desk.Event, error] {
	return func(yield func(desk.Event, error) bool) {
		for e, err := range events {
			if (err != nil || e.Seq < last) && !yield(e, err) {
				return
			}
		}
	}
}

// first reads up to n events that people are told of.
func first(n int, events iter.Seq2[desk.Event, error]) ([]desk.Event, error) {
	var read []desk.Event
	for e, err := range events {
		if err != nil {
			return nil, err
		}
		if announcement(e) {
			continue
		}
		if read = append(read, e); len(read) == n {
			break
		}
	}
	return read, nil
}

// announcement: where a request was shown, or is about to be, is of no interest to people.
func announcement(e desk.Event) bool {
	switch e.Fact.(type) {
	case desk.Announced, desk.Telling:
		return true
	}
	return false
}
