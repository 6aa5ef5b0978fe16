package dialect

import (
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
	"github.com/ansatz-prover/ansatz/dafny/transport"
)

func TestConvert(t *testing.T) {
	for _, test := range []struct {
		name     string
		to       Version
		text     string
		want     string
		unchange bool
	}{
		{name: "functions that are compiled", to: Old,
			text: "function f(x: int): int { x }\npredicate p() { true }",
			want: "function method f(x: int): int { x }\npredicate method p() { true }"},
		{name: "functions that are not", to: Old,
			text: "ghost function f(x: int): int { x }\nghost predicate p() { true }",
			want: "      function f(x: int): int { x }\n      predicate p() { true }"},
		{name: "fixed points", to: Old,
			text: "least predicate p() { p() }\ngreatest predicate q() { q() }",
			want: "inductive predicate p() { p() }\ncopredicate q() { q() }"},
		{name: "old functions", to: New,
			text: "function f(x: int): int { x }\nfunction method g(): int { 1 }",
			want: "ghost function f(x: int): int { x }\nfunction        g(): int { 1 }"},
		{name: "words in comments and strings", to: Old, unchange: true,
			text: "// function f\nmethod M() { print \"predicate p\"; }"},
		{name: "nothing to change", to: Old, unchange: true, text: "function method f(): int { 1 }"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, changed := Convert(test.text, test.to)
			if changed == test.unchange || changed && c.Text != test.want {
				t.Errorf("changed %t:\n%s", changed, c.Text)
			}
		})
	}
}

// TestPlaces follows every token that is in both texts there and back.
func TestPlaces(t *testing.T) {
	const text = "module A { ghost function f(x: int): int { x } function g(): int { 1 } predicate p() { true } }\n" +
		"\tgreatest predicate é() { true } function  h(): int\n  ensures h() == 1 { 1 }"
	c, ok := Convert(text, Old)
	if !ok {
		t.Fatal("nothing was converted")
	}
	before, after := syntax.NewLines(text), syntax.NewLines(c.Text)
	for _, word := range []string{"module", "f(", "g(", "p(", "é(", "h(", "ensures", "1 }"} {
		at, converted := position(before, strings.Index(text, word)), position(after, strings.Index(c.Text, word))
		if back := c.Back(converted); back != at {
			t.Errorf("%s: %v is put back to %v, not %v\n%s", word, converted, back, at, c.Text)
		}
		if forth := c.Forth(at); forth != converted {
			t.Errorf("%s: %v becomes %v, not %v", word, at, forth, converted)
		}
	}
}

func position(l *syntax.Lines, offset int) (p transport.Position) {
	p.Line, p.Column = l.Position(offset)
	return p
}

func TestCheck(t *testing.T) {
	resolved := func(words ...string) func(string, *Converted) (transport.Report, error) {
		return func(text string, _ *Converted) (transport.Report, error) {
			for _, w := range words {
				if !strings.Contains(text, w) {
					return transport.Report{Diagnostics: []transport.Diagnostic{{Position: transport.Position{Line: 1, Column: 17}, Message: text}}}, nil
				}
			}
			return transport.Report{Resolved: true, Diagnostics: []transport.Diagnostic{{Position: transport.Position{Line: 1, Column: 17}, Message: text}}}, nil
		}
	}
	const text = "function f(x: int): int { x }"
	for _, test := range []struct {
		name   string
		check  func(string, *Converted) (transport.Report, error)
		method bool // the message is about the converted text
		column int
	}{
		{"as it is", resolved("function f"), false, 17},
		{"converted", resolved("function method"), true, 10},
		{"neither", resolved("nothing"), false, 17},
	} {
		r, err := Check(text, Old, test.check)
		if err != nil || strings.Contains(r.Diagnostics[0].Message, "method") != test.method || r.Diagnostics[0].Position.Column != test.column {
			t.Errorf("%s: %+v, %v", test.name, r, err)
		}
	}
}
