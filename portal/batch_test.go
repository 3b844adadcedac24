package portal

import (
	"bytes"
	"encoding/base64"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/unistra/melusine/internal/desk"
)

// hand sends the form of a table, a file chosen.
func (b *browser) hand(file string, fields ...string) answer {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i, fields := 0, append(fields, "_csrf", b.token()); i+1 < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1]) // a buffer takes everything
	}
	if file != "" {
		part, _ := w.CreateFormFile("fichier", "table.csv")
		_, _ = part.Write([]byte(file))
	}
	_ = w.Close()
	r := httptest.NewRequest(http.MethodPost, "/demandes/lot", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.send(r)
}

// asked is how many requests there are.
func (h *house) asked() (n int) {
	for range h.mirror.Requests(desk.Query{}) {
		n++
	}
	return n
}

const batchTable = "verbe;compte;taille;alias;commentaire\n" +
	"quota.set;jeanne.dupont@physique.unistra.fr;7 Go;;\n" +
	"alias.add;jeanne.dupont@physique.unistra.fr;;labo@physique.unistra.fr;=1+1\n"

// A table is looked at first; what was looked at is what is asked for, once.
func TestATableFromPreviewToRequests(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("claire")
	b.get("/demandes/lot").wants(t, http.StatusOK, "Demander par tableau", "Rien n'est demandé avant")
	seen := b.hand(batchTable, "pas", "verifier", "motif", "rentrée")
	seen.wants(t, http.StatusOK, "Lignes qui peuvent être demandées : 2 sur 2", "quota : 5 Go → 7 Go", "Envoyer")
	if h.asked() != 0 {
		t.Fatal("looking has asked")
	}
	done := b.submit("/demandes/lot", append(seen.hidden(), "pas", "envoyer")...)
	if done.StatusCode != http.StatusSeeOther || done.Header.Get("Location") != "/demandes" || h.asked() != 2 {
		t.Fatalf("%d to %s, %d asked: %s", done.StatusCode, done.Header.Get("Location"), h.asked(), done.text())
	}
	b.submit("/demandes/lot", append(seen.hidden(), "pas", "envoyer")...)
	if h.asked() != 2 {
		t.Errorf("the same table asked twice: %d", h.asked())
	}
	for r := range h.mirror.Requests(desk.Query{By: "claire"}) {
		if r.Reason != "rentrée" || r.Batch == "" || r.Via != desk.Portal || r.State != desk.Ready {
			t.Errorf("%+v", r)
		}
	}
}

func TestBadTablesOfThePortal(t *testing.T) {
	h := newHouse(t, func(c *Config) { demo(c); c.BatchRows = 3 })
	b := h.as("claire")
	bad := batchTable + "quota.set;jeanne.dupont@physique.unistra.fr;beaucoup;;\n"
	denied := batchTable + "account.lock;marc.muller@chimie.unistra.fr;;;\n"
	latin, err := charmap.Windows1252.NewEncoder().String("verbe;compte;taille;remarque\nquota.set;jeanne.dupont@physique.unistra.fr;7 Go;été\n")
	must(t, err)
	for name, x := range map[string]struct {
		file, said string
		fields     []string
		status     int
		sends      bool
	}{
		"a cell at fault":            {bad, "Ligne 4, colonne 3 : « beaucoup » n'est pas une taille", nil, 200, false},
		"a cell at fault, the rest":  {bad, "demandées : 2 sur 2", []string{"reste", "oui"}, 200, true},
		"denied":                     {denied, "Refusé", nil, 200, false},
		"denied, the rest":           {denied, "demandées : 2 sur 3", []string{"reste", "oui"}, 200, true},
		"Windows-1252":               {latin, "demandées : 1 sur 1", nil, 200, true},
		"too many":                   {batchTable + strings.Repeat("quota.set;x;1 Go;;\n", 4), "trop de lignes", nil, 422, false},
		"no verb":                    {"compte;taille\njeanne;7 Go\n", "Aucune colonne ne dit", nil, 422, false},
		"no verb, chosen":            {"compte;taille\njeanne.dupont@physique.unistra.fr;7 Go\n", "demandées : 1 sur 1", []string{"verbe", "quota.set"}, 200, true},
		"a spreadsheet":              {"PK\x03\x04\x00", "pas du CSV", nil, 422, false},
		"nothing":                    {"", "aucune ligne", nil, 422, false},
		"markup":                     {"<script>alert(1)</script>\n", "pas connu", nil, 422, false},
		"markup in a cell":           {"verbe;compte;taille\nquota.set;<script>alert(1)</script>;1 Go\n", "n'est pas une adresse", nil, 200, false},
		"a verb of the command line": {"verbe;compte\naccount.purge;jeanne\n", "Je n'ai pas compris", nil, 200, false},
		"a verb of the house":        {"verbe;commentaire\nhouse.freeze;x\n", "Je n'ai pas compris", nil, 200, false},
	} {
		t.Run(name, func(t *testing.T) {
			a := b.hand(x.file, append(x.fields, "pas", "verifier")...)
			a.wants(t, x.status, x.said)
			if strings.Contains(a.body, "<script>alert") || strings.Contains(a.body, `value="envoyer"`) != x.sends {
				t.Errorf("%s", a.body)
			}
			if before := h.asked(); !x.sends {
				b.submit("/demandes/lot", append(a.hidden(), "pas", "envoyer", "donnees", base64.StdEncoding.EncodeToString([]byte(x.file)))...)
				if h.asked() != before {
					t.Error("asked all the same")
				}
			}
		})
	}
	if a := b.post("/demandes/lot", "tableau", batchTable, "pas", "envoyer"); a.StatusCode != http.StatusForbidden || h.asked() != 0 {
		t.Errorf("a form that is not ours: %d", a.StatusCode)
	}
	if a := b.submit("/demandes/lot", "donnees", "%%%", "pas", "envoyer"); a.StatusCode != http.StatusBadRequest {
		t.Errorf("bytes that are not: %d", a.StatusCode)
	}
	if a := b.hand(strings.Repeat("x", roomForTable+1), "pas", "verifier"); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a file that is too large: %d", a.StatusCode)
	}
}

