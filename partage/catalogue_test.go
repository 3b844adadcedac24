package partage_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "github.com/unistra/melusine/partage/simulator"
)

// catalogue is every fault that was thought of, and what shows that the client
// holds: rows of wires by their names, and rows of spoilt by their Answers, both
// run with each method that writes, done and not done; or tests of their own.
var catalogue = []struct {
	fault string
	shown []any
}{
	{"1 name does not resolve", []any{"no such host"}},
	{"2 connection refused", []any{"refused"}},
	{"3 connect timeout", []any{"connect timeout"}},
	{"4 TLS expired", []any{"expired certificate"}},
	{"5 TLS wrong name", []any{"certificate of another", "TestOnlyATrustedServerIsTalkedTo"}},
	{"6 reset before request", []any{"reset at the first byte", "TestAConnectionThatDiesUnderAWriteIsUnknown"}},
	{"7 reset in the request", []any{"reset in the request"}},
	{"8 reset after request, before reply", []any{"reset before the reply", Drop}},
	{"9 reply header timeout", []any{"no reply", "TestASlowAnswerTimesOut"}},
	{"10 reset in the body", []any{"reset in the header", "reset in the body", Cut, "TestAReplyCutAtEachByte"}},
	{"11 slow drip", []any{"slow drip"}},
	{"12 stale connection closed on reuse", []any{"stale connection"}},
	{"13 another object in the reply", []any{"answer of another call", "TestAnAnswerAboutAnotherAccountIsMalformed"}},
	{"14 301, 302", []any{"301", "302"}},
	{"15 307, 308", []any{"307", "308", Redirect, "TestRedirectsAreNotFollowed"}},
	{"16 401", []any{"401"}},
	{"17 403", []any{"403", Forbidden}},
	{"18 404", []any{"404", "TestARefusalMayComeWithAnErrorCode"}},
	{"19 408", []any{"408"}},
	{"20 413", []any{"413"}},
	{"21 429", []any{"429"}},
	{"22 500", []any{"500", Failing}},
	{"23 502", []any{BadGateway}},
	{"24 503", []any{"503", Closed}},
	{"25 504", []any{"504"}},
	{"26 200, empty", []any{"204", Empty}},
	{"27 200, a page to sign in", []any{HTML, Plain}},
	{"28 broken gzip", []any{"not gzip", "truncated gzip", "gzip with a wrong sum", "gzip bomb"}},
	{"29 more than 10 MiB", []any{"10 MiB", Huge, "TestAHugeAnswerIsNotReadToItsEnd"}},
	{"30 truncated", []any{Truncated, "206", "TestAReplyCutAtEachByte"}},
	{"31 no status", []any{NoStatus}},
	{"32 two statuses", []any{TwoStatus}},
	{"33 status not an integer", []any{WordStatus, Untyped}},
	{"34 unknown root", []any{OtherRoot}},
	{"35 root in lower case", []any{LowerRoot}},
	{"36 something after the root", []any{Trailing}},
	{"37 ISO-8859-1", []any{Latin1, "UTF-16", "TestOnlyXMLInUTF8IsRead"}},
	{"38 deep nesting", []any{"deep nesting"}},
	{"39 DOCTYPE, entities", []any{Doctype, "entity bomb", "outer entity"}},
	{"40 one item for a list", []any{"lists that nobody asked", "TestGroupPayloads"}},
	{"41 an empty list", []any{"lists that nobody asked", "TestAPageHasOneShape"}},
	{"42 TRUE, true, 1", []any{"lists that nobody asked", "TestOddValuesAreReadOrRefused"}},
	{"43 Invalid token", []any{BadToken, "TestADeadTokenIsReplacedOnceForAReadAndNeverForAWrite"}},
	{"44 token dead in flight", []any{"TestATokenThatDiesInFlight"}},
	{"45 signature refused for skew", []any{"TestAWrongKeyAndAWrongClockAreAuth", "TestSkewIsTold"}},
	{"46 Accès refusé", []any{Forbidden, "TestWhatWasJustWrittenIsRefusedForATime"}},
	{"47 key changed", []any{"TestAWrongKeyAndAWrongClockAreAuth"}},
	{"48 success, nothing done", []any{Truthful, "TestSilentNoOpIsASuccessThatDidNothing"}},
	{"49 refusal, yet done", []any{Message, Errors}},
	{"50 system failure after half the work", []any{Message, "TestHalfAChange"}},
	{"51 some attributes of a change", []any{"TestHalfAChange"}},
	{"52 already exists, by our own first try", []any{Message, "TestTheLifeOfAnAccount"}},
	{"53 no such, by our own first delete", []any{Message, "TestTheLifeOfAnAccount"}},
	{"54 mailbox in maintenance", []any{Message}},
	{"55 stale reads", []any{"TestStaleReads", "TestStaleReadsAtOnce"}},
	{"56 done late", []any{"TestEveryFaultOfEveryWrite"}},
	{"57 two writes out of order", []any{"TestTwoWritesOutOfOrder"}},
	{"58 changed by others between read and write", []any{"TestManyAtOnce"}},
	{"59 pages cut or shifted", []any{"TestListingsOfAServerThatMoves"}},
	{"60 count and list differ", []any{"TestListingsOfAServerThatMoves"}},
}

// Each fault is shown by something that exists, and each row serves.
func TestTheCatalogueIsWhole(t *testing.T) {
	if len(catalogue) != 60 {
		t.Errorf("%d faults", len(catalogue))
	}
	tests, used := testNames(t), map[any]bool{}
	for _, f := range catalogue {
		if len(f.shown) == 0 {
			t.Errorf("nothing shows %s", f.fault)
		}
		for _, by := range f.shown {
			used[by] = true
			name, _ := by.(string)
			row := strings.HasPrefix(name, "Test") && slices.Contains(tests, name)
			for _, w := range wires {
				row = row || w.name == by
			}
			for _, s := range spoilt {
				row = row || s.answer == by
			}
			if !row {
				t.Errorf("%s: there is no %v", f.fault, by)
			}
		}
	}
	for _, w := range wires {
		if !used[w.name] {
			t.Errorf("%q is no fault of the catalogue", w.name)
		}
	}
}

// testNames are the tests of this folder.
func testNames(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, "func "); ok {
				name, _, _ := strings.Cut(rest, "(")
				names = append(names, name)
			}
		}
	}
	return names
}
