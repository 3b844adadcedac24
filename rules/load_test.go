package rules

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
)

// bookWith is a book of one rule that is right but for what replaces old.
func bookWith(replacements ...string) []byte {
	good := `groups: {admins: dn-admins}
rules:
  - id: one
    fr: Une règle.
    en: A rule.
    verbs: [quota.set]
    when: owns()
    outcome: ask
    approvers: [admins]
    needed: 1
`
	return []byte(strings.NewReplacer(replacements...).Replace(good))
}

// heads is a second rule of the same verb.
func heads(when, outcome string) string {
	return "\n  - {id: two, fr: Une., en: One., verbs: [quota.set], when: '" + when + "', outcome: " + outcome + "}\n"
}

// Where the directory knows no head of service a rule denies; it may be followed
// by what gives nothing, by what never holds with it, or ask somebody else too.
func TestLoadTheHeadAlone(t *testing.T) {
	for name, book := range map[string][]byte{
		"then denied":    bookWith("[admins]", "[manager]", "    needed: 1\n", heads("not manages(domain)", "deny")),
		"apart":          bookWith("[admins]", "[manager]", "    needed: 1\n", heads("ownedByOther()", "allow")),
		"not alone":      bookWith("[admins]", "[manager, admins]", "    needed: 1\n", heads("manages(domain)", "allow")),
		"on other verbs": bookWith("[admins]", "[manager]", "    needed: 1\n", strings.Replace(heads("manages(domain)", "allow"), "quota.set", "alias.add", 1)),
	} {
		if _, err := Load(name, book); err != nil {
			t.Error(err)
		}
	}
}

func TestLoadGood(t *testing.T) {
	b, err := Load("good.yaml", bookWith())
	if err != nil {
		t.Fatal(err)
	}
	want := []Rule{{ID: "one", Text: desk.Text{FR: "Une règle.", EN: "A rule."}, Verbs: []desk.Verb{desk.QuotaSet},
		When: "owns()", Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"admins"}, Needed: 1}}, File: "good.yaml", Line: 3,
		Condition: desk.Clause{Written: &desk.Written{Text: "owns()", Word: "owns"}}}}
	if diff := cmp.Diff(want, b.Rules()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"dn-admins"}, b.ApproverGroups()); diff != "" {
		t.Error(diff)
	}
	other, _ := Load("good.yaml", bookWith("Une", "La"))
	if len(b.Digest()) != 64 || b.Digest() == other.Digest() {
		t.Errorf("digest %q, of another book %q", b.Digest(), other.Digest())
	}
}

// The manual at the top of the default book names every word of the language.
func TestDefaultIsTheManual(t *testing.T) {
	manual, _, _ := strings.Cut(string(defaultSource), "\ngroups:")
	for _, word := range append(sortedKeys(words), sortedKeys(attributes)...) {
		if _, field, ok := strings.Cut(word, "."); ok {
			word = "." + field
		}
		if !strings.Contains(manual, word) {
			t.Errorf("%s is not explained", word)
		}
	}
	for _, v := range governed() {
		if !strings.Contains(manual, string(v)) {
			t.Errorf("%s is not explained", v)
		}
	}
}

