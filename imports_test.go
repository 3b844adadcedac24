package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/unistra/melusine"

// mayImport says which of our packages each of our packages may import. It also
// holds for the packages below, which may import their own family. The top, main,
// may import everything; a package that is not here may not exist.
var mayImport = map[string][]string{
	"partage":            {},
	"partage/simulator":  {"partage"},
	"internal/desk":      {},
	"internal/phrase":    {"internal/desk"},
	"internal/say":       {"internal/desk"},
	"internal/journal":   {"internal/desk"},
	"internal/mirror":    {"internal/desk", "internal/snapshot"},
	"internal/directory": {"internal/desk", "internal/snapshot"},
	"internal/snapshot":  {},
	"internal/executor":  {"internal/desk"},
	"internal/notify":    {"internal/desk"},
	"internal/reminder":  {"internal/desk"},
	"internal/bulk":      {"internal/desk"},
	"internal/drift":     {"internal/desk"},
	"internal/calendar":  {},
	"internal/effect":    {"internal/desk", "partage"},
	"rules":              {"internal/desk"},
	"rules/charter":      {"internal/desk", "internal/say", "rules"},
	"bot":                {"internal/desk", "internal/phrase", "internal/say"},
	"portal":             {"internal/bulk", "internal/desk", "internal/phrase", "internal/say"},
	"deploy/dev":         {},
}

// importers says who may import a library: the other packages know nothing of it.
var importers = map[string][]string{
	"github.com/expr-lang/expr":                  {"rules"},
	"github.com/hashicorp/go-memdb":              {"internal/mirror"},
	"github.com/go-ldap/ldap":                    {"internal/directory"},
	"github.com/gofiber/fiber":                   {"portal"},
	"github.com/mattermost/mattermost":           {"bot", "deploy/dev"},
	"github.com/chromedp":                        {"deploy/dev"},
	"golang.org/x/mod":                           {"internal/journal", "."},
	"github.com/prometheus":                      {"."},
	"modernc.org/sqlite":                         {"internal/journal"},
	"github.com/jackc/pgx":                       {"internal/journal"},
	"github.com/orisano/gosax":                   {"partage"},
	"github.com/coreos/go-oidc":                  {"portal"},
	"github.com/zitadel/oidc":                    {},
	"pgregory.net/rapid":                         {},
	"github.com/pb33f/libopenapi":                {},
	"github.com/pb33f/libopenapi-validator":      {},
	"github.com/google/go-cmp":                   {},
	"github.com/rogpeppe/go-internal":            {"portal"}, // the difference of two texts
	"github.com/stretchr/testify":                {},
	"github.com/mattermost/mattermost/server/v8": {},
}

// vague names say nothing of what is inside a package.
var vague = []string{"util", "utils", "common", "models", "types", "helpers"}

// Clock, environment and chance enter at main.
var (
	chance  = []string{"math/rand", "math/rand/v2", "crypto/rand"}
	ambient = map[string][]string{
		"time": {"Now", "Since", "Until"},
		"os":   {"Getenv", "LookupEnv", "Environ", "ExpandEnv"},
	}
)

// unit is a package as `go list -json` tells it, tests left out.
type unit struct {
	Dir, ImportPath, Name string
	GoFiles, Imports      []string
}

func TestTheTreeKeepsItsRules(t *testing.T) {
	units := list(t)
	if len(units) == 0 {
		t.Fatal("go list found no package")
	}
	for _, u := range units {
		for _, breach := range importBreaches(u) {
			t.Error(breach)
		}
		for _, name := range u.GoFiles {
			source, err := os.ReadFile(filepath.Join(u.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, breach := range sourceBreaches(t, within(u.ImportPath), name, source) {
				t.Error(breach)
			}
		}
	}
}

func list(t *testing.T) []unit {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=Dir,ImportPath,Name,GoFiles,Imports", "./...")
	cmd.Stderr = t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var units []unit
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var u unit
		err := decoder.Decode(&u)
		if errors.Is(err, io.EOF) {
			return units
		}
		if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		units = append(units, u)
	}
}

// importBreaches tells each rule of names and imports that a package breaks.
func importBreaches(u unit) []string {
	here := within(u.ImportPath)
	var breaches []string
	say := func(format string, args ...any) {
		breaches = append(breaches, here+": "+fmt.Sprintf(format, args...))
	}
	if slices.Contains(vague, u.Name) || slices.Contains(vague, path.Base(here)) {
		say("a vague name")
	}
	home := family(here)
	if home == "" {
		say("not in the table of packages (mayImport)")
	}
	for _, imported := range u.Imports {
		if below(imported, module) && !permitted(home, within(imported)) {
			say("imports %s", within(imported))
		}
		if library, only := guarded(imported); library != "" && !slices.Contains(only, home) {
			say("imports %s, which is for %v", library, only)
		}
	}
	return breaches
}

// permitted tells whether packages of a family may import one of ours.
func permitted(home, imported string) bool {
	if home == "." {
		return true
	}
	other := family(imported)
	return other == home || slices.Contains(mayImport[home], other)
}

// family is the nearest ancestor of a package that has a line in mayImport.
func family(here string) string {
	for at := here; at != "."; at = path.Dir(at) {
		if _, known := mayImport[at]; known {
			return at
		}
	}
	if here == "." {
		return "."
	}
	return ""
}

// guarded finds the longest line of importers that covers a package.
func guarded(imported string) (library string, only []string) {
	for name, who := range importers {
		if below(imported, name) && len(name) > len(library) {
			library, only = name, who
		}
	}
	return library, only
}

// sourceBreaches tells each rule of the source that a file breaks.
func sourceBreaches(t *testing.T, here, name string, source []byte) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var breaches []string
	say := func(what string) { breaches = append(breaches, here+"/"+name+": "+what) }
	exempt := here == "." || below(here, "deploy")

	names := map[string]string{} // local name of an import: its path
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		names[localName(spec, imported)] = imported
		if !exempt && slices.Contains(chance, imported) {
			say("imports " + imported)
		}
		if spec.Name != nil && spec.Name.Name == "." {
			say("hides where names come from with a dot import")
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				say("has an init")
			}
		case *ast.SelectorExpr:
			from, _ := n.X.(*ast.Ident)
			if !exempt && from != nil && slices.Contains(ambient[names[from.Name]], n.Sel.Name) {
				say("uses " + names[from.Name] + "." + n.Sel.Name)
			}
		}
		return true
	})
	return breaches
}

