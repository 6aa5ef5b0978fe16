package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/benchmarks/spec"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/provers"
)

// small has a file of each layout.
var small = map[string]string{
	"lean/find.lean":            "theorem double : ∃ n : Nat, n = 2 + 2 := by sorry\n\ntheorem holds : 1 + 1 = 2 := sorry\n",
	"lean/find.answers.json":    `{"double": "4"}`,
	"minif2f/Valid/square.lean": "theorem square (n : Nat) : n ^ 2 = n * n := sorry\n",
	"minif2f/Test/cube.lean":    "theorem cube (n : Nat) : n ^ 3 = n * n * n := sorry\n",
	"putnam/putnam_2999.lean":   "import Mathlib\nabbrev putnam_2999_solution : Nat := sorry\n-- 4\ntheorem putnam_2999 : putnam_2999_solution = 2 + 2 := sorry\n",
	"fps.jsonl":                 `{"index": 0, "informal_answer": "7", "header": null, "intros": [], "formal_answer": "answer = 7", "formal_answer_type": "ℕ", "outros": [{"t": "answer = 3 + 4", "name": "h"}], "core": true}` + "\n",
	"minif2f.jsonl":             `{"name": "two", "split": "test", "header": "import Mathlib", "formal_statement": "theorem two : 2 = 2"}` + "\n",
	"constructive.jsonl":        `{"name": "five", "header": "import Mathlib", "formal_answer": "5", "formalization": "import Mathlib\nabbrev five_answer : Nat := 5\ntheorem five : five_answer = 2 + 3 := by sorry", "theorem_part": ""}` + "\n",
	"dafnybench.jsonl": `{"test_file": "live.dfy", "ground_truth": "lemma L() { assert 1 == 1; }", "hints_removed": "lemma L() { }", "live_on_2_3_0": true}` + "\n" +
		`{"test_file": "easy.dfy", "ground_truth": "lemma M() { assert 2 == 2; }", "hints_removed": "lemma M() { }", "live_on_2_3_0": false, "verifies_without_hints": true}` + "\n",
	"folder/hints_removed/up_no_hints.dfy": "lemma Up() { }",
	"folder/ground_truth/up.dfy":           "lemma Up() { assert 3 == 3; }",
	"one.dfy":                              "method One() returns (n: int) ensures n == 1 { n := 1; }",
	"many.lean":                            "theorem a1 : 1 = 1 := sorry\n\ntheorem a2 : 2 = 2 := sorry\n\ntheorem b1 : 3 = 3 := sorry\n\ntheorem b2 : 4 = 4 := sorry\n\ntheorem c : 5 = 5 := sorry\n",
	"again/many.lean":                      "theorem a1 : 6 = 6 := sorry\n",
}

