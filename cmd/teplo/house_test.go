package main_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// The ceilings and lists of the house.
const (
	maxFileLines = 500
	maxFuncLines = 80
)

var (
	topLevel       = []string{"cmd", "internal", "geo", "web", "data", "go.mod", "go.sum", "README.md", "LICENSE"}
	forbiddenNames = []string{"util", "utils", "common", "helpers", "misc", "base", "types", "models", "lib", "core", "shared", "manager"}
)

func TestHouse(t *testing.T) {
	root := os.DirFS("../..")
	names := files(t, root)
	if !slices.Contains(names, "go.mod") && len(names) < 10 {
		t.Fatalf("found %d files: the test looks at the wrong place", len(names))
	}
	for _, fault := range houseFaults(root, names) {
		t.Error(fault)
	}
}

// files lists what git has or would add; without git (or a repository that it
// trusts) all that lies there, but .git.
func files(t *testing.T, root fs.FS) []string {
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = "../.."
	if out, err := cmd.Output(); err == nil && len(out) > 0 {
		names := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
		return slices.DeleteFunc(names, func(name string) bool { // deleted, not yet committed
			_, err := fs.Stat(root, name)
			return err != nil
		})
	}
	var names []string
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// houseFaults names each file that breaks a rule, and the rule.
func houseFaults(root fs.FS, names []string) []string {
	var faults []string
	for _, name := range names {
		if top, _, _ := strings.Cut(name, "/"); !strings.HasPrefix(top, ".") && !slices.Contains(topLevel, top) {
			faults = append(faults, fmt.Sprintf("%s: the top level holds only %s and dot folders", name, strings.Join(topLevel, " ")))
		}
		if !slices.Contains([]string{".go", ".js", ".mjs", ".css"}, path.Ext(name)) {
			continue
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			faults = append(faults, err.Error())
			continue
		}
		if n := bytes.Count(text, []byte("\n")); n > maxFileLines {
			faults = append(faults, fmt.Sprintf("%s: %d lines, at most %d: divide it by what it does", name, n, maxFileLines))
		}
		if path.Ext(name) == ".go" {
			faults = append(faults, goFaults(name, text)...)
		}
	}
	return faults
}

func goFaults(name string, text []byte) []string {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments)
	if err != nil {
		return []string{err.Error()}
	}
	var faults []string
	add := func(at token.Pos, format string, args ...any) {
		faults = append(faults, fmt.Sprintf("%s:%d: ", name, set.Position(at).Line)+fmt.Sprintf(format, args...))
	}
	for _, word := range []string{strings.TrimSuffix(file.Name.Name, "_test"), path.Base(path.Dir(name))} {
		if slices.Contains(forbiddenNames, word) {
			add(file.Package, "package %s says nothing: name it after what it holds", word)
			break
		}
	}
	if strings.HasSuffix(name, "_test.go") {
		return faults
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			if lines := set.Position(n.End()).Line - set.Position(n.Pos()).Line + 1; lines > maxFuncLines {
				add(n.Pos(), "a function of %d lines, at most %d", lines, maxFuncLines)
			}
		}
		return true
	})
	if file.Name.Name != "main" {
		for _, id := range undocumented(file) {
			add(id.Pos(), "%s is exported and has no comment", id.Name)
		}
	}
	return faults
}

// undocumented lists the exported names of a file without a comment of their own or
// of their group.
func undocumented(file *ast.File) []*ast.Ident {
	var out []*ast.Ident
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
				out = append(out, d.Name)
			}
		case *ast.GenDecl:
			if d.Doc != nil && (d.Tok != token.TYPE || !d.Lparen.IsValid()) {
				continue
			}
			for _, s := range d.Specs {
				out = append(out, undocumentedSpec(s)...)
			}
		}
	}
	return slices.DeleteFunc(out, func(id *ast.Ident) bool { return !id.IsExported() })
}