func localName(spec *ast.ImportSpec, imported string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return path.Base(imported)
}

// within is the path of a package inside the module, "." for its top.
func within(importPath string) string {
	return path.Clean("./" + strings.TrimPrefix(importPath, module))
}

// below tells whether a path is another or lies under it.
func below(inner, outer string) bool {
	return inner == outer || strings.HasPrefix(inner, outer+"/")
}

func TestImportRulesCatch(t *testing.T) {
	cases := map[string]struct {
		name, path string
		imports    []string
		want       []string
	}{
		"what is allowed": {
			path:    "portal/web",
			imports: []string{"fmt", module + "/internal/say", module + "/portal", "github.com/gofiber/fiber/v2"},
		},
		"main importing everything of ours": {path: ".", imports: []string{module + "/bot", module + "/internal/effect"}},
		"the core importing ours": {
			path: "internal/desk", imports: []string{module + "/partage"},
			want: []string{"internal/desk: imports partage"},
		},
		"a room importing another": {
			path: "internal/executor", imports: []string{module + "/internal/effect"},
			want: []string{"internal/executor: imports internal/effect"},
		},
		"a door importing another": {
			path: "portal", imports: []string{module + "/bot"},
			want: []string{"portal: imports bot"},
		},
		"anyone importing main": {
			path: "bot", imports: []string{module},
			want: []string{"bot: imports ."},
		},
		"the client importing its simulator": {
			path: "partage", imports: []string{module + "/partage/simulator"},
			want: []string{"partage: imports partage/simulator"},
		},
		"a second importer of a library": {
			path: "portal", imports: []string{"github.com/expr-lang/expr/vm"},
			want: []string{"portal: imports github.com/expr-lang/expr, which is for [rules]"},
		},
		"main importing a library of others": {
			path: ".", imports: []string{"github.com/go-ldap/ldap/v3"},
			want: []string{".: imports github.com/go-ldap/ldap, which is for [internal/directory]"},
		},
		"a library of tests in the product": {
			path: "internal/desk", imports: []string{"pgregory.net/rapid"},
			want: []string{"internal/desk: imports pgregory.net/rapid, which is for []"},
		},
		"the server of Mattermost": {
			path: "bot", imports: []string{"github.com/mattermost/mattermost/server/v8/channels/app"},
			want: []string{"bot: imports github.com/mattermost/mattermost/server/v8, which is for []"},
		},
		"a package of no family": {path: "internal/news", want: []string{"internal/news: not in the table of packages (mayImport)"}},
		"a vague package":        {name: "types", path: "bot/chat", want: []string{"bot/chat: a vague name"}},
		"a vague folder":         {path: "bot/util", want: []string{"bot/util: a vague name"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := importBreaches(unit{ImportPath: path.Join(module, c.path), Name: c.name, Imports: c.imports})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSourceRulesCatch(t *testing.T) {
	const (
		clock  = `package p; import "time"; var now = time.Now`
		secret = `package p; import environ "os"; func f() { environ.LookupEnv("X") }`
		dice   = `package p; import "math/rand/v2"; func f() int { return rand.Int() }`
		dotted = `package p; import . "time"; func f() Time { return Now() }`
		eager  = `package p; func init() {}`
		calm   = `package p; import "time"; type T struct{ Now func() time.Time }; func (t T) init() { t.Now() }`
	)
	cases := map[string]struct {
		here, source string
		want         []string
	}{
		"the clock":             {"internal/desk", clock, []string{"internal/desk/x.go: uses time.Now"}},
		"the environment":       {"bot", secret, []string{"bot/x.go: uses os.LookupEnv"}},
		"chance":                {"partage/simulator", dice, []string{"partage/simulator/x.go: imports math/rand/v2"}},
		"a dot import":          {"rules", dotted, []string{"rules/x.go: hides where names come from with a dot import"}},
		"an init":               {"rules", eager, []string{"rules/x.go: has an init"}},
		"an init of main":       {".", eager, []string{"./x.go: has an init"}},
		"a clock handed in":     {"internal/desk", calm, nil},
		"the clock of main":     {".", clock, nil},
		"the environment of CI": {"deploy/dev", secret, nil},
		"chance in deploy":      {"deploy/dev", dice, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, sourceBreaches(t, c.here, "x.go", []byte(c.source))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
