package source

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
)

var update = flag.Bool("update", false, "write the golden files")

// TestParseFileGolden keeps what is found in the files of testdata.
func TestParseFileGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/files/*.lean")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files", err)
	}
	type target struct {
		Place, Name, Statement, Closing, Body string
		PreambleBytes                         int
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := ParseFile(filepath.Base(path), text)
		if err != nil {
			t.Fatal(err)
		}
		var summary struct {
			Commands []string
			Imports  []string
			Targets  []target
			Skipped  []Skipped
		}
		for _, c := range file.Commands {
			summary.Commands = append(summary.Commands, c.Keyword)
		}
		summary.Imports = Imports(file.Commands)
		for _, x := range file.Targets {
			p := x.Problem
			if !strings.HasPrefix(string(text), p.Preamble+p.Statement) || p.Kind != provers.Prove {
				t.Errorf("%s: preamble and statement are not the beginning of the file", p.Name)
			}
			summary.Targets = append(summary.Targets, target{
				Place: p.Source, Name: p.Name, Statement: p.Statement, Closing: p.Closing,
				Body: string(text[x.BodyStart:x.BodyEnd]), PreambleBytes: len(p.Preamble),
			})
		}
		summary.Skipped = file.Skipped
		var got bytes.Buffer
		encoder := json.NewEncoder(&got)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", " ")
		if err := encoder.Encode(summary); err != nil {
			t.Fatal(err)
		}
		golden := strings.TrimSuffix(path, ".lean") + ".golden.json"
		if *update {
			if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s differs from its golden file; got\n%s", path, got.String())
		}
	}
}

func TestParseFileError(t *testing.T) {
	_, err := ParseFile("a.lean", []byte("theorem a : 1 = 1 := sorry\n/- oh"))
	var place *Error
	if !errors.As(err, &place) || place.Line != 2 || place.Name != "a.lean" {
		t.Fatalf("got %v", err)
	}
}

func TestFromStatement(t *testing.T) {
	for text, want := range map[string]provers.Problem{
		"∀ n : Nat, n + 0 = n":                {Name: GoalName, Statement: "theorem ansatz_goal : ∀ n : Nat, n + 0 = n"},
		"  1 = 1 -- trivial":                  {Name: GoalName, Statement: "theorem ansatz_goal : 1 = 1"},
		"1 = 1 := by sorry":                   {Name: GoalName, Statement: "theorem ansatz_goal : 1 = 1"},
		"(a + b) * c = d":                     {Name: GoalName, Statement: "theorem ansatz_goal : (a + b) * c = d"},
		"(n : Nat) {m : Nat} [Foo n] : n = m": {Name: GoalName, Statement: "theorem ansatz_goal (n : Nat) {m : Nat} [Foo n] : n = m"},
		"theorem foo (n : Nat) : n = n":       {Name: "foo", Statement: "theorem foo (n : Nat) : n = n"},
		"theorem foo : 1 = 1 := by\n  sorry":  {Name: "foo", Statement: "theorem foo : 1 = 1"},
		"theorem foo : 1 = 1 := sorry":        {Name: "foo", Statement: "theorem foo : 1 = 1"},
		"theorem foo : 1 = 1 := by":           {Name: "foo", Statement: "theorem foo : 1 = 1"},
		"lemma foo : 1 = 1 :=":                {Name: "foo", Statement: "lemma foo : 1 = 1"},
		"example : 1 = 1 := by sorry":         {Name: GoalName, Statement: "example : 1 = 1"},
		"open Nat\ntheorem foo : 1 = 1": {
			Name: "foo", Preamble: "open Nat\n", Statement: "theorem foo : 1 = 1"},
		"namespace A\ntheorem foo : 1 = 1 := by sorry\nend A": {
			Name: "A.foo", Preamble: "namespace A\n", Statement: "theorem foo : 1 = 1", Closing: "\n\nend A\n"},
	} {
		got, err := FromStatement(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		got.Source, want.Kind = "", provers.Prove
		if got != want {
			t.Errorf("%q:\n got %+v\nwant %+v", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"":                                     "it is empty",
		"-- nothing":                           "it is empty",
		"theorem foo : 1 = 1 := rfl":           "it already has a proof",
		"theorem foo (x : Nat)":                "it states nothing",
		"theorem foo :":                        "it states nothing",
		"theorem foo : (1 = 1":                 "not balanced",
		"def x := 3":                           "no theorem",
		"theorem a : 1 = 1\naxiom b : False":   "axiom at 2:1 comes after the theorem at line 1",
		"theorem a : sorry = 1":                "its statement contains sorry",
		"1 = 1 /-":                             "not terminated",
		"theorem a : ∀ n, n = n\n | 0 => rfl":  "pattern matching",
		"mutual\ntheorem a : 1 = 1\nend":       "mutual",
		"theorem a : 1 = 1 := by simp; sorry":  "already has a proof",
		"theorem : 1 = 1":                      "no name",
		"(n : Nat) : n = n\ntheorem x : 1 = 1": "",
	} {
		got, err := FromStatement(text)
		if want == "" { // the last declaration counts; what is before it becomes the preamble
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %+v, %v; want an error with %q", text, got, err, want)
		}
	}
}

func TestRequires(t *testing.T) {
	p := provers.Problem{Preamble: "module\npublic import Mathlib.Tactic\nimport A.B import Mathlib.Tactic\nimport all C\n-- import D\nopen E\n"}
	if got, want := Requires(p), []string{"Mathlib.Tactic", "A.B", "C"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Requires(provers.Problem{Preamble: "open Nat"}); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}

func TestReplaceProofs(t *testing.T) {
	const text = "theorem a : 1 = 1 := by\n  sorry -- keep\nnamespace N\n  theorem b : 2 = 2 :=\n    sorry\nend N\nexample : 3 = 3 := by sorry"
	file, err := ParseFile("f", []byte(text))
	if err != nil || len(file.Targets) != 3 {
		t.Fatal(err, file.Targets)
	}
	out, err := ReplaceProofs(file.Text, []Replacement{
		{file.Targets[2], "by decide -- yes"},
		{file.Targets[0], "by\n  simp\n\n  rfl\n"},
		{file.Targets[1], "by\n  trace \"x\n  y\"\n  rfl"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "theorem a : 1 = 1 := by\n  simp\n\n  rfl -- keep\nnamespace N\n  theorem b : 2 = 2 :=\n    by\n    trace \"x\n  y\"\n    rfl\nend N\n" +
		"example : 3 = 3 := by decide -- yes\n"
	if string(out) != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	one, err := ReplaceProof(file.Text, file.Targets[1], "rfl")
	if err != nil || string(one) != strings.Replace(text, ":=\n    sorry", ":=\n    rfl", 1) {
		t.Errorf("got %q, %v", one, err)
	}
	crlf, err := ParseFile("f", []byte("theorem a : 1 = 1 := sorry\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := ReplaceProof(crlf.Text, crlf.Targets[0], "by\n  rfl"); err != nil || string(out) != "theorem a : 1 = 1 := by\r\n  rfl\r\n" {
		t.Errorf("got %q, %v", out, err)
	}
	for name, bad := range map[string][]Replacement{
		"twice":      {{file.Targets[0], "rfl"}, {file.Targets[0], "rfl"}},
		"empty":      {{file.Targets[0], " -- nothing"}},
		"unreadable": {{file.Targets[0], "by /-"}},
		"elsewhere":  {{Target{BodyStart: 3, BodyEnd: 8}, "rfl"}},
		"outside":    {{Target{BodyStart: 3, BodyEnd: 8000}, "rfl"}},
	} {
		if out, err := ReplaceProofs(file.Text, bad); err == nil {
			t.Errorf("%s: got %q, want an error", name, out)
		}
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.lean")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link.lean")
	if err := os.Symlink("a.lean", link); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(link, []byte("new"), sha256.Sum256([]byte("old"))); err != nil {
		t.Fatal(err)
	}
	check := func(want string) {
		t.Helper()
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("the file has %q (%v), want %q", got, err, want)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 2 {
			t.Errorf("files are left over: %v %v", entries, err)
		}
	}
	check("new")
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced by a file")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the permissions changed: %v %v", info.Mode(), err)
	}
	if err := WriteFile(path, []byte("newer"), sha256.Sum256([]byte("old"))); !errors.Is(err, ErrChanged) {
		t.Errorf("got %v, want ErrChanged", err)
	}
	check("new")
	if err := WriteFile(filepath.Join(dir, "none"), nil, [32]byte{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