func TestLoadBad(t *testing.T) {
	twin := "    needed: 1\n  - {id: two, fr: Deux., en: Two., verbs: [quota.set], when: owns( ), outcome: allow}\n"
	for name, c := range map[string]struct {
		source []byte
		want   string
	}{
		"empty":                  {nil, "b.yaml: the book has 0 rules"},
		"no rules":               {[]byte("groups: {a: b}\n"), "b.yaml: the book has 0 rules"},
		"not a mapping":          {[]byte("- a\n"), "b.yaml:1: "},
		"syntax":                 {[]byte("rules:\n  - id: a\n   fr: [\n"), "b.yaml:"},
		"too large":              {[]byte(strings.Repeat("# x\n", 70_000)), "280000 bytes; 32 and 262144 at most"},
		"too many rules":         {[]byte("rules:\n" + strings.Repeat("- {id: a}\n", 1001)), "the book has 1001 rules"},
		"field of the book":      {bookWith("groups:", "group:"), `b.yaml:1: unknown field "group"`},
		"field of a rule":        {bookWith("needed", "need"), `b.yaml:10: rule one: unknown field "need"`},
		"field twice":            {bookWith("    needed: 1", "    id: two"), `b.yaml:10: mapping key "id" already defined`},
		"a rule is a word":       {[]byte("rules: [hello]\n"), "b.yaml:1: "},
		"a rule is nothing":      {[]byte("rules:\n  -\n"), "an entry of rules is empty; remove its dash"},
		"needed is a word":       {bookWith("needed: 1", "needed: two"), "b.yaml:10: rule one: "},
		"anchor":                 {bookWith("owns()", "&a owns()"), "b.yaml:7: \"&\": a book is one document without anchors"},
		"alias":                  {bookWith("id: one", "id: *one"), "without anchors, aliases"},
		"tag":                    {bookWith("id: one", "id: !!str one"), "without anchors"},
		"second document":        {append(bookWith(), "---\nrules: []\n"...), "b.yaml:11: \"---\": a book is one document"},
		"id missing":             {bookWith("id: one\n    ", ""), `id "": use small letters`},
		"id odd":                 {bookWith("id: one", "id: Une règle"), `id "Une règle": use small letters`},
		"id reserved":            {bookWith("id: one", "id: protected"), `id "protected": use`},
		"id facts":               {bookWith("id: one", "id: facts"), `id "facts": use`},
		"id twice":               {bookWith("    needed: 1\n", strings.Replace(twin, "two", "one", 1)), `b.yaml:11: rule one: id "one" is taken by the rule of b.yaml:3`},
		"no French":              {bookWith("    fr: Une règle.\n", ""), "b.yaml:3: rule one: fr is missing"},
		"no English":             {bookWith("A rule.", `" "`), "en is missing"},
		"long sentence":          {bookWith("A rule.", strings.Repeat("a ", 300)), "en is too long"},
		"unseen characters":      {bookWith("A rule.", "\"A\u202e rule.\""), "en holds characters that cannot be seen"},
		"unknown verb":           {bookWith("quota.set", "quota.sett"), `verb "quota.sett" does not exist; known: alias.add, alias.remove, quota.set, account.lock, account.activate, account.close, account.hide, account.unhide, account.rename, account.cos, account.forward, account.delete, account.restore, account.show, history.show`},
		"unknown family":         {bookWith("quota.set", "lists.*"), `verb "lists.*" does not exist`},
		"all verbs":              {bookWith("quota.set", `"*"`), `verb "*" does not exist`},
		"half a family":          {bookWith("quota.set", "quo*"), `verb "quo*" does not exist`},
		"verb without rules":     {bookWith("quota.set", "request.list"), `verb "request.list" changes nothing and shows no account`},
		"verb that reads":        {bookWith("quota.set", "account.show"), `verb "account.show" changes nothing and cannot wait`},
		"no verbs":               {bookWith("[quota.set]", "[]"), "verbs is missing"},
		"review of another verb": {bookWith("outcome: ask", "outcome: review"), `verb "quota.set" cannot be looked at afterwards; write ask`},
		"unknown outcome":        {bookWith("outcome: ask", "outcome: Ask"), `outcome "Ask": write allow, ask, review or deny`},
		"no outcome":             {bookWith("    outcome: ask\n", ""), `outcome "": write allow, ask, review or deny`},
		"no approvers":           {bookWith("[admins]", "[]"), "approvers is missing"},
		"approver form":          {bookWith("[admins]", "[admin]"), `approver "admin": write admins, correspondents, manager or group:NAME; did you mean admins?`},
		"approver group":         {bookWith("[admins]", `["group:dsi"]`), `group "dsi" is not declared`},
		"approver no group":      {bookWith("[admins]", `["group:"]`), `group "" is not declared`},
		"admins undeclared":      {bookWith("admins: dn-admins", ""), `group "admins" is not declared`},
		"approvers of allow":     {bookWith("outcome: ask", "outcome: allow"), "go with outcome ask or review only"},
		"nobody needed":          {bookWith("needed: 1", "needed: 0"), "needed is 0; at least 1"},
		"group without name":     {bookWith("admins: dn-admins", `admins: ""`), "groups: admins: write the name that the group has"},
		"group of spaces":        {bookWith("admins: dn-admins", `admins: " x"`), "groups: admins: write the name"},
		"name of a group":        {bookWith("{admins", "{correspondents: x, admins"), `groups: "correspondents" is no name`},
		"protected":              {bookWith("rules:", "protected: [rssi]\nrules:"), `protected: "rssi" is not a mail address`},
		"hidden by true":         {bookWith("owns()", "true", "    needed: 1\n", twin), "b.yaml:11: rule two: can never be reached"},
		"hidden by the same":     {bookWith("    needed: 1\n", twin), "b.yaml:11: rule two: can never be reached"},
		"implied":                {bookWith("    needed: 1\n", strings.Replace(twin, "owns( )", "quotaWithin(\"1G\") and owns()", 1)), "b.yaml:11: rule two: can never be reached: wherever it holds, an earlier rule (one)"},
		"near verb":              {bookWith("quota.set", "quota.sett"), "did you mean quota.set?"},
		"near field":             {bookWith("needed", "neded"), `unknown field "neded"; did you mean needed?`},
		"near outcome":           {bookWith("outcome: ask", "outcome: alow"), "did you mean allow?"},
		"near approver":          {bookWith("[admins]", "[manger]"), "did you mean manager?"},
		"near group":             {bookWith("owns()", `member("admin")`), "did you mean admins?"},
		"near attribute":         {bookWith("owns()", `actor.affilation == "x"`), "did you mean actor.affiliation?"},
		"near function":          {bookWith("owns()", `sameunit()`), "did you mean sameUnit?"},
		"line of a field":        {bookWith("owns()", `sameunit()`), "b.yaml:7: rule one: when: "},
		"panels and short":       {bookWith("needed: 1", "panels: [{approvers: [admins]}]"), "write either approvers and needed, or panels"},
		"panel of nobody":        {bookWith("approvers: [admins]\n    needed: 1", "panels: [{needed: 2}]"), "approvers is missing"},
		"panel of panels":        {bookWith("approvers: [admins]\n    needed: 1", "panels: [{panels: []}]"), `unknown field "panels"`},
		"too many panels":        {bookWith("approvers: [admins]\n    needed: 1", "panels: ["+strings.Repeat("{approvers: [admins]},", 9)+"]"), "9 panels; 8 at most"},
		"too many needed":        {bookWith("needed: 1", "needed: 11"), "10 people at most"},
		"approver twice":         {bookWith("[admins]", "[admins, admins]"), `approver "admins" is named twice`},
		"two managers":           {bookWith("[admins]", "[manager]", "needed: 1", "needed: 2"), "there is one head of service"},
		"after the head":         {bookWith("[admins]", "[manager]", "    needed: 1\n", heads("manages(domain)", "allow")), "b.yaml:11: rule two: rule one may have nobody to ask"},
		"panel of the head":      {bookWith("approvers: [admins]\n    needed: 1", "panels: [{approvers: [admins]}, {approvers: [manager]}]"+heads("manages(domain)", "ask, approvers: [admins]")), "name somebody beside manager"},
		"group manager":          {bookWith("{admins", "{manager: x, admins"), `groups: "manager" is no name`},
		"no deadline":            {bookWith("needed: 1", "deadline: 0"), "deadline is 0; write 1 to 260 working days"},
		"late expiry":            {bookWith("needed: 1", "expiry: 261"), "expiry is 261; write 1 to 260"},
		"deadline too late":      {bookWith("needed: 1", "deadline: 5\n    expiry: 5"), "before it is too late"},
		"deadline of allow":      {bookWith("outcome: ask", "outcome: allow", "    approvers: [admins]\n    needed: 1", "    expiry: 3"), "go with outcome ask or review only"},
		"no naming":              {bookWith("owns()", "inCharter()"), "no form is declared"},
		"naming form":            {bookWith("rules:", "naming: {forms: ['[a']}\nrules:"), "naming: form \"[a\": "},
		"naming of all":          {bookWith("rules:", "naming: {forms: ['.*']}\nrules:"), "accepts nothing at all"},
		"naming long":            {bookWith("rules:", "naming: {forms: ['"+strings.Repeat("a", 201)+"']}\nrules:"), "1 to 200 characters"},
		"naming many":            {bookWith("rules:", "naming: {forms: ["+strings.Repeat("a,", 17)+"]}\nrules:"), "16 forms at most"},
		"naming huge":            {bookWith("rules:", "naming: {forms: ['((a{100}){100}){100}']}\nrules:"), "naming: form"},
		"naming reserved":        {bookWith("rules:", "naming: {reserved: [a@b]}\nrules:"), `naming: reserved: "a@b"`},
		"naming field":           {bookWith("rules:", "naming: {form: [a]}\nrules:"), `unknown field "form"; did you mean forms?`},
		"no condition":           {bookWith("    when: owns()\n", ""), "when is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := Load("b.yaml", c.source)
			if b != nil || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %q, have %v", c.want, err)
			}
		})
	}
}

