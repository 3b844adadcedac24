package desk

import (
	"strconv"
	"time"
)

// HourMost is how many requests programs make in the name of one person within
// an hour: each is a card for somebody, and a line that nobody removes.
const HourMost = 100

// seldom says that programs have asked enough in the name of that person, and in
// how many seconds they may again.
func (d *Desk) seldom(a Asking) error {
	if a.Via != API {
		return nil
	}
	n := 0
	for r := range d.View.Requests(Query{By: a.By}) { // newest first
		left := time.Hour - d.Now().Sub(r.Asked)
		if left <= 0 {
			return nil
		}
		if r.Via == API {
			n++
		}
		if n == HourMost {
			return Fail(Conflict, TooOften, "n", strconv.Itoa(HourMost), "wait", strconv.Itoa(int(left/time.Second)+1))
		}
	}
	return nil
}
