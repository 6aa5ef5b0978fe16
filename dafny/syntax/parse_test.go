package syntax_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

var update = flag.Bool("update", false, "write the golden files")

func TestParse(t *testing.T) {
	files, err := filepath.Glob("testdata/*.dfy")
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, err := syntax.Parse(string(text))
			if err != nil {
				t.Fatal(err)
			}
			got := outline(p)
			golden := strings.TrimSuffix(file, ".dfy") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s\n(-update writes %s)", got, want, golden)
			}
			if err := consistent(p); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestLineEnds: the same program with other line ends is understood in the same
// way; lines are the same, and columns count bytes.
func TestLineEnds(t *testing.T) {
	const text = "method é() {\n\tassert \"ü\" == x;\n}\n"
	p, err := syntax.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	q, err := syntax.Parse(strings.ReplaceAll(text, "\n", "\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if outline(p) != outline(q) {
		t.Errorf("%s\n%s", outline(p), outline(q))
	}
	if !strings.Contains(outline(p), "assert ? ( == \"ü\" x) [2:1-2:18]") {
		t.Error(outline(p))
	}
}

func TestPartsOfPrograms(t *testing.T) {
	if list, err := syntax.ParseStmts("x := 1; assert y;"); err != nil || len(list) != 2 {
		t.Errorf("statements: %v, %v", list, err)
	}
	if list, err := syntax.ParseClauses("invariant a decreases b, c;"); err != nil || len(list) != 2 || len(list[1].Exprs) != 2 {
		t.Errorf("clauses: %v, %v", list, err)
	}
	if list, err := syntax.ParseDecls("lemma A() {} function B(): int"); err != nil || len(list) != 2 {
		t.Errorf("declarations: %v, %v", list, err)
	}
	for name, parse := range map[string]func() error{
		"statements":   func() error { _, err := syntax.ParseStmts("x := 1; }"); return err },
		"a bad one":    func() error { _, err := syntax.ParseStmts("{ x ::= 1; }"); return err },
		"clauses":      func() error { _, err := syntax.ParseClauses("invariant a {"); return err },
		"declarations": func() error { _, err := syntax.ParseDecls("lemma A() { x ::= 1; }"); return err },
		"tokens":       func() error { _, err := syntax.ParseDecls("/*"); return err },
	} {
		var at *syntax.Error
		if err := parse(); !errors.As(err, &at) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAt(t *testing.T) {
	const text = "module M { class C { method A() { here; } } }\nmethod B() { }\n"
	p, err := syntax.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for place, want := range map[string]string{"here": "M.C.A", "class": "M.C", "method B": "B", "}\nmethod B": "M"} {
		if d := p.At(strings.Index(text, place)); d == nil || d.QualifiedName() != want {
			t.Errorf("%q is in %+v, want %s", place, d, want)
		}
	}
	if d := p.At(len(text)); d != nil {
		t.Errorf("the end is in %s", d.Name)
	}
	var names []string
	for d := range p.All {
		names = append(names, d.QualifiedName())
		if d.Name == "A" {
			break
		}
	}
	if strings.Join(names, " ") != "M M.C M.C.A" {
		t.Errorf("got %q", names)
	}
}

// TestDepth: neither the stack nor the time of day is used up by what is nested
// too deeply. (A text of exponential cost would not end.)
func TestDepth(t *testing.T) {
	for _, n := range []int{30, 1000} {
		for _, opening := range []string{
			"(", "[", "{", "|", "- ", "!", "f(", "a[", "f<", "x as f<", "seq<", "a ==> ", "a + (", "forall x | ", "set x | ", "forall x :: ", "(x) => ", "x => ",
			"(x requires ", "(x: f<", "if a then ", "if (", "match x case A => ", "var x := ", "var x := 1; ", "assert true; ", "calc { 1; { ", "map[", "old(", "(a, ", "a.(b := ",
		} {
			text := strings.Repeat(opening, n) + "1"
			_, _ = syntax.ParseExpr(text)
			parse(t, "function F(): int { "+text+" }")
			parse(t, "method M() { x := "+text+"; }")
		}
		for _, opening := range []string{
			"{", "if x {", "if x { } else ", "while x {", "match x { case A => ", "if { case x => ", "forall x {", "class A {", "module A {", "assert true by {", "calc {",
			"method M() {", "datatype D = A {", "function F(): int {", "M({", "x := {", "case ", "else {",
		} {
			parse(t, strings.Repeat(opening, n))
			parse(t, "method M() { "+strings.Repeat(opening, n))
		}
	}
}

func parse(t *testing.T, text string) {
	t.Helper()
	p, err := syntax.Parse(text)
	if err != nil {
		t.Fatalf("%.40s...: %v", text, err)
	}
	if err := consistent(p); err != nil {
		t.Fatalf("%.40s...: %v", text, err)
	}
}

func TestDepthIsBounded(t *testing.T) {
	parse(t, "method M() "+strings.Repeat("{", 50_000))
	parse(t, "function F(): int {"+strings.Repeat("(", 50_000))
	if _, err := syntax.ParseExpr(strings.Repeat("(", 50) + "1" + strings.Repeat(")", 50)); err != nil {
		t.Error(err)
	}
	if _, err := syntax.ParseExpr(strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000)); err == nil || !strings.Contains(err.Error(), "deeply") {
		t.Errorf("got %v", err)
	}
}
