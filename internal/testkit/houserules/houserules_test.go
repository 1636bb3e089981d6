// Package houserules holds the rules of the house that a compiler does not
// know: who may import whom, and how long a file or a function may grow.
package houserules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/go-holdall/holdall"

const (
	maxFileLines     = 450
	maxFunctionLines = 60
)

// A rule says what the shipped files under a folder may import besides the
// standard library, and what of the standard library they may not.
type rule struct {
	folder  string
	allowed []string
	banned  []string
	why     string
}

var rules = []rule{
	{"core", []string{module + "/stores/memory"}, []string{"net/http", "testing"}, "the core knows no framework, no driver and no net/http"},
	{"stores/memory", nil, []string{"net/http", "testing"}, "a store knows neither the core nor HTTP"},
	{"stores/redis", []string{"github.com/redis/go-redis/v9", "github.com/redis/go-redis/v9/maintnotifications"}, []string{"net/http", "testing"}, "a store knows neither the core nor HTTP"},
	{"stores/storetest", nil, []string{"net/http"}, "the suite for other people's stores brings nothing along"},
	{"adapters/nethttp", []string{module + "/core"}, []string{"testing"}, "an adapter translates for the core"},
	{"adapters/echo", []string{module + "/core", module + "/adapters/nethttp", "github.com/labstack/echo/v4"}, []string{"testing"}, "an adapter translates for the core"},
	{"adapters/gin", []string{module + "/core", module + "/adapters/nethttp", "github.com/gin-gonic/gin"}, []string{"testing"}, "an adapter translates for the core"},
	{"adapters/fiber", []string{module + "/core", "github.com/gofiber/fiber/v2", "github.com/valyala/fasthttp"}, []string{"testing"}, "an adapter translates for the core"},
}

type file struct {
	path  string // from the root, with slashes
	ast   *ast.File
	set   *token.FileSet
	lines int
}

// shipped returns every Go file that is not a test's.
func shipped(t *testing.T) (files []file) {
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules") && path != root {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		files = append(files, file{filepath.ToSlash(rel), parsed, set, strings.Count(string(text), "\n")})
		return err
	})
	require.NoError(t, err)
	require.Greater(t, len(files), 30)
	return files
}

func TestArrows(t *testing.T) {
	for _, f := range shipped(t) {
		for _, r := range rules {
			if !strings.HasPrefix(f.path, r.folder+"/") {
				continue
			}
			for _, spec := range f.ast.Imports {
				path := strings.Trim(spec.Path.Value, `"`)
				first, _, _ := strings.Cut(path, "/")
				standard := !strings.Contains(first, ".")
				if slices.Contains(r.banned, path) || !standard && !slices.Contains(r.allowed, path) {
					t.Errorf("%s imports %s: %s", f.path, path, r.why)
				}
			}
		}
	}
}

func TestNothingShippedImportsTestCode(t *testing.T) {
	for _, f := range shipped(t) {
		if strings.HasPrefix(f.path, "internal/") {
			continue
		}
		for _, spec := range f.ast.Imports {
			if path := spec.Path.Value; strings.Contains(path, "/internal/") || strings.Contains(path, "testify") {
				t.Errorf("%s imports %s", f.path, path)
			}
		}
	}
}

func TestSizes(t *testing.T) {
	for _, f := range shipped(t) {
		if f.lines > maxFileLines {
			t.Errorf("%s has %d lines: has a second subject moved in?", f.path, f.lines)
		}
		for _, decl := range f.ast.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || strings.HasSuffix(fn.Name.Name, "Cases") {
				continue // a table of cases is read a row at a time
			}
			if n := f.set.Position(fn.End()).Line - f.set.Position(fn.Pos()).Line + 1; n > maxFunctionLines {
				t.Errorf("%s: %s has %d lines", f.path, fn.Name.Name, n)
			}
		}
	}
}

// TestNothingCitesWhatIsNotHere has a reader find what a sentence refers to.
func TestNothingCitesWhatIsNotHere(t *testing.T) {
	root := os.DirFS("../../..")
	absent := regexp.MustCompile(`(DESIGN|SEMANTICS|STYLE)(\.md)? [0-9]|\bnotes/|\bshared/|Rule: *"[0-9]`)
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == ".git" || entry.Name() == "node_modules" {
			return fs.SkipDir
		}
		if entry.IsDir() || !slices.Contains([]string{".go", ".md", ".json"}, filepath.Ext(path)) || strings.HasSuffix(path, "houserules_test.go") {
			return nil
		}
		text, err := fs.ReadFile(root, path)
		if cited := absent.Find(text); cited != nil {
			t.Errorf("%s: %q", path, cited)
		}
		return err
	})
	require.NoError(t, err)
}

func TestFolderNamesAreRoles(t *testing.T) {
	for _, f := range shipped(t) {
		for part := range strings.SplitSeq(f.path, "/") {
			name := strings.TrimSuffix(part, ".go")
			if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "misc", "types", "base"}, name) {
				t.Errorf("%s: %q says nothing of what is inside", f.path, name)
			}
		}
	}
}
