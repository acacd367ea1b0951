package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What may stand at the top of the tree, besides dotfiles.
var topLevel = []string{
	"cmd", "channels", "core", "crm", "web", "migrations",
	"go.mod", "go.sum", "README.md", "Makefile", "LICENSE", "CHANGELOG.md", "Dockerfile", "compose.yaml",
}

// Who may import whom of ours. The first row whose room matches a package is its row. "x/*" is every room below x,
// "x/..." is x and every room below it. No room needs leave to import itself, and nobody imports cmd.
var rooms = []struct {
	room string
	may  []string
}{
	{"cmd/*", []string{"core/...", "channels/...", "crm/...", "web", "migrations"}},

	{"core", nil},
	{"core/store", []string{"core", "migrations"}},
	{"core/store/storetest", []string{"core", "core/store", "core/file", "migrations"}},
	{"core/feed", []string{"core", "core/store"}},
	{"core/presence", []string{"core", "core/store"}},
	{"core/search", []string{"core", "core/store", "core/feed"}},
	{"core/socket", []string{"core"}},
	{"core/file", []string{"core"}},
	{"core/backup", []string{"core", "core/store", "core/file"}},
	{"core/text", []string{"core"}},
	{"core/meter", []string{"core"}},
	{"core/webhook", []string{"core"}},
	{"core/hook", []string{"core", "core/store", "core/webhook"}},
	{"core/rule", []string{"core", "core/store"}},
	{"core/hub", subRoomsWithout("core/outbox")},
	{"core/outbox", subRoomsWithout("core/hub")},

	{"channels", []string{"core"}},
	{"channels/widget", []string{"core", "channels", "core/socket"}},
	{"channels/channeltest", []string{"core/...", "channels"}}, // runs an adapter in a whole house
	{"channels/*", []string{"core", "channels"}},
	{"crm", []string{"core", "core/webhook"}},
	{"crm/*", []string{"core", "core/webhook", "crm"}},
	{"web", []string{"core/..."}},
	{"migrations", nil},
}

// Rooms that exist for tests: only test files, and each other, import them, and they may see what a test sees.
var testSupport = []string{"core/store/storetest", "channels/channeltest", "crm/crmtest"}

// subRoomsWithout is core and its sub-rooms but for one: outbox and hub never import each other.
func subRoomsWithout(not string) []string {
	all := []string{
		"core", "core/store", "core/feed", "core/presence", "core/search", "core/socket", "core/file", "core/text", "core/meter",
		"core/webhook", "core/hook", "core/rule", "core/hub", "core/outbox",
	}
	return slices.DeleteFunc(all, func(room string) bool { return room == not })
}

// A goPackage is what go list -json says of one package; XTestImports are those of package x_test.
type goPackage struct {
	ImportPath, Name                   string
	GoFiles                            []string
	Imports, TestImports, XTestImports []string
}

const module = "parley/"

func TestNoRoomImportsWhatItMayNotSee(t *testing.T) {
	t.Parallel()
	for _, v := range violations(listPackages(t)) {
		t.Error(v)
	}
}

func TestEveryRoomSaysWhatItIsInDocGo(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		room := strings.TrimPrefix(p.ImportPath, module)
		if p.Name == "main" || slices.Contains(testSupport, room) || len(p.GoFiles) == 0 {
			continue
		}
		if !slices.Contains(p.GoFiles, "doc.go") {
			t.Errorf("%s has no doc.go", room)
		}
	}
}

func TestNothingNewStandsAtTheTop(t *testing.T) {
	t.Parallel()
	for _, s := range strangers(listTop(t)) {
		t.Errorf("%s stands at the top of the tree, where only %v and dotfiles do", s, topLevel)
	}
}

func TestViolationsFindsWhatIsPlanted(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		planted goPackage
		want    string // a part of the one violation; empty: none
	}{
		"the core imports its store":             {pkg("core", "core/store"), "core may not import core/store"},
		"the core imports a module of strangers": {goPackage{ImportPath: "parley/core", Imports: []string{"github.com/google/uuid"}}, "standard library only"},
		"the core imports the standard library":  {goPackage{ImportPath: "parley/core", Imports: []string{"encoding/json"}}, ""},
		"the store imports the migrations":       {pkg("core/store", "core", "migrations"), ""},
		"the store imports the feed":             {pkg("core/store", "core/feed"), "core/store may not import core/feed"},
		"the outbox imports the hub":             {pkg("core/outbox", "core/hub"), "core/outbox may not import core/hub"},
		"the hub imports the outbox":             {pkg("core/hub", "core/outbox"), "core/hub may not import core/outbox"},
		"the hub imports the rest of the core":   {pkg("core/hub", "core", "core/store", "core/feed"), ""},
		"a channel imports the hub":              {pkg("channels/telegram", "core/hub"), "channels/telegram may not import core/hub"},
		"a channel imports another":              {pkg("channels/slack", "channels/telegram"), "channels/slack may not import channels/telegram"},
		"a channel imports the socket":           {pkg("channels/slack", "core/socket"), "channels/slack may not import core/socket"},
		"the widget imports the socket":          {pkg("channels/widget", "core", "channels", "core/socket"), ""},
		"a CRM provider imports the store":       {pkg("crm/hubspot", "core/store"), "crm/hubspot may not import core/store"},
		"the web imports a channel":              {pkg("web", "channels/widget"), "web may not import channels/widget"},
		"the web imports the hub":                {pkg("web", "core", "core/hub"), ""},
		"the program imports everything":         {pkg("cmd/parley", "core/hub", "channels/echo", "crm", "web", "migrations"), ""},
		"a program imports another":              {pkg("cmd/parley-bench", "cmd/parley"), "may not import cmd/parley"},
		"a room without a row":                   {pkg("core/util"), "core/util has no row"},
		"a product file imports test support":    {pkg("channels/echo", "channels/channeltest"), "may not import channels/channeltest"},
		"a test file imports test support":       {testOf("core/hub", "core/store/storetest"), ""},
		"a test file imports the suite":          {testOf("channels/echo", "channels/channeltest"), ""},
		"a test of a channel imports the hub":    {testOf("channels/echo", "core/hub"), "channels/echo may not import core/hub"},
		"test support imports what it supports":  {pkg("core/store/storetest", "core", "core/store"), ""},
		"test support of channels sees the hub":  {pkg("channels/channeltest", "core/hub"), ""},
		"test support of channels sees the web":  {pkg("channels/channeltest", "web"), "channels/channeltest may not import web"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := violations([]goPackage{tt.planted})
			if tt.want == "" && len(got) == 0 {
				return
			}
			if tt.want == "" || len(got) != 1 || !strings.Contains(got[0], tt.want) {
				t.Errorf("violations: got %q, want one with %q", got, tt.want)
			}
		})
	}
}