func TestTheReportOfATable(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("claire")
	table := batchTable + "quota.set;jeanne.dupont@physique.unistra.fr;=cmd();;\n"
	for kind, begins := range map[string]string{"csv": "\ufeffLigne;Action;Verdict", "ods": "PK\x03\x04"} {
		a := b.hand(table, "pas", kind)
		if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.body, begins) || !strings.Contains(a.Header.Get("Content-Disposition"), "melusine."+kind) {
			t.Errorf("%s: %d %.80q", kind, a.StatusCode, a.body)
		}
		if kind == "csv" && (strings.Contains(a.body, ";=") || !strings.Contains(a.body, "Ligne 4, colonne 3")) {
			t.Errorf("%s", a.body)
		}
	}
	if h.asked() != 0 {
		t.Error("a report has asked")
	}
}

// An error of the form of a new account leads to the field that it is about.
func TestErrorsOfANewAccountLeadToTheirField(t *testing.T) {
	h := newHouse(t, demo)
	h.mirror.SetClasses([]string{"staff_s"})
	form := map[string]string{"verbe": "account.create", "compte": "accueil@physique.unistra.fr", "arg-name": "Accueil", "formule": "staff_s", "unite": "Go"}
	for field, value := range map[string]string{"taille": "beaucoup", "compte": string(jeanneBox), "formule": "none", "arg-until": "2020-01-01", "arg-person": "personne"} {
		sent := []string{field, value}
		for name, value := range form {
			if name != field {
				sent = append(sent, name, value)
			}
		}
		if a := h.as("xavier").submit("/demandes/nouvelle", append(sent, "pas", "verifier")...); a.StatusCode != 422 || !strings.Contains(a.body, `<a href="#`+field+`">`) {
			t.Errorf("%s: %d %s", field, a.StatusCode, a.text())
		}
	}
}

// The form of each new verb asks for what it needs and makes the action of it.
func TestFormsOfWhatComes(t *testing.T) {
	h := newHouse(t, demo)
	h.mirror.SetClasses([]string{"staff_l", "staff_s"})
	b := h.as("xavier")
	for _, x := range []struct {
		fields []string
		said   string
		status int
	}{
		{[]string{"verbe", "account.create", "compte", "accueil@physique.unistra.fr", "arg-name", "Accueil", "formule", "staff_s"}, "account.create accueil@physique.unistra.fr cos=staff_s name=Accueil", 200},
		{[]string{"verbe", "account.create", "compte", "accueil@physique.unistra.fr", "arg-name", "Accueil", "formule", "staff_s", "taille", "3", "unite", "Go", "arg-until", "2026-12-31"},
			"account.create accueil@physique.unistra.fr cos=staff_s name=Accueil size=3G until=2026-12-31", 200},
		{[]string{"verbe", "account.create", "compte", "accueil@physique.unistra.fr", "arg-name", "Accueil", "formule", "staff_s", "taille", "3", "unite", "Go", "arg-until", "2026-12-31"}, "avec la formule staff_s, 3 Go, jusqu'au 31 décembre 2026 compris", 200},
		{[]string{"verbe", "account.create", "compte", "accueil@physique.unistra.fr", "arg-name", "Accueil"}, "Il manque la formule", 422},
		{[]string{"verbe", "account.create", "compte", "x@physique.unistra.fr", "arg-person", "personne", "formule", "staff_s"}, "ne connaît personne", 422},
		{[]string{"verbe", "account.create", "compte", string(jeanneBox), "arg-name", "x", "formule", "staff_s"}, "déjà utilisée", 422},
		{[]string{"verbe", "account.profile", "compte", string(jeanneBox), "arg-phone", "03 68", "arg-city", "aucune"}, "le téléphone « 03 68 »", 200},
		{[]string{"verbe", "account.profile", "compte", string(jeanneBox), "arg-phone", "poste"}, "ne convient pas pour le téléphone", 422},
		{[]string{"verbe", "account.profile", "compte", string(jeanneBox)}, "Il manque", 422},
		{[]string{"verbe", "account.share", "compte", string(jeanneBox), "arg-with", string(marcBox)}, "la boîte d'une personne", 422},
		{[]string{"verbe", "account.share", "compte", string(jeanneBox)}, "Il manque qui pourra ouvrir la boîte", 422},
		{[]string{"verbe", "alias.move", "compte", string(jeanneBox), "alias", "j.dupont@physique.unistra.fr", "vers", string(marcBox)}, "arrivera dans la boîte marc.muller@chimie.unistra.fr", 200},
		{[]string{"verbe", "account.purge", "compte", string(jeanneBox)}, "", 422},
	} {
		a := b.submit("/demandes/nouvelle", append(x.fields, "pas", "verifier")...)
		a.wants(t, x.status, x.said)
	}
	for _, verb := range []string{"account.create", "account.profile", "account.share", "alias.move"} {
		b.get("/demandes/nouvelle?verbe="+verb).wants(t, http.StatusOK)
	}
	if a := b.get("/demandes/nouvelle"); strings.Contains(a.body, "account.purge") {
		t.Error("the purge is offered")
	}
}
