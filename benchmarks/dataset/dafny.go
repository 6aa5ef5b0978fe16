package dataset

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/provers"
)

// The names of files and folders of layout [DafnyBench].
const (
	noHintsSuffix  = "_no_hints"
	hintsRemoved   = "hints_removed"
	groundTruth    = "ground_truth"
	dafnyExtension = ".dfy"
)

// DafnyFacts are what some copies of DafnyBench say about a record beside its two
// programs. What a file does not say is nil, and a number that it does not say is 0.
type DafnyFacts struct {
	// VerifiesWithoutHints says whether Dafny proves the program as it stands, so
	// that there is nothing to find. The benchmark's authors count such a problem
	// as solved.
	VerifiesWithoutHints *bool `json:"verifies_without_hints,omitempty"`
	// Live says whether Dafny 2.3.0 proves the ground truth, but not the program:
	// only such a problem can tell there how good a search is.
	Live *bool `json:"live_on_2_3_0,omitempty"`
	// Lemmas, Functions and Methods count the program's declarations.
	Lemmas    int `json:"n_lemma,omitempty"`
	Functions int `json:"n_function,omitempty"`
	Methods   int `json:"n_method,omitempty"`
	// HintChars is the length of the hints that were removed, without the white
	// space around them.
	HintChars int `json:"hint_chars,omitempty"`
}

// dafnyBenchRecord is one object of layout [DafnyBench].
type dafnyBenchRecord struct {
	// TestID is the record's number, "000" to "781".
	TestID string `json:"test_ID"`
	// TestFile is the name of the program's file, ".dfy" included.
	TestFile string `json:"test_file"`
	// GroundTruth is a program that its author had Dafny prove: the reference.
	GroundTruth string `json:"ground_truth"`
	// HintsRemoved is the ground truth without its assert statements and loop
	// invariants: the problem.
	HintsRemoved *string `json:"hints_removed"`
}

// readDafnyBench reads layout [DafnyBench].
func readDafnyBench(in *input) {
	if in.program != nil {
		in.addProgram(strings.TrimSuffix(baseName(in.path), noHintsSuffix), in.groundTruth())
		return
	}
	for _, o := range in.objects {
		var d dafnyBenchRecord
		var facts DafnyFacts
		if !in.decode(o, &d) || !in.decode(o, &facts) {
			continue
		}
		name := strings.TrimSuffix(d.TestFile, dafnyExtension)
		if name == "" {
			name = d.TestID
		}
		switch {
		case name == "":
			in.fail(o.line, 0, "there is no name: one of the fields test_file, test_ID is expected")
			continue
		case d.HintsRemoved == nil:
			in.fail(o.line, 0, "%s: there is no program: the field hints_removed is expected", name)
			continue
		}
		r := dafnyRecord(name, *d.HintsRemoved, d.GroundTruth)
		r.Line = o.line
		if number, err := strconv.Atoi(d.TestID); err == nil && number >= 0 {
			r.Index = number
		}
		if facts != (DafnyFacts{}) {
			r.Dafny = &facts
		}
		in.add(r)
	}
}

// readDafny reads layout [Dafny].
func readDafny(in *input) {
	if in.program != nil {
		in.addProgram(baseName(in.path), "")
	}
}

func (in *input) addProgram(name, reference string) {
	r := dafnyRecord(name, *in.program, reference)
	r.Line = 1
	in.add(r)
}

func dafnyRecord(name, program, reference string) Record {
	r := Record{Name: name, Index: -1, Prove: &provers.Problem{Kind: provers.Prove, Statement: program}}
	if reference != "" {
		r.Reference = &Reference{Text: reference, Kind: Program}
	}
	return r
}

// groundTruth reads the reference for a program from a file of its own, or
// returns "" if there is none.
func (in *input) groundTruth() string {
	name := strings.TrimSuffix(baseName(in.path), noHintsSuffix) + dafnyExtension
	path := filepath.Join(filepath.Dir(in.path), "..", groundTruth, name)
	data, err := os.ReadFile(path)
	switch {
	case os.IsNotExist(err):
	case err != nil:
		in.failIn(path, "%v", err)
	case !utf8.Valid(data):
		in.failIn(path, "the file is not valid UTF-8")
	default:
		return string(data)
	}
	return ""
}

// readProgram takes a .dfy file as it is.
func (in *input) readProgram() {
	if text := string(in.data); utf8.ValidString(text) {
		in.program = &text
		return
	}
	line := 1
	for rest := in.data; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		rest = rest[size:]
	}
	in.fail(line, 0, "the line is not valid UTF-8")
}

// programLayout tells the layout of a .dfy file by its name.
func programLayout(path string) Layout {
	if strings.HasSuffix(baseName(path), noHintsSuffix) {
		return DafnyBench
	}
	return Dafny
}

// holdsReferences reports whether a folder has the ground truths for the programs
// of a folder beside it: they are no problems of their own.
func holdsReferences(path string) bool {
	if filepath.Base(path) != groundTruth {
		return false
	}
	info, err := os.Stat(filepath.Join(filepath.Dir(path), hintsRemoved))
	return err == nil && info.IsDir()
}

// Live keeps the problems that are known to be live, see [DafnyFacts].
func Live(records []Record) (kept []Record, out []LeftOut) {
	for _, r := range records {
		facts := r.Dafny
		if facts == nil {
			facts = &DafnyFacts{}
		}
		switch {
		case facts.Live != nil && *facts.Live:
			kept = append(kept, r)
		case facts.VerifiesWithoutHints != nil && *facts.VerifiesWithoutHints:
			out = count(out, "verifies without hints")
		case facts.Live != nil:
			out = count(out, "not live on Dafny 2.3.0")
		default:
			out = count(out, "not said whether it is live")
		}
	}
	return kept, out
}