func TestLoadTellsEverything(t *testing.T) {
	_, err := Load("b.yaml", bookWith("[quota.set]", "[quota.sett, help]", "Une règle.", `""`, "owns()", "actor.unit == owner.unit and owner.dpt",
		"[admins]", "[boss]", "needed: 1", "needed: 0\n  - {id: two, unknown: 1}\n  - {id: three}"))
	want := []string{"fr is missing", "quota.sett", `"help"`, "boss", "needed is 0", "same(actor.unit, owner.unit)", "owner.dpt",
		"b.yaml:11: rule two: unknown field", "b.yaml:12: rule three: when is missing"}
	for _, text := range want {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q is not told in\n%v", text, err)
		}
	}
	for line := range strings.Lines(err.Error()) {
		if !strings.HasPrefix(line, "b.yaml") {
			t.Errorf("a fault takes two lines: %q", line)
		}
	}
	var fault *Fault
	if !errors.As(err, &fault) || fault.Rule != "one" || fault.Line != 4 {
		t.Errorf("%+v", fault)
	}
}

// A book may also stand on one line, as JSON does.
func TestLoadOneLine(t *testing.T) {
	one := `{"id":"r%d","fr":"Une.","en":"One.","verbs":["quota.set"],"when":"manages(\"d%d.fr\")","outcome":"allow"}`
	var rules []string
	for i := range 50 {
		rules = append(rules, fmt.Sprintf(one, i, i))
	}
	b, err := Load("one.json", []byte(`{"rules":[`+strings.Join(rules, ",")+`]}`))
	if err != nil || len(b.Rules()) != 50 {
		t.Fatal(err)
	}
}