// write writes the small files into a folder.
func write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range small {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// specOf is a specification of files of a folder, which are given by their names there.
func specOf(dir string, change func(*spec.Spec), files ...string) spec.Spec {
	s := spec.Default()
	for _, f := range files {
		s.Dataset.Files = append(s.Dataset.Files, spec.File{Given: f, Path: filepath.Join(dir, filepath.FromSlash(f))})
	}
	if change != nil {
		change(&s)
	}
	return s
}

func made(t *testing.T, s spec.Spec) Plan {
	t.Helper()
	p, err := Make(s)
	if err != nil {
		t.Fatal(err)
	}
	checkPlan(t, p)
	return p
}

// checkPlan checks what holds of every plan.
func checkPlan(t *testing.T, p Plan) {
	t.Helper()
	if len(p.Problems) != len(p.Rows) {
		t.Fatalf("%d problems and %d rows", len(p.Problems), len(p.Rows))
	}
	seen := make(map[string]bool)
	var encoded []json.RawMessage
	for i, problem := range p.Problems {
		row := p.Rows[i]
		if problem.Name != row.Name || seen[row.Name] || row.Statement == "" {
			t.Errorf("problem %d is %q, its row %+v", i, problem.Name, row)
		}
		seen[row.Name] = true
		if problem.Operation == "" && (problem.Prove == nil) == (problem.Find == nil) {
			t.Errorf("%s is to be proved: %v, answered: %v", problem.Name, problem.Prove, problem.Find)
		}
		text, err := json.Marshal(problem)
		if err != nil {
			t.Fatal(err)
		}
		encoded = append(encoded, text)
	}
	if hash, err := Hash(encoded); err != nil || hash != p.Dataset.SHA256 || len(hash) != 64 {
		t.Errorf("the hash is %q, and of what is stored %q, %v", p.Dataset.SHA256, hash, err)
	}
}

func names(p Plan) string {
	var all []string
	for _, row := range p.Rows {
		all = append(all, row.Name)
	}
	return strings.Join(all, ", ")
}

func TestLayouts(t *testing.T) {
	dir := write(t)
	tests := []struct {
		file      string
		names     string
		find      bool // the first problem asks for an answer
		reference string
		provers   string
		files     string
	}{
		{"lean/find.lean", "double, holds", true, "4", "lean", "lean/find.lean"},
		{"minif2f", "cube, square", false, "", "lean", "minif2f/Test/cube.lean, minif2f/Valid/square.lean"},
		{"putnam", "putnam_2999", true, "4", "lean", "putnam/putnam_2999.lean"},
		{"fps.jsonl", "fps_0", true, "answer = 7", "lean", "fps.jsonl"},
		{"minif2f.jsonl", "two", false, "", "lean", "minif2f.jsonl"},
		{"constructive.jsonl", "five", true, "5", "lean", "constructive.jsonl"},
		{"dafnybench.jsonl", "live, easy", false, "lemma L() { assert 1 == 1; }", "dafny", "dafnybench.jsonl"},
		{"folder", "up", false, "lemma Up() { assert 3 == 3; }", "dafny", "folder/hints_removed/up_no_hints.dfy"},
		{"one.dfy", "one", false, "", "dafny", "one.dfy"},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			p := made(t, specOf(dir, nil, test.file))
			if names(p) != test.names || strings.Join(p.Provers, ", ") != test.provers || len(p.Mistakes) > 0 || len(p.Dataset.LeftOut) > 0 {
				t.Errorf("the problems are %s for %s; mistakes %v, left out %v", names(p), p.Provers, p.Mistakes, p.Dataset.LeftOut)
			}
			first := p.Problems[0]
			reference := ""
			// The reference of a problem to prove is of no use after the search.
			if first.Reference != nil {
				reference = first.Reference.Text
			}
			if want := test.reference; (first.Find != nil) != test.find || test.find && reference != want || !test.find && reference != "" {
				t.Errorf("the first problem is %+v with the reference %q", first, reference)
			}
			var files []string
			for _, f := range p.Dataset.Files {
				files = append(files, filepath.ToSlash(f.Path))
				if len(f.SHA256) != 64 {
					t.Errorf("the hash of %s is %q", f.Path, f.SHA256)
				}
			}
			if got := strings.Join(files, ", "); got != test.files {
				t.Errorf("the files are %s", got)
			}
			if source := filepath.ToSlash(p.Rows[0].Source); !strings.HasPrefix(source, files[0]+":") {
				t.Errorf("the first problem is from %q", source)
			}
		})
	}
}

func TestBundled(t *testing.T) {
	p := made(t, specOf("../bundled", nil, "first.lean", "find.lean", "loops.dfy"))
	kinds := make(map[string]int)
	for _, problem := range p.Problems {
		switch {
		case problem.Find != nil && problem.Reference != nil:
			kinds["find"]++
		case problem.Prove != nil:
			kinds["prove "+problem.Prover]++
		}
	}
	if len(p.Mistakes) > 0 || kinds["find"] < 30 || kinds["prove lean"] < 10 || kinds["prove dafny"] != 1 || !slices.Equal(p.Provers, []string{"lean", "dafny"}) {
		t.Errorf("the problems are %v for %s; mistakes %v", kinds, p.Provers, p.Mistakes)
	}
}

