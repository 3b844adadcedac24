package directory

import (
	"strings"
	"testing"
)

func TestMailState(t *testing.T) {
	tests := []struct {
		want   string
		values []string
	}{
		{"A", []string{"{MAIL}A"}},
		{"I", []string{"{MAIL}I"}},
		{"S", []string{"{mail}S"}},
		{"A", []string{"{MAIL}A SupprLog 20260901"}},
		{"A", []string{"{MAIL}A:SupannActif"}},
		{"I", []string{"{MAIL}I:SupannInactif:20250901:20260831"}},
		{"S", []string{"{MAIL}S:SupannVerrouille::20260831120000Z"}},
		{"A", []string{"{COMPTE}I", "{MAIL}A"}},
		{"A", []string{"{COMPTE}what is this", "{MAIL}A"}},
		{"A", []string{"{MAIL}A:SupannActif", "{MAIL}A:SupannSursis"}},

		{"", nil},
		{"", []string{""}},
		{"", []string{"A"}},
		{"", []string{"MAIL A"}},
		{"", []string{"{COMPTE}A"}},
		{"", []string{"{MAILING}A"}},
		{"", []string{"{MAIL}"}},
		{"", []string{"{MAIL} A"}},
		{"", []string{"{MAIL}a"}},
		{"", []string{"{MAIL}X"}},
		{"", []string{"{MAIL}Active"}},
		{"", []string{"{MAIL}ſ"}},
		{"", []string{"{MAIL}A\n"}},
		{"", []string{"{MAIL}A:x:not a date"}},
		{"", []string{"{MAIL}A:x:1:2:3"}},
		{"", []string{"{COMPTE}A {MAIL}A"}},
		{"", []string{"{MAIL}A", "{MAIL}I"}},
		{"", []string{"{MAIL}A", "{MAIL}?"}},
		{"", []string{"{MAIL}?", "{MAIL}A"}},
		{"", []string{"{MAIL}A", "{MAIL}I", "{MAIL}I"}},
	}
	for _, test := range tests {
		if got, _ := mailState(test.values); got != test.want {
			t.Errorf("%q: got %q, want %q", test.values, got, test.want)
		}
	}
}

func TestMailPhase(t *testing.T) {
	for want, values := range map[string][][]string{
		"SupannSursis": {{"{MAIL}A:SupannSursis"}, {"{MAIL}A:SupannSursis:20260901:20261001"}, {"{COMPTE}A:SupannActif", "{MAIL}A SupannSursis"}, {"{MAIL}A:SupannSursis", "{MAIL}A:SupannSursis"}},
		"":             {nil, {"{MAIL}A"}, {"{COMPTE}A:SupannSursis"}, {"{MAIL}A:x", "{MAIL}A:y"}, {"{MAIL}A:x", "{MAIL}A:y", "{MAIL}A:y"}, {"{MAIL}A:x", "{MAIL}I:x"}},
	} {
		for _, v := range values {
			if _, got := mailState(v); got != want {
				t.Errorf("%q: got %q, want %q", v, got, want)
			}
		}
	}
}

func FuzzState(f *testing.F) {
	f.Add("{MAIL}A SupprLog 20260901\n{COMPTE}A")
	f.Add("{mail}S:x:20260901\n{MAIL}I")
	f.Add("{MAIL}")
	f.Add("{mAil\n{MAIL}A")
	f.Fuzz(func(t *testing.T, text string) {
		values := strings.Split(text, "\n")
		state, _ := mailState(values)
		if state == "" {
			return
		}
		for _, v := range values {
			label, rest, labelled := strings.Cut(v, "}")
			if labelled && strings.EqualFold(label, "{MAIL") && !strings.HasPrefix(rest, state) {
				t.Errorf("%q of %q", state, values)
			}
		}
		if state, phase := mailState(append(values, "{MAIL}?")); state+phase != "" {
			t.Errorf("%q hold although one value is malformed", values)
		}
	})
}
