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
		if got, _ := Default().Attributes.mailState(test.values); got != test.want {
			t.Errorf("%q: got %q, want %q", test.values, got, test.want)
		}
	}
}

func TestMailPhase(t *testing.T) {
	for want, sets := range map[string][][]string{
		"SupannSursis": {{"{MAIL}A:SupannSursis"}, {"{MAIL}S SupannSursis 20260901"}, {"{MAIL}A:SupannSursis:20250901:20260831", "{COMPTE}I:SupannExpire"}, {"{MAIL}A:SupannSursis", "{MAIL}A:SupannSursis:20260901"}},
		"":             {nil, {"{MAIL}A"}, {"{MAIL}A:"}, {"{COMPTE}A:SupannSursis"}, {"{MAIL}X:SupannSursis"}, {"{MAIL}A:SupannSursis", "{MAIL}I:SupannSursis"}, {"{MAIL}A:SupannSursis", "{MAIL}A:SupannActif", "{MAIL}A:SupannSursis"}},
	} {
		for _, values := range sets {
			if _, got := Default().Attributes.mailState(values); got != want {
				t.Errorf("%q: got %q, want %q", values, got, want)
			}
		}
	}
	other := Default().Attributes
	other.Resource = "messagerie"
	if state, phase := other.mailState([]string{"{MAIL}A:x", "{Messagerie}S:y"}); state != "S" || phase != "y" {
		t.Errorf("got %s:%s", state, phase)
	}
}

func FuzzState(f *testing.F) {
	f.Add("{MAIL}A SupprLog 20260901\n{COMPTE}A")
	f.Add("{mail}S:x:20260901\n{MAIL}I")
	f.Add("{MAIL}")
	f.Add("{mAil\n{MAIL}A")
	f.Fuzz(func(t *testing.T, text string) {
		values := strings.Split(text, "\n")
		a := Default().Attributes
		state, phase := a.mailState(values)
		if state == "" && phase != "" {
			t.Errorf("phase %q of %q, which have no state", phase, values)
		}
		if state == "" {
			return
		}
		for _, v := range values {
			label, rest, labelled := strings.Cut(v, "}")
			if labelled && strings.EqualFold(label, "{MAIL") && !strings.HasPrefix(rest, state) {
				t.Errorf("%q of %q", state, values)
			}
		}
		if state, _ := a.mailState(append(values, "{MAIL}?")); state != "" {
			t.Errorf("%q hold although one value is malformed", values)
		}
	})
}