func TestStrangersFindsANewFolder(t *testing.T) {
	t.Parallel()
	got := strangers([]string{".github", "cmd", "go.mod", "internal", "web", "pkg"})
	if want := []string{"internal", "pkg"}; !slices.Equal(got, want) {
		t.Errorf("strangers: got %v, want %v", got, want)
	}
}

// pkg is a package of ours that imports others of ours; testOf is one whose tests do.
func pkg(room string, imports ...string) goPackage {
	for i, of := range imports {
		imports[i] = module + of
	}
	return goPackage{ImportPath: module + room, Imports: imports}
}

func testOf(room string, imports ...string) goPackage {
	p := pkg(room, imports...)
	p.Imports, p.XTestImports = nil, p.Imports
	return p
}

// violations says, one sentence each, which imports the table forbids and which packages it does not know.
func violations(packages []goPackage) []string {
	var found []string
	for _, p := range packages {
		room := strings.TrimPrefix(p.ImportPath, module)
		may, known := allowed(room)
		if !known {
			found = append(found, fmt.Sprintf("%s has no row in the table of rooms", room))
			continue
		}
		tested := append(slices.Clone(p.TestImports), p.XTestImports...)
		for _, path := range p.Imports {
			if room == "core" && !isOurs(path) && !isStandard(path) {
				found = append(found, fmt.Sprintf("core may not import %s: standard library only", path))
			}
			if to := strings.TrimPrefix(path, module); isOurs(path) && !matchesAny(may, to, slices.Contains(testSupport, room)) {
				found = append(found, fmt.Sprintf("%s may not import %s", room, to))
			}
		}
		for _, path := range tested {
			if to := strings.TrimPrefix(path, module); isOurs(path) && to != room && !matchesAny(may, to, true) {
				found = append(found, fmt.Sprintf("a test of %s may not import %s", room, to))
			}
		}
	}
	return slices.Compact(found)
}

// allowed is what a room may import. Test support without a row of its own may import what the room it stands in may, and that room.
func allowed(room string) (may []string, known bool) {
	hasRow := slices.ContainsFunc(rooms, func(row struct {
		room string
		may  []string
	}) bool {
		return row.room == room
	})
	if slices.Contains(testSupport, room) && !hasRow {
		parent := filepath.ToSlash(filepath.Dir(room))
		may, known = allowed(parent)
		return append(slices.Clone(may), parent), known
	}
	for _, row := range rooms {
		if matches(row.room, room) {
			return row.may, true
		}
	}
	return nil, false
}

func matchesAny(patterns []string, room string, isTest bool) bool {
	if slices.Contains(testSupport, room) {
		return isTest
	}
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, room) })
}

func matches(pattern, room string) bool {
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return room == below || strings.HasPrefix(room, below+"/")
	}
	if below, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(room, below+"/")
	}
	return pattern == room
}

func isOurs(path string) bool { return strings.HasPrefix(path, module) }

// isStandard: paths of the standard library have no dot in their first element.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// strangers are the names that may not stand at the top.
func strangers(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return strings.HasPrefix(name, ".") || slices.Contains(topLevel, name)
	})
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	openFolders(t)
	out := run(t, "go", "list", "-json=ImportPath,Name,GoFiles,Imports,TestImports,XTestImports", "./...")
	var packages []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

// listTop is what git holds or would hold at the top: ignored folders (data, .tools) do not count. Without git it is
// the directory, less what a source archive does not have either.
func listTop(t *testing.T) []string {
	t.Helper()
	var names []string
	if _, err := exec.LookPath("git"); err == nil && exists(filepath.Join(root, ".git")) {
		out := run(t, "git", "ls-files", "--cached", "--others", "--exclude-standard")
		for path := range strings.Lines(string(out)) {
			top, _, _ := strings.Cut(strings.TrimSpace(path), "/")
			names = append(names, top)
		}
	} else {
		entries, err := os.ReadDir(root)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !slices.Contains([]string{"data", "bin", "demo-data"}, e.Name()) {
				names = append(names, e.Name())
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// openFolders opens every folder of the tree. Go's cache of test results knows what a test opened, but not what the
// commands read that it starts: without this a forbidden import elsewhere could be answered with an old "ok".
func openFolders(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // another test's temporary file
			return nil
		}
		if name := d.Name(); d.IsDir() && path != root && (name == "node_modules" || name == "dist" || name[0] == '.') {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// root is the top of the tree, seen from this package's folder, where go test runs.
const root = "../.."

func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = root
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, stderr.String())
	}
	return out
}
