package source

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// render writes tokens as "kind:text" with a "?" behind ambiguous ones.
func render(tokens []Token) string {
	short := map[Kind]string{Ident: "id", Numeral: "num", String: "str", RawString: "raw", StringPart: "part", Char: "char",
		NameLit: "name", Symbol: "sym", Comment: "com", DocComment: "doc"}
	var parts []string
	for _, t := range tokens {
		s := short[t.Kind] + ":" + t.Text
		if t.Ambiguous {
			s += "?"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func TestScan(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"a b":                            "id:a id:b",
		"h' h'' x₁ α.β ℝ λ x":            "id:h' id:h'' id:x₁ id:α.β id:ℝ sym:λ id:x",
		"foo.bar.1.baz x.1.2":            "id:foo.bar sym:. num:1 sym:. id:baz id:x sym:. num:1 sym:. num:2",
		"«a b».c foo.«x.y»":              "id:«a b».c id:foo.«x.y»",
		"1.5e3 2_000 0xfF 0b10 0o17 1.a": "num:1.5e3 num:2_000 num:0xfF num:0b10 num:0o17 num:1 sym:. id:a",
		"1e5 1e-5 1ex 1..2":              "num:1e5 num:1e-5 num:1 id:ex num:1 sym:.. num:2",
		"1sorry":                         "num:1 id:sorry",
		`'a' '\n' '\'' '"' '\x41' '∀'`:   `char:'a' char:'\n' char:'\'' char:'"' char:'\x41' char:'∀'`,
		`f '' s`:                         `id:f sym:'' id:s`,
		`f ⁻¹' s`:                        `id:f sym:⁻ sym:¹ sym:' id:s`,
		`f ⁻¹'a'`:                        `id:f sym:⁻ sym:¹ char:'a'?`,
		`"a\"b" "--" "/-"`:               `str:"a\"b" str:"--" str:"/-"`,
		`"a{b"`:                          `str:"a{b"?`,
		"\"a\\\n   b\"":                  "str:\"a\\\n   b\"",
		`r"a\" r#"b"c"# r`:               `raw:r"a\"? raw:r#"b"c"#? id:r`,
		`s!"a{b}c"`:                      `id:s! part:"a{? id:b part:}c"?`,
		`s!"a{ {x := "}"} }{y}" z`:       `id:s! part:"a{? sym:{ id:x sym::= str:"}" sym:} part:}{? id:y part:}"? id:z`,
		`s!"{s!"{x}"}\{" y`:              `id:s! part:"{? id:s! part:"{? id:x part:}"? part:}\{"? id:y`,
		"a -- c\nb":                      "id:a com:-- c id:b",
		"a /- x /- y -/ -/ b":            "id:a com:/- x /- y -/ -/ id:b",
		"/-- d -/ /-! m -/ /- -/ /---/":  "doc:/-- d -/ doc:/-! m -/ com:/- -/ doc:/---/",
		"/-x-/ /--a--/ /-/ x-/":          "com:/-x-/ doc:/--a--/ com:/-/ x-/",
		"`foo ``foo.bar `(x)":            "name:`foo name:``foo.bar sym:`( id:x sym:)",
		"x:=y => ← <;> · ⟨a⟩ #[1] @[b]":  "id:x sym::= id:y sym:=> sym:← sym:<;> sym:· sym:⟨ id:a sym:⟩ sym:#[ num:1 sym:] sym:@[ id:b sym:]",
		"get! exact? (h!).x":             "id:get! id:exact? sym:( id:h! sym:) sym:. id:x",
		"#eval 1":                        "sym:# id:eval num:1",
		"a-/b":                           "id:a sym:-/? id:b",
		"a\r\nb":                         "id:a id:b",
		"éa x✝":                          "id:éa id:x sym:✝",
	} {
		tokens, err := Scan("", text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if got := render(tokens); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestScanErrors(t *testing.T) {
	for text, want := range map[string]string{
		"a\n /- b":        "f:2:2: this comment is not terminated",
		"/- /- -/":        "f:1:1: this comment is not terminated",
		"α \"b":           "f:1:3: this string is not terminated",
		`s!"a{b`:          "f:1:3: this interpolated string is not terminated",
		`s!"a{b}`:         "f:1:3: this string is not terminated",
		`r#"a"`:           `f:1:1: this raw string is not terminated ("# is expected)`,
		"«a":              "f:1:1: this quoted identifier is not terminated (» is expected)",
		"«a\nb»":          "f:1:1: this quoted identifier is not terminated (» is expected)",
		"a\tb":            "f:1:2: Lean does not allow tabs",
		"a\rb":            "f:1:2: carriage return without a line feed",
		"a\x00":           "f:1:2: NUL character U+0000",
		"-- a\x07":        "f:1:5: control character U+0007",
		"a\xff":           "f:1:2: the text is not valid UTF-8 (byte 0xff)",
		"\"\xc3\"":        "f:1:2: the text is not valid UTF-8 (byte 0xc3)",
		"/- \u202e -/":    "f:1:4: bidirectional control character, which shows text in another order than it is read U+202E",
		"a\u200bb":        "f:1:2: invisible character U+200B",
		"\ufeffa":         "f:1:1: invisible character U+FEFF",
		"a\u00a0b":        "f:1:2: Lean does not take the space U+00A0 for white space",
		`"\q"`:            `f:1:2: invalid escape "\q"`,
		`"\x4g"`:          "f:1:2: invalid escape: 2 hexadecimal digits are expected",
		`"a\{b}"`:         `f:1:3: "\{" in a string that is not known to be interpolated`,
		"/-/- a -/":       `f:1:1: "/-/-" is ambiguous: put a space between the two comment openings`,
		"/--/":            `f:1:1: "/--/" is ambiguous: write "/- -/" for an empty comment`,
		"\"a\\":           "f:1:3: this string is not terminated",
		"-- a \u2028":     "f:1:6: Unicode line separator U+2028",
		"x /-- doc":       "f:1:3: this comment is not terminated",
		"'\\xzz' a":       `f:1:2: invalid escape: 2 hexadecimal digits are expected`,
		"f \U000e0041 x":  "f:1:3: invisible character U+E0041",
		"s!\"{\"}\" more": "f:1:3: this interpolated string is not terminated",
	} {
		_, err := Scan("f", text)
		if err == nil {
			t.Errorf("%q: no error, want %s", text, want)
			continue
		}
		var place *Error
		if !errors.As(err, &place) || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestPositions(t *testing.T) {
	tokens, err := Scan("", "αβ x\r\n  /- é\n -/ y")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range tokens {
		got = append(got, fmt.Sprintf("%d-%d@%d:%d", k.Start, k.End, k.Line, k.Column))
	}
	if want := "0-4@1:1 5-6@1:4 10-19@2:3 20-21@3:5"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, " "), want)
	}
}

func TestComponents(t *testing.T) {
	for text, want := range map[string]string{
		"a.b.c": "a|b|c", "«a.b».c": "a.b|c", "x.«y z»": "x|y z", "`n.m": "n|m", "``n": "n", "_root_.a": "_root_|a", "«»": "",
	} {
		tokens, err := Scan("", text)
		if err != nil || len(tokens) != 1 {
			t.Fatalf("%q: %v %v", text, tokens, err)
		}
		if got := strings.Join(tokens[0].Components(), "|"); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// FuzzScan checks that tokens lie one behind the other with nothing but white
// space between them, and that the readers built on the scanner do not panic.
func FuzzScan(f *testing.F) {
	for _, s := range []string{
		"theorem a : 1 = 1 := by sorry", "namespace A.B\nend A", `s!"{a}{`, "r##\"", "'\\x", "«a».«", "/-/", "@[a] open X in\nlemma",
		"mutual\ntheorem x : 1 := sorry\nend", "1.2e", "`(a", "''", "deriving", "scoped[", "end\nend", "}}", "#", "x.«",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tokens, err := Scan("f", text)
		at := 0
		for _, k := range tokens {
			if k.Start < at || k.End <= k.Start || k.Text != text[k.Start:k.End] {
				t.Fatalf("token %+v after offset %d", k, at)
			}
			if between := strings.Trim(text[at:k.Start], " \r\n"); between != "" {
				t.Fatalf("%q is in no token", between)
			}
			k.Components()
			at = k.End
		}
		if err == nil && strings.Trim(text[at:], " \r\n") != "" {
			t.Fatalf("%q is in no token", text[at:])
		}
		file, err := ParseFile("f", []byte(text))
		if err == nil {
			for _, target := range file.Targets {
				p := target.Problem
				if !strings.HasPrefix(text, p.Preamble+p.Statement) {
					t.Fatalf("the problem is not the beginning of the file: %+v", p)
				}
				if _, err := ReplaceProof([]byte(text), target, "by simp"); err != nil {
					t.Fatal(err)
				}
				if _, err := Scan("", Text(p, "by simp")); err != nil {
					t.Fatalf("%q: %v", Text(p, "by simp"), err)
				}
			}
		}
		if p, err := FromStatement(text); err == nil && p.Statement == "" {
			t.Fatal("a problem without a statement")
		}
		if _, err := ReadDataset("d", strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	})
}