func TestChoice(t *testing.T) {
	dir := write(t)
	methods := func(list ...string) func(*spec.Spec) {
		return func(s *spec.Spec) {
			for _, m := range list {
				s.Variants = append(s.Variants, spec.Override{Name: m, Settings: []spec.Setting{{Key: "search.method", Value: fmt.Sprintf("%q", m)}}})
			}
		}
	}
	tests := map[string]struct {
		files   []string
		change  func(*spec.Spec)
		want    string
		leftOut map[string]int
	}{
		"all":            {files: []string{"many.lean"}, want: "a1, a2, b1, b2, c"},
		"names":          {files: []string{"many.lean"}, change: func(s *spec.Spec) { s.Dataset.Names = []string{"c", "a?"} }, want: "a1, a2, c", leftOut: map[string]int{"another name": 2}},
		"no name":        {files: []string{"many.lean"}, change: func(s *spec.Spec) { s.Dataset.Names = []string{"x*"} }, leftOut: map[string]int{"another name": 5}},
		"limit":          {files: []string{"many.lean"}, change: func(s *spec.Spec) { s.Dataset.Limit = 2 }, want: "a1, a2", leftOut: map[string]int{"beyond the limit": 3}},
		"high limit":     {files: []string{"many.lean"}, change: func(s *spec.Spec) { s.Dataset.Limit = 5 }, want: "a1, a2, b1, b2, c"},
		"limit of names": {files: []string{"many.lean"}, change: func(s *spec.Spec) { s.Dataset.Names, s.Dataset.Limit = []string{"b*", "c"}, 2 }, want: "b1, b2", leftOut: map[string]int{"another name": 2, "beyond the limit": 1}},
		"shard":          {files: []string{"many.lean"}, change: func(s *spec.Spec) { s.Dataset.Shard = "2/2" }, want: "a2, b2", leftOut: map[string]int{InAnotherShard: 3}},
		"empty shard":    {files: []string{"one.dfy"}, change: func(s *spec.Spec) { s.Dataset.Shard = "2/2" }, leftOut: map[string]int{InAnotherShard: 1}},
		"shard of limit": {files: []string{"many.lean"}, change: func(s *spec.Spec) { s.Dataset.Limit, s.Dataset.Shard = 3, "2/2" }, want: "a2", leftOut: map[string]int{InAnotherShard: 2, "beyond the limit": 2}},
		"core":           {files: []string{"many.lean", "minif2f.jsonl"}, change: func(s *spec.Spec) { s.Dataset.Requires = "core" }, want: "a1, a2, b1, b2, c", leftOut: map[string]int{"needs Mathlib": 1}},
		"mathlib":        {files: []string{"minif2f.jsonl", "constructive.jsonl"}, change: func(s *spec.Spec) { s.Dataset.Requires = "mathlib" }, want: "two, five"},
		"live":           {files: []string{"dafnybench.jsonl", "one.dfy"}, change: func(s *spec.Spec) { s.Dataset.Live = true }, want: "live", leftOut: map[string]int{"verifies without hints": 1, "not said whether it is live": 1}},
		"same name":      {files: []string{"many.lean", "again/many.lean", "again/many.lean"}, change: func(s *spec.Spec) { s.Dataset.Names = []string{"a*"} }, want: "a1, a2, a1 (2), a1 (3)", leftOut: map[string]int{"another name": 3}},
		"another prover": {files: []string{"one.dfy", "minif2f.jsonl"}, change: func(s *spec.Spec) { s.Search.Prover = "dafny" }, want: "one", leftOut: map[string]int{"it is for another prover": 1}},
		"fps":            {files: []string{"lean/find.lean"}, change: methods("fps"), want: "double", leftOut: map[string]int{"it asks for no answer": 1}},
		"dfps and both":  {files: []string{"lean/find.lean"}, change: methods("dfps", "both"), want: "double", leftOut: map[string]int{"it asks for no answer": 1}},
		"prove":          {files: []string{"lean/find.lean"}, change: methods("prove"), want: "double, holds"},
		"prove and fps":  {files: []string{"lean/find.lean"}, change: methods("prove", "fps"), leftOut: map[string]int{"the variants want it both proved and answered": 2}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := Make(specOf(dir, test.change, test.files...))
			if empty := test.want == ""; empty != errors.Is(err, ErrNothing) || !empty && err != nil {
				t.Fatal(err)
			}
			checkPlan(t, p)
			if names(p) != test.want || !maps.Equal(p.Dataset.LeftOut, test.leftOut) {
				t.Errorf("the problems are %s; left out are %v", names(p), p.Dataset.LeftOut)
			}
		})
	}
}