func undocumentedSpec(s ast.Spec) []*ast.Ident {
	switch s := s.(type) {
	case *ast.TypeSpec:
		if s.Doc == nil && s.Comment == nil {
			return []*ast.Ident{s.Name}
		}
	case *ast.ValueSpec:
		if s.Doc == nil && s.Comment == nil {
			return s.Names
		}
	}
	return nil
}

// exportedReceiver: a method that go doc shows, or no method.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	exported := true
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			exported = id.IsExported()
			return false
		}
		_, index := n.(*ast.IndexExpr)
		if index {
			exported = ast.IsExported(n.(*ast.IndexExpr).X.(*ast.Ident).Name)
		}
		return !index
	})
	return exported
}

// The controls: each rule must be seen to fail, and what is allowed to pass.
func TestHouseFaults(t *testing.T) {
	lines := func(n int) string { return strings.Repeat("\n", n) }
	tests := []struct {
		name, text string
		want       string // a part of the fault, "" for none
	}{
		{"README.md", lines(900), ""},
		{".docs/a.md", "", ""},
		{"geo/a.go", "package geo\n\n// A is.\ntype A int\n\n// B is.\nfunc (A) B() {}\n\nfunc c() {}\n", ""},
		{"geo/a.go", "package geo\n\n// Kinds.\nconst (\n\tA = 1\n\tB = 2\n)\n\nvar (\n\tC int // counts\n)\n", ""},
		{"geo/a.go", "package geo\n\ntype a int\n\nfunc (a) B() {}\n\ntype g[T any] int\n\nfunc (g[T]) B() {}\n", ""},
		{"cmd/teplo/a.go", "package main\n\nfunc Run() {}\n", ""},
		{"geo/a_test.go", "package geo_test\n\nfunc TestA() {" + lines(90) + "}\n", ""},
		{"geo/a.go", "package geo\n\nfunc a() {" + lines(79) + "}\n", ""},
		{"web/a.js", lines(500), ""},

		{"Makefile", "", "Makefile: the top level holds only"},
		{"pkg/a.txt", "", "the top level holds only"},
		{"main.go", "package main\n", "the top level holds only"},
		{"web/a.js", lines(501), "web/a.js: 501 lines"},
		{"web/css/a.css", lines(501), "501 lines"},
		{"geo/a_test.go", "package geo\n" + lines(500), "501 lines"},
		{"geo/a.go", "package geo\n\nfunc a() {" + lines(80) + "}\n", "geo/a.go:3: a function of 81 lines"},
		{"geo/a.go", "package geo\n\nvar a = func() {" + lines(80) + "}\n", "a function of 81 lines"},
		{"geo/util/a.go", "package grid\n", "package util says nothing"},
		{"geo/a.go", "package helpers\n", "package helpers says nothing"},
		{"geo/a_test.go", "package common_test\n", "package common says nothing"},
		{"geo/a.go", "package geo\n\nfunc A() {}\n", "geo/a.go:3: A is exported and has no comment"},
		{"geo/a.go", "package geo\n\ntype A int\n", "A is exported"},
		{"geo/a.go", "package geo\n\n// Sizes.\ntype (\n\tA int\n)\n", "A is exported"},
		{"geo/a.go", "package geo\n\nvar a, B int\n", "B is exported"},
		{"geo/a.go", "package geo\n\n// A is.\ntype A int\n\nfunc (a *A) B() {}\n", "B is exported"},
		{"geo/a.go", "package geo\n\n// A is.\ntype A[T any] int\n\nfunc (a *A[T]) B() {}\n", "B is exported"},
		{"geo/a.go", "package", "expected 'IDENT'"},
	}
	for _, tt := range tests {
		root := fstest.MapFS{tt.name: {Data: []byte(tt.text)}}
		got := houseFaults(root, []string{tt.name})
		switch {
		case tt.want == "" && len(got) > 0:
			t.Errorf("%s %.60q may be, but: %v", tt.name, tt.text, got)
		case tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
			t.Errorf("%s %.60q: got %q, want %q", tt.name, tt.text, got, tt.want)
		}
	}
}
