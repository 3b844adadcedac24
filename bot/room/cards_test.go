package room

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/unistra/melusine/internal/desk"
)

// Every card that the bot's tests check is on the page, in the reader's language.
func TestThePageOfCards(t *testing.T) {
	r, _ := newRoom(t)
	visit := func(who desk.UID) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r.Handler(func(*http.Request) desk.UID { return who }).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/chat/cards", nil))
		return w
	}
	if w := visit("marie"); w.Code != http.StatusNotFound {
		t.Errorf("without samples: %d", w.Code)
	}
	r.Samples = os.DirFS("../testdata/cards")
	for who, lang := range map[desk.UID]string{"marie": "fr", "paul": "en"} {
		w := visit(who)
		names, err := filepath.Glob("../testdata/cards/*." + lang + ".json")
		must(t, err)
		if w.Code != http.StatusOK || len(names) == 0 || strings.Count(w.Body.String(), `<li id="sample-`) != len(names) {
			t.Errorf("%s: %d with %d of %d cards", who, w.Code, strings.Count(w.Body.String(), `<li id="sample-`), len(names))
		}
	}
	if w := visit("nobody"); w.Code != http.StatusForbidden {
		t.Errorf("to nobody: %d", w.Code)
	}
	r.Samples = fstest.MapFS{"a.fr.json": {Data: []byte("{")}}
	if w := visit("marie"); w.Code != http.StatusInternalServerError {
		t.Errorf("unreadable: %d", w.Code)
	}
}
