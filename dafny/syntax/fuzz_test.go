package syntax_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// FuzzParse: whatever is read, the tree is consistent with the text and with
// what is written from it.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.dfy")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, text := range []string{
		"function F(): int { a - assert true; b }", "predicate P() { forall x | |{x}| > 1 :: x < y < z as int }", "lemma L() { calc { 1; == {} 2; } }",
		"function F(): int { (x => x)(1) + (if a then b else c) + |set x | x in s| + (var y := 1; y) }", "method M() { var m := map x | p :: f<int>(x).(a := old(b)); }",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := syntax.Parse(text)
		if err != nil {
			return
		}
		if err := consistent(p); err != nil {
			t.Fatal(err)
		}
		for d := range p.All {
			if at := p.At(d.Begin); at == nil && !d.Empty() {
				t.Fatalf("nothing is at %d, where %s is", d.Begin, d.Name)
			}
		}
		_, _ = syntax.ParseExpr(text)
		_, _ = syntax.ParseStmts(text)
		_, _ = syntax.ParseClauses(text)
	})
}
