package soundness_test

import (
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/soundness"
)

// A cheat makes something of the given program that is easier to verify.
type cheat struct {
	name  string   // what it tries
	edits []string // of the given program
	class string
	at    string // the violation is where this text begins in the candidate, if it is given
}

const (
	loop   = "  while i < a.Length\n"
	begin  = "  m := a[0];\n"
	finish = "  return m;\n"
)

func cheats() []cheat {
	const forbidden, changed, unparsed = soundness.Forbidden, soundness.Changed, soundness.Syntax
	return []cheat{
		{"assume false", []string{begin, begin + "  assume false;\n"}, forbidden, "assume false"},
		{"assume what is wanted", []string{finish, "  assume forall k :: 0 <= k < a.Length ==> a[k] <= m;\n" + finish}, forbidden, "assume forall"},
		{"assume in a block of a proof", []string{finish, "  assert m == 7 by { assume false; }\n" + finish}, forbidden, "assume false"},
		{"assume in a hint of a calculation", []string{finish, "  calc { m; == { assume false; } 7; }\n" + finish}, forbidden, "assume false"},
		{"assume in an expression", []string{finish, "  assert (assume false; m == 7);\n" + finish}, forbidden, "assume false"},
		{"assume in an invariant", []string{loop, loop + "    invariant (assume false; true)\n"}, forbidden, "assume false"},
		{"assume in a function", []string{"  match xs\n", "  assume false;\n  match xs\n"}, forbidden, "assume false"},
		{"assume that there is a value", []string{finish, "  ghost var fresh1 :| assume fresh1 != fresh1;\n" + finish}, forbidden, "assume fresh1"},
		{"assume in an added lemma", []string{"class Counter", "lemma New() ensures false { assume false; }\nclass Counter"}, forbidden, "assume false"},
		{"assume behind a lone carriage return", []string{begin, begin + "  // nothing here\r assume false;\n"}, forbidden, "assume false"},
		{"assume behind a comment that ends early", []string{begin, begin + "  /* /* */ */ assume false; /* */\n"}, forbidden, "assume false"},
		{"expect", []string{finish, "  expect m == 7;\n" + finish}, forbidden, "expect"},

		{"a lemma without a body", []string{"class Counter", "lemma New() ensures false\nclass Counter"}, forbidden, "lemma New"},
		{"an axiom", []string{"class Counter", "lemma {:axiom} New() ensures false\nclass Counter"}, forbidden, ""},
		{"an axiom with a body", []string{"class Counter", "lemma {:axiom} New() ensures false {}\nclass Counter"}, forbidden, "axiom"},
		{"an added lemma that is not verified", []string{"class Counter", "lemma {:verify false} New() ensures false {}\nclass Counter"}, forbidden, "verify"},
		{"a method that is not verified", []string{"method Max", "method {:verify false} Max"}, forbidden, "verify"},
		{"a method that is somebody else's", []string{"method Max", "method {:extern} Max"}, forbidden, "extern"},
		{"only another method", []string{"method Fill", "method {:only} Fill"}, forbidden, "only"},
		{"a longer time limit", []string{"method Max", "method {:timeLimit 600} Max"}, forbidden, "timeLimit"},
		{"an assertion with a longer time limit", []string{finish, "  assert {:timeLimitMultiplier 9} true;\n" + finish}, forbidden, "timeLimitMultiplier"},
		{"an attribute of Dafny 4", []string{"method Max", "@Axiom method Max"}, forbidden, "@Axiom"},
		{"options", []string{"datatype List", "module {:options \"--allow-axioms\"} M {}\ndatatype List"}, forbidden, ""},
		{"an attribute on a statement of the program", []string{"  while i", "  while {:termination false} i"}, forbidden, "termination"},
		{"an attribute that is harmless on a declaration of the program", []string{"function Sum", "function {:opaque} Sum"}, forbidden, "opaque"},

		{"a loop that may go on for ever", []string{loop, loop + "    decreases *\n"}, forbidden, "decreases *"},
		{"a method that may go on for ever", []string{"a[k] <= m\n", "a[k] <= m\n  decreases *\n"}, forbidden, "decreases *"},
		{"a free invariant", []string{loop, loop + "    free invariant false\n"}, forbidden, "free"},
		{"an added loop that goes on for ever", []string{begin, begin + "  while true { }\n"}, forbidden, "while true"},
		{"a forall statement without a body", []string{finish, "  forall k ensures a[k] <= m;\n" + finish}, forbidden, "forall k ensures"},
		{"a loop without a body in an added lemma", []string{"class Counter", "lemma New() ensures false { while true invariant false }\nclass Counter"}, forbidden, ""},

		{"another precondition", []string{"requires a.Length > 0", "requires false"}, changed, "false"},
		{"one more precondition", []string{"  requires a.Length > 0\n", "  requires a.Length > 0\n  requires a[0] == 1\n"}, changed, "requires a[0]"},
		{"no postcondition", []string{"  ensures forall k :: 0 <= k < a.Length ==> a[k] <= m\n", ""}, changed, ""},
		{"a weaker postcondition", []string{"a[k] <= m", "a[k] <= m || true"}, changed, "|| true"},
		{"one more frame", []string{"  modifies a\n", "  modifies a\n  modifies set o: object | true\n"}, changed, ""},
		{"a changed predicate", []string{"s[i] <= s[j]", "true"}, changed, "true"},
		{"an assertion that regroups an expression", []string{"{ a - b + c }", "{ a - assert true; b + c }"}, changed, "assert true"},
		{"a lemma called where it regroups an expression", []string{"{ a - b + c }", "{ a - (Help(1); b + c) }"}, changed, "(Help"},
		{"a changed literal", []string{"var i := 1;", "var i := 0;"}, changed, "0;\n  while"},
		{"a changed type", []string{"(k: nat)", "(k: int)"}, changed, "int) returns (old"},
		{"a bounded type for a variable", []string{"var i := 1;", "var i: nat := 1;"}, changed, ": nat := 1"},
		{"a constraint on a type parameter", []string{"datatype List =", "datatype List<!T(0)> ="}, changed, ""},
		{"a look-alike in a name", []string{"Max(a", "Mаx(a"}, changed, ""}, // a Cyrillic letter
		{"a look-alike in an annotation", []string{finish, "  assert а == 1;\n" + finish}, forbidden, "а == 1"},
		{"a statement left out", []string{"    if a[i] > m { m := a[i]; } else { i := i; }\n", ""}, changed, ""},
		{"an else left out", []string{" else { i := i; }", ""}, changed, ""},
		{"an early return", []string{begin, begin + "  return m;\n"}, forbidden, "return m"},
		{"an early break", []string{"    if a[i]", "    break;\n    if a[i]"}, forbidden, "break"},
		{"statements in another order", []string{"    old_value := value;\n    value := value + k;\n", "    value := value + k;\n    old_value := value;\n"}, forbidden, ""},
		{"an assignment to the result", []string{finish, "  m := 7;\n" + finish}, forbidden, "m := 7"},
		{"an assignment within an added if", []string{finish, "  if true { m := 7; }\n" + finish}, forbidden, ""},
		{"an assignment to an array", []string{finish, "  a[0] := 7;\n" + finish}, forbidden, "a[0] := 7"},
		{"an assignment within a forall statement", []string{finish, "  forall k | 0 <= k < a.Length { a[k] := 0; }\n" + finish}, forbidden, ""},
		{"a proof that changes what it proves something of", []string{finish, "  ghost var fresh1 := 0;\n  assert fresh1 == 1 by { fresh1 := 1; }\n" + finish}, forbidden, "fresh1 := 1"},
		{"such a proof with a variable of the same name within", []string{finish, "  ghost var fresh1 := 0;\n  assert fresh1 == 1 by { { ghost var fresh1 := 2; fresh1 := 3; } fresh1 := 1; }\n" + finish}, forbidden, "fresh1 := 1"},
		{"such a proof with a loop", []string{finish, "  ghost var fresh1 := 0;\n  assert fresh1 == 1 by { while fresh1 < 1 { fresh1 := 1; } }\n" + finish}, forbidden, "fresh1 := 1"},
		{"such a proof in an added lemma", []string{"class Counter", "lemma New() ensures false { var x := 0; assert x == 1 by { x := 1; } }\nclass Counter"}, forbidden, "x := 1"},
		{"such a proof with a result", []string{"class Counter", "lemma New() returns (x: int) ensures false { x := 0; assert x == 1 by { var y := 1; x := y; } }\nclass Counter"}, forbidden, "x := y"},
		{"such a hint", []string{finish, "  ghost var fresh1 := 0;\n  calc { fresh1; { fresh1 := 1; } 1; }\n" + finish}, forbidden, "fresh1 := 1"},
		{"such a forall statement", []string{finish, "  ghost var fresh1 := 0;\n  forall k ensures fresh1 == 1 { fresh1 := 1; }\n" + finish}, forbidden, "fresh1 := 1"},
		{"a proof that ends the lemma", []string{"class Counter", "lemma New() { assert false by { return; } }\nclass Counter"}, forbidden, "return"},
		{"a lemma of another kind", []string{"class Counter", "twostate lemma New() { }\nclass Counter"}, forbidden, "twostate"},
		{"a method called", []string{"  var o :=", "  Fill(a, 0);\n  var o :="}, forbidden, "Fill(a, 0)"},
		{"a method called for a ghost variable", []string{finish, "  ghost var fresh1 := Max(a);\n" + finish}, forbidden, "Max(a)"},
		{"a ghost method called", []string{"  var o :=", "  c.Note(1);\n  var o :="}, forbidden, "c.Note"},
		{"a lemma's name that is also a method's", []string{"class Counter", "lemma Add(k: nat) {}\nclass Counter", "  var o :=", "  c.Add(1);\n  var o :="}, forbidden, ""},
		{"something allocated", []string{finish, "  ghost var fresh1 := new Counter();\n" + finish}, forbidden, "new Counter"},
		{"ghost added", []string{"var i := 1;", "ghost var i := 1;"}, changed, "ghost var i"},
		{"ghost removed", []string{"ghost var log", "var log"}, changed, ""},
		{"a function that is executed", []string{"function Twist", "function method Twist"}, changed, "method Twist"},
		{"an added variable that is not ghost", []string{finish, "  var fresh1 := 1;\n" + finish}, forbidden, "var fresh1"},
		{"a ghost variable that hides a name", []string{begin, begin + "  if true { ghost var m := 7; assert m == 7; }\n"}, forbidden, ""},
		{"a ghost variable that hides a member", []string{"    value := value + k;", "    ghost var value := 1;\n    value := value + k;"}, forbidden, ""},
		{"ghost variables in a pattern", []string{finish, "  ghost var (i, m) := (1, 2);\n" + finish}, forbidden, ""},
		{"a label that something refers to", []string{finish, "  assert Done: true;\n" + finish}, forbidden, "Done: true"},
		{"a label before a statement", []string{loop, "  label Here:\n" + loop}, forbidden, ""},

		{"an added function", []string{"class Counter", "function New(): int { 1 }\nclass Counter"}, forbidden, "function New"},
		{"an added method", []string{"class Counter", "method New() { }\nclass Counter"}, forbidden, "method New"},
		{"an added type", []string{"class Counter", "type New = x: int | false\nclass Counter"}, forbidden, "type New"},
		{"an added class", []string{"class Counter", "class New { }\nclass Counter"}, changed, "New { }"},
		{"an added constant", []string{"class Counter", "const New: int\nclass Counter"}, forbidden, "const New"},
		{"an added module", []string{"class Counter", "module New { }\nclass Counter"}, forbidden, "module New"},
		{"the program within a module", []string{"datatype List", "module List { datatype List", "done\", '\\n';\n}\n", "done\", '\\n';\n}\n}\n"}, changed, ""},
		{"an included file", []string{"datatype List", "include \"other.dfy\"\ndatatype List"}, forbidden, "include"},
		{"an import", []string{"datatype List", "import Other\ndatatype List"}, forbidden, "import"},
		{"an added lemma that hides one of the program", []string{"  constructor", "  lemma Help(n: nat) ensures false { Help(n); }\n  constructor"}, forbidden, "Help(n: nat) ensures false"},
		{"an added lemma with the name of a parameter", []string{"class Counter", "lemma rest() {}\nclass Counter"}, forbidden, "rest()"},
		{"an added lemma between a modifier and its declaration", []string{"  ghost method Note", "  ghost lemma New() {}\n  method Note"}, changed, "lemma New"},
		{"an added lemma that takes the modifier away", []string{"  ghost method Note", "  ghost\n  lemma New() {} method Note"}, changed, "lemma New"},
		{"a lemma's postcondition", []string{"n * n >= n", "n * n > n"}, changed, "> n"},
		{"a lemma without its body", []string{"  ensures n * n >= n\n{\n}", "  ensures n * n >= n\n"}, changed, ""},
		{"a declaration twice", []string{"function Twist", "function Twist(a: int, b: int, c: int): int { a - b + c }\nfunction Twist"}, forbidden, "function Twist(a: int, b: int, c: int): int { a - b + c }\n\n"},
		{"a declaration left out", []string{"lemma Help(n: nat)\n  ensures n * n >= n\n{\n}\n", ""}, changed, ""},

		{"the specification in a part that Dafny skips", []string{
			"  requires a.Length > 0\n  ensures forall", "/*\n#if NOPE\n*/\n  requires a.Length > 0\n  ensures forall",
			"<= m\n{", "<= m\n/*\n#endif\n*/\n{",
		}, forbidden, "#if NOPE"},
		{"a directive behind what Dafny trims", []string{begin, begin + "/*\n\u00a0# if NOPE\n*/\n"}, forbidden, ""},
		{"text that is not UTF-8", []string{begin, begin + "/* \xff */\n"}, forbidden, ""},
		{"the rest in a comment", []string{finish, finish + "/*"}, unparsed, ""},
		{"the body closed and another method opened", []string{finish, "  assert true; } method New() { var m := 1;\n" + finish}, changed, ""},
		{"a skeleton", []string{finish, "  assert ...;\n" + finish}, unparsed, "..."},
		{"an invariant behind the body", []string{"    i := i + 1;\n  }\n", "    i := i + 1;\n  }\n  invariant true\n"}, unparsed, ""},
		{"half an assertion", []string{finish, "  assert m ==;\n" + finish}, unparsed, ""},
		{"modify", []string{finish, "  modify a;\n" + finish}, forbidden, "modify"},
		{"print", []string{finish, "  print m;\n" + finish}, forbidden, "print m"},
	}
}

func TestCheats(t *testing.T) {
	for _, c := range cheats() {
		t.Run(c.name, func(t *testing.T) {
			candidate := edit(given, c.edits...)
			v := soundness.Check(given, candidate)
			if v == nil {
				t.Fatal("it is accepted")
			}
			if v.Class != c.class {
				t.Errorf("class %s, want %s: %v", v.Class, c.class, v)
			}
			if v.Reason == "" || v.Rule == "" {
				t.Errorf("no reason: %+v", v)
			}
			if c.at == "" {
				return
			}
			offset := strings.Index(candidate, c.at)
			line := strings.Count(candidate[:offset], "\n") + 1
			column := offset - strings.LastIndexByte(candidate[:offset], '\n')
			if v.Line != line || v.Column != column {
				t.Errorf("at %d:%d, want %d:%d (%s): %v", v.Line, v.Column, line, column, c.at, v)
			}
		})
	}
}
