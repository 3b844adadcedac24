package say

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
)

var errUnprepared = errors.New("dial tcp: secret token=abc")

// mark is a Quote that shows; plain makes no-break spaces ordinary ones.
func mark(s string) string { return "⟦" + s + "⟧" }

var plain = strings.NewReplacer(narrow, " ", wide, " ").Replace

// onlyMarked: what is EVIL stands between marks everywhere.
func onlyMarked(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(strings.ReplaceAll(text, "⟦EVIL⟧", ""), "EVIL") {
		t.Errorf("not quoted: %q", text)
	}
}

func action(t testing.TB, text string) desk.Action {
	t.Helper()
	a, err := desk.ParseAction(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestLang(t *testing.T) {
	for locale, want := range map[string]string{"": "fr", "fr": "fr", "fr-CA": "fr", "en": "en", "EN_us": "en", "en-GB": "en", "de": "fr", "enm": "fr", "-en": "fr"} {
		if got := Lang(locale); got != want {
			t.Errorf("Lang(%q) = %s, want %s", locale, got, want)
		}
	}
}

func TestT(t *testing.T) {
	if got := T("fr", "quota.use", "used", "{quota}", "quota", "5"); got != "{quota} sur 5 (…\u202f%)" {
		t.Errorf("a value is read for placeholders, or a gap is hidden: %q", got)
	}
	if got := T("fr", "no.such.key"); got != "no.such.key" {
		t.Errorf("unknown key = %q", got)
	}
	if got := T("fr", "hint.nearest", "nearest", "a : b"); got != "Vouliez-vous dire «\u202fa : b\u202f»\u202f?" {
		t.Errorf("typography: %q", got)
	}
}

func TestNumbers(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 8, 31, 22, 12, 0, 0, time.UTC) // the next day in Paris
	const mib, gib = 1 << 20, 1 << 30
	tests := []struct{ got, want string }{
		{Size("fr", 0), "0\u202fMo"},
		{Size("en", 0), "0\u00a0MB"},
		{Size("fr", -5), "0\u202fMo"},
		{Size("fr", 900), "0\u202fMo"},
		{Size("fr", 2048), "2\u202fko"},
		{Size("fr", 800*mib), "800\u202fMo"},
		{Size("fr", 10*gib), "10\u202fGo"},
		{Size("fr", 2560*mib), "2,5\u202fGo"},
		{Size("en", 2560*mib), "2.5\u00a0GB"},
		{Size("fr", 10300*mib), "10\u202f300\u202fMo"},
		{Size("en", 10300*mib), "10,300\u00a0MB"},
		{Size("fr", 3*gib+100*mib+1), "3,1\u202fGo"},
		{Size("fr", 3*gib-1), "3\u202fGo"},
		{Size("fr", 1024*gib), "1\u202fTo"},
		{Size("fr", 1<<62), "4\u202f194\u202f304\u202fTo"},
		{Number("fr", 97484), "97\u202f484"},
		{Number("en", 97484), "97,484"},
		{Number("fr", 1234567), "1\u202f234\u202f567"},
		{Number("fr", -1000), "-1\u202f000"},
		{Number("fr", -100), "-100"},
		{Number("en", 999), "999"},
		{Date("fr", at), "31\u202faoût 2026"},
		{Date("en", at), "31\u00a0Aug 2026"},
		{Date("fr", at.In(paris)), "1er\u202fseptembre 2026"},
		{Time("fr", at, time.UTC), "22\u202fh\u202f12"},
		{Time("en", at, paris), "00:12"},
		{Moment("fr", at, paris), "1er\u202fseptembre 2026 à 0\u202fh\u202f12"},
		{Moment("en", at, paris), "1\u00a0Sep 2026, 00:12"},
	}
	for i, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%d: %q, want %q", i, tt.got, tt.want)
		}
	}
}

// A quota, which is a whole number of MiB, is never rounded: what is said is
// what is asked.
func TestSizeReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mib := rapid.Int64Range(1, 9_999_999).Draw(t, "MiB")
		for _, lang := range []string{"fr", "en"} {
			said := strings.NewReplacer(narrow, "", wide, "").Replace(Size(lang, mib<<20))
			if lang == "en" {
				said = strings.ReplaceAll(said, ",", "")
			}
			if got, err := desk.ParseSize(said); err != nil || int64(got) != mib<<20 {
				t.Fatalf("%d MiB is said %q, read %d (%v)", mib, said, got, err)
			}
		}
	})
}