// Books that would kill or stall the YAML parser are refused before it.
func TestLoadBombs(t *testing.T) {
	for name, source := range map[string]string{
		"brackets":       strings.Repeat("[", 200_000),
		"closed":         "rules: " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000),
		"braces":         strings.Repeat("{a: ", 60_000),
		"dashes":         strings.Repeat("- ", 100_000),
		"question marks": strings.Repeat("? ", 100_000),
		"tags":           strings.Repeat("!a ", 60_000),
		"anchors":        strings.Repeat("&a ", 60_000),
		"laughs":         "a: &a [x,x]\nb: &b [*a,*a]\nrules: [*b,*b]\n",
		"lines":          strings.Repeat("[\n", 100_000),
		"keys in braces": "{" + strings.Repeat("a: ", 60_000) + "}",
		"marks in list":  "[" + strings.Repeat("? ", 60_000) + "]",
		"slope":          slope(600),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			if _, err := Load("bomb.yaml", []byte(source)); err == nil {
				t.Error("accepted")
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// slope nests by indentation, one key a line.
func slope(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestConditionBad(t *testing.T) {
	for name, c := range map[string]struct{ condition, want string }{
		// What kills the process if it reaches the parser (reliability L9).
		"parentheses":       {strings.Repeat("(", 500_000) + "true" + strings.Repeat(")", 500_000), "at most"},
		"long":              {strings.Repeat("(", 3000) + "true" + strings.Repeat(")", 3000), "6004 bytes; 4096 at most"},
		"few parentheses":   {strings.Repeat("(", 65) + "true" + strings.Repeat(")", 65), "65 brackets and negations; 64 at most"},
		"lists":             {strings.Repeat("[", 2000), "2000 brackets"},
		"negations":         {strings.Repeat("!", 2_000_000) + "owns()", "at most"},
		"few negations":     {strings.Repeat("!", 65) + "owns()", "66 brackets and negations"},
		"words of negation": {strings.Repeat("not ", 65) + "owns()", "66 brackets"},
		"signs":             {"size > " + strings.Repeat("- ", 65) + "1", "65 brackets"},
		"ternaries":         {strings.Repeat("owns() ? true : ", 40) + "true", "80 brackets"},
		"memory":            {`repeat(repeat("a", 900000), 900000) == "a"`, "write an attribute on the left"},
		"nodes":             {`domain in ["a"` + strings.Repeat(`,"a"`, 250) + "]", "exceeds maximum allowed nodes"},
		// What would match on nothing (L10).
		"two attributes":     {`actor.unit == target.domain`, "write same(actor.unit, target.domain)"},
		"two, differing":     {`actor.unit != owner.unit`, "write same("},
		"in an attribute":    {`domain in actor.unitDomain`, "write same("},
		"starts with other":  {`alias startsWith actor.uid`, "write same("},
		"empty literal":      {`actor.unit == ""`, "nothing may match an empty attribute"},
		"not empty":          {`not (domain == "")`, "nothing may match an empty"},
		"starts with empty":  {`alias startsWith ""`, "nothing may match an empty"},
		"contains empty":     {`alias contains ""`, "nothing may match an empty"},
		"ends with empty":    {`alias endsWith ''`, "nothing may match an empty"},
		"empty in list":      {`domain in ["a.fr", ""]`, "nothing may match an empty"},
		"empty list":         {`domain in []`, "write a list that is not empty"},
		"zero":               {`target.quota == 0`, "a whole number of bytes above 0"},
		"below zero":         {`size > -1`, "a whole number of bytes above 0"},
		"fraction":           {`size > 1.5`, "a whole number of bytes above 0"},
		"literal on left":    {`"a.fr" == domain`, "write an attribute on the left"},
		"literal in literal": {`"a" in ["a"]`, "write an attribute on the left"},
		"empty domain":       {`manages("")`, "cannot be used here"},
		"nil":                {`actor.unit == nil`, "a word in quotes"},
		// What is not of the language.
		"typo":               {`actor.dpt == "x"`, "known: actor.affiliation, actor.name"},
		"typo alone":         {`actr`, "not a condition"},
		"method":             {`actor.Danger()`, "attributes have no functions"},
		"optional":           {`actor?.unit == "x"`, "write an attribute on the left"},
		"index":              {`actor["unit"][0] == "x"`, "write an attribute on the left"},
		"matches":            {`alias matches "^a"`, "operator matches is not known"},
		"range":              {`size in 1..999999`, "write a list that is not empty"},
		"builtin":            {`len(domain) > 3`, "write an attribute on the left"},
		"builtin alone":      {`all([1], true)`, "not a condition"},
		"now":                {`now() == alias`, "write an attribute on the left"},
		"arithmetic":         {`size + 1 > 2`, "write an attribute on the left"},
		"minus":              {`-size`, "no arithmetic"},
		"ternary":            {`owns() ? true : false`, "not a condition"},
		"if":                 {`if owns() {true} else {false}`, "not a condition"},
		"let":                {`let x = true; x`, "not a condition"},
		"sequence":           {`true; true`, "not a condition"},
		"coalesce":           {`actor.unit ?? true`, "operator ?? is not known"},
		"yes or no compared": {`owns() == false`, "write an attribute on the left"},
		"attribute alone":    {`domain`, "not a condition"},
		"word alone":         {`owns`, "not a condition"},
		"environment":        {`$env.domain == "a.fr"`, "write an attribute on the left"},
		"unknown function":   {`manage(domain)`, "known: ended, heads, holds, inCharter, inUnitDomain, manages, member, ownedByOther, owns, quotaWithin, same, sameUnit; did you mean manages?"},
		"too many arguments": {`owns(domain)`, "no such function, or not with so many arguments"},
		"group undeclared":   {`member("dsi")`, `group "dsi" is not declared`},
		"group computed":     {`member(domain)`, "cannot be used here"},
		"size without unit":  {`quotaWithin("10")`, "write it with its unit"},
		"size bare":          {`quotaWithin(10)`, "cannot be used here"},
		"same with literal":  {`same(domain, "a.fr")`, "cannot be used here"},
		"number as text":     {`manages(size)`, "cannot be used here"},
		"number with text":   {`size == "10G"`, "a whole number of bytes"},
		"text with number":   {`domain == 3`, "a word in quotes"},
		"order of text":      {`domain < "b"`, "only size and target.quota have an order"},
		"start of number":    {`size startsWith "1"`, "is a number"},
		"not closed":         {`manages(domain`, "unexpected token EOF"},
		"quote not closed":   {`domain == "a`, "when: "},
		// What would grant for want of knowledge.
		"not owns":         {`not owns()`, "grant for want of knowledge"},
		"not twice":        {`owns() and not (not (not manages(domain)))`, "grant for want of knowledge"},
		"differs":          {`target.status != "closed"`, "grant for want of knowledge"},
		"not in":           {`actor.affiliation not in ["student"]`, "grant for want of knowledge"},
		"below":            {`target.quota < 10`, "grant for want of knowledge"},
		"not from outside": {`via != "chat"`, "grant for want of knowledge"},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := Load("b.yaml", bookWith("owns()", "'"+strings.ReplaceAll(c.condition, "'", "''")+"'"))
			if b != nil || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %q, have %.300v", c.want, err)
			}
		})
	}
}