// TestProveAQuestion has a problem that asks for an answer as one to prove: the
// search gets nothing of the question, and neither the reference.
func TestProveAQuestion(t *testing.T) {
	p := made(t, specOf(write(t), func(s *spec.Spec) { s.Search.Method = "prove" }, "lean/find.lean"))
	got := p.Problems[0]
	if got.Find != nil || got.Reference != nil || got.Prove.Kind != provers.Prove || !strings.Contains(got.Prove.Statement, "∃ n : Nat, n = 2 + 2") {
		t.Errorf("the problem is %+v", got)
	}
	if record := got.Record(); record.Name != "double" || record.Kind() != provers.Prove || record.Prover != "lean" {
		t.Errorf("as a record it is %+v", record)
	}
}

func TestShardsAreAll(t *testing.T) {
	dir := write(t)
	for _, limit := range []int{0, 4} {
		whole := made(t, specOf(dir, func(s *spec.Spec) { s.Dataset.Limit = limit }, "many.lean"))
		var want []string
		for _, row := range whole.Rows {
			want = append(want, row.Name)
		}
		for of := 1; of <= 4; of++ {
			var got []string
			for part := 1; part <= of; part++ {
				p := made(t, specOf(dir, func(s *spec.Spec) { s.Dataset.Limit, s.Dataset.Shard = limit, fmt.Sprintf("%d/%d", part, of) }, "many.lean"))
				for _, row := range p.Rows {
					got = append(got, row.Name)
				}
				if n := len(p.Rows); n < len(want)/of || n > len(want)/of+1 {
					t.Errorf("shard %d/%d has %d of %d problems", part, of, n, len(want))
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%d shards of at most %d problems have %q, want %q", of, limit, got, want)
			}
		}
	}
}

// TestNamesThatLookCounted has a problem whose name is what another would get.
func TestNamesThatLookCounted(t *testing.T) {
	dir := t.TempDir()
	line := func(name string, n int) string {
		return fmt.Sprintf(`{"test_file": %q, "ground_truth": "lemma L%d() { assert true; }", "hints_removed": "lemma L%d() { }"}`+"\n", name, n, n)
	}
	for name, text := range map[string]string{"a.jsonl": line("x.dfy", 1) + line("x (2).dfy", 2), "b.jsonl": line("x.dfy", 3) + line("x (2).dfy", 4)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if p := made(t, specOf(dir, nil, "a.jsonl", "b.jsonl")); names(p) != "x, x (2), x (3), x (2) (2)" {
		t.Errorf("the names are %s", names(p))
	}
}

func TestFilesThatAreNotThere(t *testing.T) {
	dir := write(t)
	const origin = "get it from somewhere"
	tests := map[string]struct {
		files  []string
		change func(*spec.Spec)
		want   []string
		absent bool
	}{
		"none":       {nil, nil, []string{"names no file", origin}, false},
		"missing":    {[]string{"gone.lean"}, nil, []string{"gone.lean", origin}, true},
		"no origin":  {[]string{"gone.lean"}, func(s *spec.Spec) { s.Dataset.Origin = "" }, []string{"gone.lean"}, true},
		"extension":  {[]string{"lean/find.lean", "plan.txt"}, nil, []string{"plan.txt"}, true},
		"references": {[]string{"lean/find.lean"}, func(s *spec.Spec) { s.Dataset.References.Path = filepath.Join(dir, "gone.json") }, []string{"gone.json"}, false},
		"pattern":    {[]string{"many.lean"}, func(s *spec.Spec) { s.Dataset.Names = []string{"[a"} }, []string{"dataset.names", `"[a"`}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := specOf(dir, nil, test.files...)
			s.Dataset.Origin = origin
			if test.change != nil {
				test.change(&s)
			}
			p, err := Make(s)
			text := fmt.Sprint(err, p.Mistakes)
			if test.absent != errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the error is %v", err)
			}
			for _, part := range test.want {
				if !strings.Contains(text, part) {
					t.Errorf("%q does not mention %q", text, part)
				}
			}
			if s.Dataset.Origin == "" && strings.HasSuffix(text, "; []") {
				t.Errorf("%q ends with an empty origin", text)
			}
		})
	}
}