func TestAction(t *testing.T) {
	add := action(t, "alias.add bob@u.fr alias=c@u.fr")
	quota := action(t, "quota.set bob@u.fr size=10300M")
	forward, stop := action(t, "account.forward bob@u.fr to=x@v.fr"), action(t, "account.forward bob@u.fr to=none")
	tests := []struct{ got, want string }{
		{Title("fr", add), "Ajouter un alias"},
		{Title("en", add), "Add an alias"},
		{Verb("fr", desk.QuotaSet), "changement de quota"},
		{Summary("fr", add), "alias c@u.fr → bob@u.fr"},
		{Summary("fr", quota), "quota de bob@u.fr : 10 300 Mo"},
		{Effect("fr", forward), "Une copie de chaque message reçu par bob@u.fr sera envoyée à x@v.fr, à la place de toute redirection précédente. Les messages resteront aussi dans la boîte."},
		{Effect("en", stop), "Mail received by bob@u.fr will no longer be sent elsewhere. It will stay in the mailbox."},
		{Summary("fr", stop), "fin de la redirection de bob@u.fr"},
		{Outcome("fr", desk.Request{ID: "D-1", State: desk.Settled, Action: stop}, nil), "C'est fait (D-1) : le courrier reçu par bob@u.fr n'est plus envoyé ailleurs."},
		{Forward("fr", "", true), "aucune"},
		{Forward("en", "none", false), "none"},
		{Forward("fr", "x@v.fr", false, mark), "une copie à ⟦x@v.fr⟧"},
		{Forward("en", "x@v.fr", true, mark), "everything to ⟦x@v.fr⟧, without a copy kept here"},
		{Book("en", true) + ", " + Book("fr", false), "out of the address book, dans le carnet d'adresses"},
		{Effect("fr", add), "Le courrier adressé à c@u.fr arrivera aussi dans la boîte bob@u.fr."},
		{Effect("en", add, mark), "Mail sent to ⟦c@u.fr⟧ will also arrive in the mailbox ⟦bob@u.fr⟧."},
		{Effect("en", quota), "The mailbox bob@u.fr will have a quota of 10,300 MB."},
	}
	for i, tt := range tests {
		if plain(tt.got) != tt.want {
			t.Errorf("%d: %q, want %q", i, tt.got, tt.want)
		}
	}
}

// about is an error that names somebody whom the directory knows.
func about(called string, code desk.Code, details ...string) error {
	e := desk.Fail(desk.Conflict, code, details...)
	e.Called = called
	return e
}