func TestConditionGood(t *testing.T) {
	for _, condition := range []string{
		`true`, `owns() && (inUnitDomain() || manages("a.fr"))`, `same(owner.unit, actor.unit)`, `not (not owns())`,
		`domain != "a.fr" and target.address not in ["a@b.fr"] and !(alias startsWith "x")`, `actor.uid != "bob"`,
		`size > 1 and size <= 10737418240 and not quotaWithin("1G")`, `target.quota in [1, 2] and target.quota >= 2`,
		`actor.affiliation in ["employee", "faculty"] and target.domain endsWith ".unistra.fr"`,
		`not (target.status != "active")`, `verb == "quota.set" and via == "portal" and member("admins")`,
	} {
		if _, err := Load("b.yaml", bookWith("owns()", "'"+condition+"'")); err != nil {
			t.Errorf("%s: %v", condition, err)
		}
	}
}

// In a rule that denies it is the other way round: what is not known must not
// slip through.
func TestConditionOfDenial(t *testing.T) {
	denial := func(condition string) []byte {
		return bookWith("owns()", "'"+condition+"'", "outcome: ask", "outcome: deny", "    approvers: [admins]\n    needed: 1\n", "")
	}
	for _, good := range []string{`true`, `not (actor.affiliation in ["employee"])`, `actor.affiliation != "employee"`,
		`domain == "a.fr"`, `not manages(domain)`, `target.quota < 3`} {
		if _, err := Load("b.yaml", denial(good)); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{`actor.affiliation == "student"`, `owns()`, `not (not member("admins"))`, `target.quota > 3`} {
		if _, err := Load("b.yaml", denial(bad)); err == nil || !strings.Contains(err.Error(), "let the request through") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
