package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/search/fps"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares a text with the file testdata/golden/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s", path, got)
	}
}

func read(t *testing.T, o Options, paths ...string) Set {
	t.Helper()
	set, err := Read(paths, o)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestReadGolden keeps what is read of one file or folder of each layout.
func TestReadGolden(t *testing.T) {
	for _, c := range []struct {
		path   string
		layout Layout
	}{
		{"fps.jsonl", FPS}, {"constructive.jsonl", Constructive}, {"existential.json", Constructive}, {"putnam", Putnam},
		{"MiniF2F", MiniF2F}, {"minif2f.jsonl", MiniF2F}, {"problems.lean", Lean}, {"unknown.json", ""},
		{"dafnybench.jsonl", DafnyBench}, {"dafnybench.json", DafnyBench}, {"DafnyBench", DafnyBench}, {"programs/double.dfy", Dafny},
	} {
		t.Run(c.path, func(t *testing.T) {
			set := read(t, Options{}, filepath.Join("testdata", c.path))
			for _, f := range set.Files {
				if f.Layout != c.layout {
					t.Errorf("%s has the layout %q, want %q", f.Path, f.Layout, c.layout)
				}
				data, err := os.ReadFile(f.Path)
				if err != nil {
					t.Fatal(err)
				}
				if sum := sha256.Sum256(data); f.SHA256 != hex.EncodeToString(sum[:]) {
					t.Errorf("the hash of %s is wrong", f.Path)
				}
			}
			var out strings.Builder
			encoder := json.NewEncoder(&out)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			for _, r := range set.Records {
				if err := encoder.Encode(struct {
					Record
					Reference *Reference `json:"reference"`
					Informal  Informal   `json:"informal"`
				}{r, r.Reference, r.Informal}); err != nil {
					t.Fatal(err)
				}
				if p, err := r.Problem(); err != nil {
					out.WriteString("// " + err.Error() + "\n")
				} else {
					out.WriteString("// " + p.Statement + "\n")
				}
			}
			for _, e := range set.Errors {
				out.WriteString(e.Error() + "\n")
			}
			golden(t, strings.NewReplacer(".", "_", "/", "_").Replace(c.path)+".txt", filepath.ToSlash(out.String()))
		})
	}
}

// TestReferenceIsApart checks that nothing of what a search is given has the
// reference in it.
func TestReferenceIsApart(t *testing.T) {
	const secret = "271828182845"
	dir := t.TempDir()
	files := map[string]string{
		"f.jsonl":        `{"index": 0, "informal_answer": "S", "header": null, "intros": [], "formal_answer": "answer = S", "formal_answer_type": "ℕ", "outros": [{"t": "answer > 2", "name": "h"}]}`,
		"c.jsonl":        `{"name": "c", "header": "import Mathlib", "formal_answer": "S", "formalization": "import Mathlib\nabbrev c_answer : Nat := S\ntheorem c : c_answer > 2 := by sorry", "theorem_part": ""}`,
		"e.json":         `[{"name": "e", "header": "import Mathlib", "answer_part": "abbrev e_answer : Nat := S", "theorem_part": "theorem e : e_answer > 2 := by sorry", "theorem_part_full": "theorem e : ∃ (e_answer : Nat), e_answer > 2"}]`,
		"p.lean":         "abbrev p_solution : Nat := sorry -- S\ndef q : Nat := sorry\n-- S\n-- S\ntheorem p : p_solution > 2 := sorry\n",
		"l.lean":         "theorem l : ∃ n : Nat, n > 2 := sorry\n",
		"l.answers.json": `{"l": "S"}`,
		"d.jsonl":        `{"test_file": "d.dfy", "ground_truth": "lemma L() { assert S == S; }", "hints_removed": "lemma L() { }"}`,

		"hints_removed/d_no_hints.dfy": "lemma L() { }",
		"ground_truth/d.dfy":           "lemma L() { assert S == S; }",
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "S", secret)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name := range files {
		if strings.HasSuffix(name, answersSuffix) || strings.HasPrefix(name, groundTruth) {
			continue
		}
		set := read(t, Options{}, filepath.Join(dir, name))
		if len(set.Records) != 1 || len(set.Errors) != 0 {
			t.Fatalf("%s: %d records, %v", name, len(set.Records), set.Errors)
		}
		r := set.Records[0]
		if r.Reference == nil || !strings.Contains(r.Reference.Text, secret) {
			t.Errorf("%s: the reference is %v", name, r.Reference)
		}
		p, err := r.Problem()
		if err != nil {
			t.Fatal(err)
		}
		for _, given := range []any{r, r.Find, r.Abbreviation, p} {
			text, err := json.Marshal(given)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), secret) {
				t.Errorf("%s: the reference is in %T", name, given)
			}
		}
	}
}

func TestReadErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		path    string
		options Options
		want    string
	}{
		{filepath.Join(dir, "none.jsonl"), Options{}, "no such file"},
		{write("data.csv", "a,b"), Options{}, "is no .lean"},
		{write("data.jsonl", ""), Options{Layout: "csv"}, `no layout "csv"`},
		{filepath.Dir(write("empty/readme.txt", "")), Options{}, "has no .lean"},
	} {
		if _, err := Read([]string{c.path}, c.options); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.path, err, c.want)
		}
	}
	write("ground_truth/bytes.dfy", "\xff")
	write("ground_truth/unreadable.dfy/a_folder", "")
	for _, c := range []struct {
		name, text string
		options    Options
		want       []string
	}{
		{"array.json", `["a", "b"]`, Options{}, []string{":1: record 1 is not an object"}},
		{"cut.json", "[\n{\"name\": \"a\", \"theorem_part\": \"\"},\n{\"name\":", Options{}, []string{":2: a: ", ":3: invalid JSON"}},
		{"bytes.jsonl", "{}\n\xff\n[1]\n{\"a\" 1}", Options{}, []string{":1: the content shows no known layout", ":2: the line is not valid UTF-8", ":3: the line is JSON, but", ":4:6: invalid JSON"}},
		{"bad.lean", "theorem a : \"", Options{}, []string{":1:13: this string is not terminated"}},
		{"good.lean", "theorem a : 1 = 1 := sorry", Options{Layout: FPS}, []string{"the layout fps has no .lean files"}},
		{"lines.jsonl", `{"name": "a"}`, Options{Layout: Putnam}, []string{"the layout putnam has no .jsonl files"}},
		{"refs.lean", "theorem a : ∃ n : Nat, n = 1 := sorry", Options{References: filepath.Join(dir, "none")}, []string{"none:1: open "}},
		{"mixed.lean", "theorem a : ∃ n : Nat, n = 1 := sorry", Options{References: write("r.json", "[1]")}, []string{"r.json:1: the references must be a JSON object"}},
		{"empty.jsonl", "\n\n", Options{}, nil},
		{"bytes.dfy", "lemma A() {}\n// é\n// \xff\n", Options{}, []string{"bytes.dfy:3: the line is not valid UTF-8"}},
		{"layout.dfy", "lemma A() {}", Options{Layout: Lean}, []string{"the layout lean has no .dfy files"}},
		{"layout.lean", "theorem a : 1 = 1 := sorry", Options{Layout: DafnyBench}, []string{"the layout dafnybench has no .lean files"}},
		{"plain.jsonl", `{"hints_removed": ""}`, Options{Layout: Dafny}, []string{"the layout dafny has no .jsonl files"}},
		{"hints_removed/unreadable_no_hints.dfy", "lemma A() {}", Options{}, []string{filepath.Join("ground_truth", "unreadable.dfy") + ":1: "}},
		{"hints_removed/bytes_no_hints.dfy", "lemma A() {}", Options{}, []string{filepath.Join("ground_truth", "bytes.dfy") + ":1: the file is not valid UTF-8"}},
	} {
		set := read(t, c.options, write(c.name, c.text))
		var got []string
		for _, e := range set.Errors {
			got = append(got, e.Error())
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("%s: %q, want %q", c.name, got[i], want)
			}
		}
	}
}

func TestCoreOption(t *testing.T) {
	path := filepath.Join("testdata", "fps.jsonl")
	set := read(t, Options{Core: true}, path)
	if r := set.Records[1]; len(r.Requires) != 0 || r.Find.Preamble != coreHeader+"open Finset\n" {
		t.Errorf("requires %v, preamble %q", r.Requires, r.Find.Preamble)
	}
	set = read(t, Options{}, path)
	if r := set.Records[1]; !slices.Equal(r.Requires, []string{"Mathlib"}) || r.Find.Preamble != fpsImports+"open Finset\n" {
		t.Errorf("requires %v, preamble %q", r.Requires, r.Find.Preamble)
	}
}

