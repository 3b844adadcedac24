package mirror

import (
	"fmt"
	"testing"
)

// However many keys fall to a place, each finds its own, and what was there before
// the table was written is not found any more. What was asked twice is not looked up
// a third time.
func TestRecent(t *testing.T) {
	r, looks := newRecent[int](), 0
	for writes := range int64(3) {
		for i := range 5000 {
			value := i + int(writes)
			key := fmt.Sprint("key", i)
			if i%7 == 0 {
				key = "again"
				value = -int(writes)
			}
			for range 2 {
				got := r.find(key, writes, func() *cell[int] { looks++; return newCell(&value) })
				if *got.Load() != value {
					t.Fatalf("%s after %d writes: %d, want %d", key, writes, *got.Load(), value)
				}
			}
		}
	}
	looks = 0
	for range 10 {
		r.find("alone", 3, func() *cell[int] { looks++; return nil })
	}
	if looks != 2 {
		t.Errorf("%d looks for one key that is not there", looks)
	}
}