func TestHash(t *testing.T) {
	hash := func(change func(dir string), files ...string) string {
		dir := write(t)
		if change != nil {
			change(dir)
		}
		return made(t, specOf(dir, nil, files...)).Dataset.SHA256
	}
	replace := func(name, from, to string) func(string) {
		return func(dir string) {
			text := strings.Replace(small[name], from, to, 1)
			if text == small[name] {
				t.Fatalf("%s has no %s", name, from)
			}
			if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Where the files are does not count; the folder is another each time.
	all := []string{"lean/find.lean", "many.lean"}
	want := hash(nil, all...)
	if got := hash(nil, all...); got != want {
		t.Errorf("in another folder the hash is %s, not %s", got, want)
	}
	s := specOf(write(t), nil, all...)
	for i := range s.Dataset.Files {
		s.Dataset.Files[i].Given = s.Dataset.Files[i].Path
	}
	if got := made(t, s).Dataset.SHA256; got != want {
		t.Errorf("with files that are given otherwise the hash is %s, not %s", got, want)
	}
	for name, got := range map[string]string{
		"another text":      hash(replace("many.lean", "3 = 3", "3 = 4"), all...),
		"another name":      hash(replace("many.lean", "theorem c", "theorem d"), all...),
		"another question":  hash(replace("lean/find.lean", "2 + 2", "2 * 2"), all...),
		"another reference": hash(replace("lean/find.answers.json", "4", "2 + 2"), all...),
		"another order":     hash(nil, "many.lean", "lean/find.lean"),
		"fewer":             hash(nil, "many.lean"),
	} {
		if got == want {
			t.Errorf("%s: the hash is the same", name)
		}
	}
	if _, err := Hash([]json.RawMessage{[]byte("{}"), []byte("{")}); err == nil || !strings.Contains(err.Error(), "problem 2") {
		t.Errorf("the hash of no problem: %v", err)
	}
}

func TestProbe(t *testing.T) {
	s := spec.Default()
	s.Kind = trial.Prover
	s.Probe = spec.Probe{Operations: []string{"start", "step"}, Targets: []spec.Target{{Name: "a", Prover: "lean"}, {Name: "b", Prover: "dafny"}, {Name: "c", Prover: "lean"}}}
	p := made(t, s)
	if names(p) != "start, step" || !slices.Equal(p.Provers, []string{"lean", "dafny"}) || len(p.Variants) != 3 || p.Problems[1].Operation != "step" {
		t.Errorf("the plan is %+v", p)
	}
}

// TestThisMachine checks that reports, which are passed on, do not say whose
// machine it was.
func TestThisMachine(t *testing.T) {
	m := ThisMachine()
	if m.System != runtime.GOOS+"/"+runtime.GOARCH || m.Cores < 1 {
		t.Errorf("the machine is %+v", m)
	}
	if runtime.GOOS == "linux" && m.Memory < 1<<20 {
		t.Errorf("the machine has %d bytes of memory", m.Memory)
	}
	host, err := os.Hostname()
	if err != nil || host == "" {
		t.Skip("the machine has no name")
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), fmt.Sprintf("%q", host)) {
		t.Errorf("%s has the machine's name", text)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	for field := range fields {
		if !slices.Contains([]string{"system", "processor", "cores", "memory_bytes"}, field) {
			t.Errorf("it tells of the machine also %s", field)
		}
	}
}

func TestField(t *testing.T) {
	path := filepath.Join(t.TempDir(), "info")
	if err := os.WriteFile(path, []byte("processor\t: 0\nmodel name\t: Some: processor\nmodel name\t: another\n\nempty\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"model name": "Some: processor", "processor": "0", "empty": "", "none": ""} {
		if got := field(path, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := field(path+"x", "processor"); got != "" {
		t.Errorf("a file that is not there says %q", got)
	}
}