func TestError(t *testing.T) {
	tests := []struct {
		err    error
		fr, en string
	}{
		{nil, "", ""},
		{errUnprepared, "Une erreur est survenue de notre côté. Avant de recommencer, regardez vos demandes : la vôtre est peut-être enregistrée.",
			"Something went wrong on our side. Before trying again, look at your requests: yours may have been saved."},
		{desk.Fail(desk.Invalid, "brand.new", "value", "x"), Error("fr", errUnprepared), Error("en", errUnprepared)},
		{fmt.Errorf("ask: %w", desk.Fail(desk.Conflict, desk.AliasTaken, "alias", "c@u.fr").Because(errUnprepared)),
			"L'adresse c@u.fr est déjà utilisée. Choisissez-en une autre.", "The address c@u.fr is already used. Choose another one."},
		{desk.Fail(desk.Invalid, desk.UnknownVerb, "value", "qouta", "nearest", "quota"),
			"Je n'ai pas compris « qouta ». Écrivez « aide » pour voir ce que vous pouvez demander. Vouliez-vous dire « quota » ?",
			`I did not understand "qouta". Type "help" to see what you can ask. Did you mean "quota"?`},
		{desk.Fail(desk.Invalid, desk.UnknownVerb, "value", ""),
			"Que voulez-vous faire ? Écrivez « aide » pour voir ce que vous pouvez demander.",
			`What would you like to do? Type "help" to see what you can ask.`},
		{desk.Fail(desk.Invalid, desk.MissingArgument, "name", "size", "verb", "quota.set"),
			"Il manque la taille. Complétez puis recommencez. Forme attendue : quota COMPTE 10Go [motif : MOTIF]",
			"Missing: the size. Complete and try again. Expected form: quota ACCOUNT 10GB [reason: REASON]"},
		{desk.Fail(desk.Invalid, desk.InvalidArgument, "name", "mark", "value", "x"),
			"« x » ne convient pas pour mark. Corrigez cette partie.", `"x" does not suit mark. Please correct that part.`},
		{desk.Fail(desk.Conflict, desk.AlreadySo, "state", "locked"), "Ce compte est déjà verrouillé. Il n'y a rien à changer.", "This account is locked already. There is nothing to change."},
		{desk.Fail(desk.Conflict, desk.AlreadySo, "value", "x@u.fr"), "C'est déjà le cas (x@u.fr). Il n'y a rien à changer.", "It is so already (x@u.fr). There is nothing to change."},
		{desk.Fail(desk.Conflict, desk.WrongStatus, "account", "bob@u.fr", "state", "closed"),
			"Le compte bob@u.fr est fermé : le verrouiller le laisserait recevoir du courrier. Activez-le d'abord.",
			"The account bob@u.fr is closed: locking it would let it receive mail. Activate it first."},
		{desk.Fail(desk.Conflict, desk.WrongStatus, "account", "bob@u.fr", "state", "maintenance"),
			"Le compte bob@u.fr est en maintenance : une opération est peut-être en cours sur Partage. Attendez qu'il soit de nouveau actif, ou écrivez à l'assistance.",
			"The account bob@u.fr is in maintenance: something may be under way on Partage. Wait until it is active again, or write to the help desk."},
		{desk.Fail(desk.Forbidden, desk.NotAllowed, "verb", "drift.show", "target", "", "rule", ""),
			"Les règles ne permettent pas cette action : consultation des écarts. Adressez-vous à un correspondant du domaine ou à l'assistance.",
			"The rules do not allow this: seeing the differences. Ask a correspondent of the domain or the help desk."},
		{desk.Fail(desk.Forbidden, desk.NotAllowed, "verb", "quota.set", "target", "bob@u.fr", "rule", ""),
			"Les règles ne permettent pas cette action : changement de quota, bob@u.fr. Adressez-vous à un correspondant du domaine ou à l'assistance.",
			"The rules do not allow this: changing a quota, bob@u.fr. Ask a correspondent of the domain or the help desk."},
		{desk.Fail(desk.Conflict, desk.AlreadySo, "value", "10G"), "C'est déjà le cas (10 Go). Il n'y a rien à changer.", "It is so already (10 GB). There is nothing to change."},
		{desk.Fail(desk.Conflict, desk.TooLate, "id", "D-5", "state", "rejected", "by", "sgermain"),
			"La demande D-5 est déjà refusée par sgermain. Au besoin, une nouvelle demande est possible.",
			"Request D-5 is already refused by sgermain. If needed, a new request can be made."},
		{about("Sophie Germain", desk.TooLate, "id", "D-5", "state", "rejected", "by", "sgermain"),
			"La demande D-5 est déjà refusée par Sophie Germain. Au besoin, une nouvelle demande est possible.",
			"Request D-5 is already refused by Sophie Germain. If needed, a new request can be made."},
		{about("Sophie Germain", desk.NoEPPN, "person", "sgermain"),
			"L'annuaire ne donne pas d'EPPN à Sophie Germain, qui ne pourrait pas se connecter. Faites-le ajouter, puis recommencez.",
			"The directory gives Sophie Germain no EPPN: they could not sign in. Have it added, then try again."},
		{about("Sophie Germain", desk.NoTokens, "value", "sgermain"),
			"Sophie Germain n'a aucun jeton d'accès qui ouvre encore quelque chose.", "Sophie Germain has no access token that still opens anything."},
		{desk.Fail(desk.Conflict, desk.TooLate, "id", "D-5", "state", "done", "by", ""),
			"La demande D-5 est déjà validée et appliquée. Pour revenir en arrière, faites la demande inverse.",
			"Request D-5 is already approved and applied. To go back, ask for the opposite."},
		{desk.Fail(desk.Unavailable, desk.StaleData, "source", "directory", "since", "2026-08-31T10:12:00Z"),
			"Les données de l'annuaire ou de Partage ne sont pas encore lues ou sont trop anciennes (lues le 31 août 2026 à 10 h 12, UTC) : les changements sont suspendus. Recommencez dans quelques minutes.",
			"The data of the directory or of Partage are not read yet or too old (read 31 Aug 2026, 10:12, UTC): changes are paused. Try again in a few minutes."},
		{desk.Fail(desk.Unavailable, desk.StaleData, "since", "0001-01-01T00:00:00Z"),
			"Les données de l'annuaire ou de Partage ne sont pas encore lues ou sont trop anciennes : les changements sont suspendus. Recommencez dans quelques minutes.",
			"The data of the directory or of Partage are not read yet or too old: changes are paused. Try again in a few minutes."},
	}
	for _, tt := range tests {
		if fr, en := plain(Error("fr", tt.err)), plain(Error("en", tt.err)); fr != plain(tt.fr) || en != plain(tt.en) {
			t.Errorf("%v:\n%q\n%q", tt.err, fr, en)
		}
	}
}

func TestApprovers(t *testing.T) {
	tests := []struct {
		refs   []string
		fr, en string
	}{
		{nil, "personne", "nobody"},
		{[]string{"uid:bob", "group:", "junk"}, "personne", "nobody"},
		{[]string{"group:admins"}, "un administrateur", "an administrator"},
		{[]string{"domain:physique.u.fr", "group:admins"}, "un correspondant de physique.u.fr ou un administrateur", "a correspondent of physique.u.fr or an administrator"},
		{[]string{"domain:a.fr", "group:dnum", "group:admins"}, "un correspondant de a.fr, un membre du groupe dnum ou un administrateur", "a correspondent of a.fr, a member of the group dnum or an administrator"},
	}
	for _, tt := range tests {
		if fr, en := Approvers("fr", tt.refs), Approvers("en", tt.refs); fr != tt.fr || en != tt.en {
			t.Errorf("%v: %q, %q", tt.refs, fr, en)
		}
	}
	onlyMarked(t, Approvers("fr", []string{"domain:EVIL", "group:EVIL"}, mark))
}