func TestFilter(t *testing.T) {
	records := []Record{{Name: "a"}, {Name: "b", Requires: []string{"Mathlib"}}, {Name: "c", Requires: []string{"Mathlib"}}, {Name: "d", Requires: []string{"Aesop", "Foo"}}}
	for _, c := range []struct {
		available []string
		kept      string
		out       []LeftOut
	}{
		{[]string{"core"}, "a", []LeftOut{{"needs Mathlib", 2}, {"needs Aesop, Foo", 1}}},
		{nil, "a", []LeftOut{{"needs Mathlib", 2}, {"needs Aesop, Foo", 1}}},
		{[]string{"mathlib"}, "abc", []LeftOut{{"needs Foo", 1}}},
		{[]string{"Mathlib", "foo"}, "abcd", nil},
	} {
		kept, out := Filter(records, c.available)
		names := ""
		for _, r := range kept {
			names += r.Name
		}
		if names != c.kept || !reflect.DeepEqual(out, c.out) {
			t.Errorf("%v: kept %s, left out %v", c.available, names, out)
		}
	}
}

func TestRequires(t *testing.T) {
	for imports, want := range map[string]string{
		"Mathlib.Tactic Aesop": "Mathlib", "Aesop": "Aesop", "Init Lean.Elab Std": "", "Foo.Bar Foo.Baz": "Foo", "": "",
	} {
		if got := strings.Join(requires(strings.Fields(imports)), " "); got != want {
			t.Errorf("%q needs %q, want %q", imports, got, want)
		}
	}
}

func TestProblemOfNothing(t *testing.T) {
	if _, err := (Record{Name: "r"}).Problem(); err == nil {
		t.Error("an empty record has a problem")
	}
	if terms := (*Reference)(nil).Terms(); terms != nil {
		t.Errorf("no reference has the terms %q", terms)
	}
	if terms := (&Reference{Text: "a", Kind: Term, Further: []string{"b"}}).Terms(); !slices.Equal(terms, []string{"a", "b"}) {
		t.Errorf("terms %q", terms)
	}
	if got := (Record{Find: &fps.Problem{}}).Kind(); got != "find" {
		t.Errorf("kind %s", got)
	}
}

// TestImports checks that the package stays below everything that searches: a
// benchmark is data, and whoever runs it comes on top.
func TestImports(t *testing.T) {
	const module = "github.com/ansatz-prover/ansatz/"
	allowed := []string{"dafny/syntax", "lean/source", "provers", "search/fps"}
	paths, err := filepath.Glob("*.go")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files", err)
	}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			if ours, ok := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s", path, ours)
			}
		}
	}
}

// FuzzRead checks that no file makes a reader panic, that every error has a line,
// and that a Dafny program is not changed.
func FuzzRead(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	paths = append(paths, "testdata/putnam/putnam_2999_a1.lean", "testdata/DafnyBench/hints_removed/count_up_no_hints.dfy",
		"testdata/programs/windows.dfy", "testdata/programs/latin1.dfy")
	extensions := []string{".jsonl", ".lean", ".dfy"}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, uint8(max(slices.Index(extensions, filepath.Ext(path)), 0)))
	}
	f.Fuzz(func(t *testing.T, data []byte, kind uint8) {
		path := "data" + extensions[int(kind)%len(extensions)]
		for _, layout := range append(Layouts(), "") {
			var set Set
			o := Options{Layout: layout}
			in, err := set.open(path, data, o)
			if err != nil {
				t.Fatal(err)
			}
			set.readInputs([]*input{in}, false, o)
			for _, e := range set.Errors {
				if e.Line < 1 || e.Reason == "" {
					t.Errorf("an error without a place or a reason: %+v", e)
				}
			}
			for i, findings := range LintAll(set.Records) {
				for _, finding := range findings {
					if finding.Message == "" || finding.Severity == "" {
						t.Errorf("%s: an incomplete finding: %+v", set.Records[i].Name, finding)
					}
				}
			}
			for _, r := range set.Records {
				// Errors are fine: only what is claimed must be well formed.
				_, _, _ = ConversionCheck(r)
				if in.program != nil && r.Prove.Statement != string(data) {
					t.Errorf("the program %q became %q", data, r.Prove.Statement)
				}
			}
		}
	})
}
