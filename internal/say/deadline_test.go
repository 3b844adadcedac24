package say

import (
	"testing"
	"time"
)

func TestDeadline(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		at     time.Time
		fr, en string
	}{
		{time.Date(2026, 12, 3, 17, 0, 0, 0, time.UTC), "jeudi 3\u202fdécembre, 18\u202fh", "Thursday 3\u00a0December, 18:00"},
		{time.Date(2026, 9, 1, 15, 30, 0, 0, time.UTC), "mardi 1er\u202fseptembre, 17\u202fh\u202f30", "Tuesday 1\u00a0September, 17:30"},
		{time.Date(2026, 7, 5, 22, 5, 0, 0, time.UTC), "lundi 6\u202fjuillet, 0\u202fh\u202f05", "Monday 6\u00a0July, 00:05"}, // the day is that of the zone
		{time.Date(2027, 1, 3, 8, 0, 0, 0, time.UTC), "dimanche 3\u202fjanvier, 9\u202fh", "Sunday 3\u00a0January, 09:00"},
	} {
		if fr, en := Deadline("fr", tt.at, paris), Deadline("en", tt.at, paris); fr != tt.fr || en != tt.en {
			t.Errorf("%q and %q, want %q and %q", fr, en, tt.fr, tt.en)
		}
		if fr, en := Before("fr", tt.at, paris), Before("en", tt.at, paris); fr != "avant "+tt.fr || en != "before "+tt.en {
			t.Errorf("%q and %q", fr, en)
		}
	}
	if got := Before("fr", time.Time{}, paris); got != "" {
		t.Errorf("of no time at all: %q", got)
	}
}
