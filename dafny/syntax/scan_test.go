package syntax_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

func texts(tokens []syntax.Token) (list []string) {
	for _, t := range tokens {
		if t.Kind != syntax.EOF {
			list = append(list, t.Text)
		}
	}
	return list
}

func TestScan(t *testing.T) {
	for text, want := range map[string]string{ // the tokens with blanks between them
		"":                                  "",
		"a<=b ==>c<==>d<==e":                "a <= b ==> c <==> d <== e",
		"x:=y:|z:-w::v":                     "x := y :| z :- w :: v",
		"f->g~>h-->i":                       "f -> g ~> h --> i",
		"a!in b, !index, !in, a!!b":         "a !in b , ! index , !in , a !! b",
		"s[..], s[1..], s[a..b], 1..2":      "s [ .. ] , s [ 1 .. ] , s [ a .. b ] , 1 .. 2",
		"x'y a? _b C?.D":                    "x'y a? _b C? . D",
		"a>>b<<c":                           "a > > b < < c",
		"0x1F 1_000 1.50 x.0 1a":            "0x1F 1_000 1.50 x . 0 1a",
		`"a\"b" @"a""b\" 'c' '\n' '\'' '"'`: `"a\"b" @"a""b\" 'c' '\n' '\'' '"'`,
		"{:a} {: a}":                        "{ : a } { : a }",
		"a// b\nc":                          "a c",
		"a// b\rc":                          "a c",
		"a// b\r\nc//":                      "a c",
		"a/* b /* c */ d */e":               "a e",
		"a/*/ */b":                          "a b",
		"a/**/b/***/c":                      "a b c",
		"a/*//*/b*/c":                       "a", // nested: never closed here, see below
		`"/*" a "*/" // "`:                  `"/*" a "*/"`,
		"\uFEFFa":                           "a",
		"é ≤ α'":                            "é ≤ α'",
		"a...b":                             "a ... b",
		"x#[k] @L `f":                       "x # [ k ] @ L ` f",
	} {
		tokens, err := syntax.Scan(text)
		if text == "a/*//*/b*/c" {
			if err == nil {
				t.Errorf("%q: no error", text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := strings.Join(texts(tokens), " "); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
		for _, token := range tokens {
			if token.Offset > len(text) || text[token.Offset:token.End()] != token.Text {
				t.Errorf("%q: token %q is not at %d", text, token.Text, token.Offset)
			}
		}
		if last := tokens[len(tokens)-1]; last.Kind != syntax.EOF || last.Offset != len(text) {
			t.Errorf("%q: it ends with %+v", text, last)
		}
	}
}

func TestScanKinds(t *testing.T) {
	tokens, err := syntax.Scan(`word 12 "text" @"verbatim" 'c' + !in`)
	if err != nil {
		t.Fatal(err)
	}
	var got []syntax.TokenKind
	for _, token := range tokens {
		got = append(got, token.Kind)
	}
	want := []syntax.TokenKind{syntax.Word, syntax.Number, syntax.Text, syntax.Text, syntax.Char, syntax.Symbol, syntax.Symbol, syntax.EOF}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if tokens[2].Is(`"text"`) {
		t.Error("a string is taken for a symbol")
	}
}

func TestScanErrors(t *testing.T) {
	for text, offset := range map[string]int{
		"a /* b":         2,
		"a /* /* */":     2,
		"x \"abc":        2,
		"x \"abc\ndef\"": 2,
		"x \"abc\rdef\"": 2,
		"x \"abc\\":      2,
		"x @\"abc":       2,
		"ab \xff":        3,
		"ab\x00":         2,
		"ab\vc":          2, // Dafny takes no other blanks than these four
		"ab \x7f":        3,
	} {
		_, err := syntax.Scan(text)
		var at *syntax.Error
		if !errors.As(err, &at) || at.Offset != offset || at.Message == "" {
			t.Errorf("%q: got %v, want an error at %d", text, err, offset)
		}
	}
}

func TestLines(t *testing.T) {
	const text = "a\r\n\tbé c\n\nlast"
	lines := syntax.NewLines(text)
	if lines.Count() != 4 {
		t.Errorf("%d lines", lines.Count())
	}
	for offset, want := range map[int][2]int{
		0: {1, 0}, 1: {1, 1}, 3: {2, 0}, 4: {2, 1}, strings.Index(text, " c"): {2, 4},
		strings.Index(text, "last"): {4, 0}, len(text): {4, 4},
	} {
		line, column := lines.Position(offset)
		if [2]int{line, column} != want {
			t.Errorf("offset %d is at %d:%d, want %v", offset, line, column, want)
		}
		if back := lines.Offset(line, column); back != offset {
			t.Errorf("%d:%d is offset %d, want %d", line, column, back, offset)
		}
	}
	for _, place := range []struct{ line, column, offset int }{{0, 5, 0}, {9, 0, len(text)}, {4, 99, len(text)}, {2, 99, strings.Index(text, "\n\nlast")}, {2, -1, 3}} {
		if got := lines.Offset(place.line, place.column); got != place.offset {
			t.Errorf("%d:%d is offset %d, want %d", place.line, place.column, got, place.offset)
		}
	}
	for line, want := range map[int]string{1: "a", 2: "\tbé c", 3: "", 4: "last", 5: "", 0: ""} {
		if got := lines.Line(line); got != want {
			t.Errorf("line %d is %q, want %q", line, got, want)
		}
	}
	if got := lines.Indent(strings.Index(text, "c\n\nlast")); got != "\t" {
		t.Errorf("indentation %q", got)
	}
}
