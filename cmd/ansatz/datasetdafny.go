package main

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
)

// dafnySummary adds the problems for Dafny up.
type dafnySummary struct {
	Records int `json:"records"`
	Lines   int `json:"lines"`
	// Live and VerifiesWithoutHints count those of which the file says so, Unknown
	// those of which it says neither yes nor no.
	Live                 int `json:"live_on_2_3_0"`
	VerifiesWithoutHints int `json:"verifies_without_hints"`
	Unknown              int `json:"unknown"`
}

func (sum *dafnySummary) add(r dataset.Record) {
	sum.Records++
	sum.Lines += programLines(r)
	live, without := saidOfDafny(r)
	if live == nil && without == nil {
		sum.Unknown++
	}
	if live != nil && *live {
		sum.Live++
	}
	if without != nil && *without {
		sum.VerifiesWithoutHints++
	}
}

func (sum *dafnySummary) text() string {
	text := fmt.Sprintf("Dafny: %s, %s; %s live on Dafny 2.3.0, %s verified without hints", console.Plural(int64(sum.Records), "program"),
		console.Plural(int64(sum.Lines), "line"), console.Count(int64(sum.Live)), console.Count(int64(sum.VerifiesWithoutHints)))
	if sum.Unknown > 0 {
		text += fmt.Sprintf(", %s not said", console.Count(int64(sum.Unknown)))
	}
	return text + "\n"
}

// saidOfDafny is what the file says about a problem: whether it is live, and
// whether it verifies without hints. Nil is what it does not say.
func saidOfDafny(r dataset.Record) (live, without *bool) {
	if r.Dafny == nil {
		return nil, nil
	}
	return r.Dafny.Live, r.Dafny.VerifiesWithoutHints
}

// programLines is the number of lines of a Dafny program, and 0 for all else.
func programLines(r dataset.Record) int {
	if r.Prover != dataset.ForDafny || r.Prove == nil || r.Prove.Statement == "" {
		return 0
	}
	return strings.Count(strings.TrimSuffix(r.Prove.Statement, "\n"), "\n") + 1
}

// dafnyRow is a problem for Dafny in a list.
func dafnyRow(r dataset.Record) []string {
	live, without := saidOfDafny(r)
	return []string{console.Clip(console.OneLine(r.Name), 60), console.Count(int64(programLines(r))), yesNo(live), yesNo(without), hasReference(r)}
}

// dafnyFacts are the rows about a problem for Dafny that is shown.
func dafnyFacts(r dataset.Record) [][]string {
	live, without := saidOfDafny(r)
	rows := [][]string{{"lines", console.Count(int64(programLines(r)))}}
	for _, fact := range []struct {
		title string
		said  *bool
	}{{"live on 2.3.0", live}, {"without hints", without}} {
		if fact.said != nil {
			rows = append(rows, []string{fact.title, yesNo(fact.said)})
		}
	}
	return rows
}

// yesNo is what a file says, or empty if it does not say it.
func yesNo(said *bool) string {
	switch {
	case said == nil:
		return ""
	case *said:
		return "yes"
	}
	return "no"
}

// refuseDafny is the error of a command that only works with Lean, if there are
// problems for Dafny among the records.
func refuseDafny(what string, records []dataset.Record) error {
	dafny := 0
	for _, r := range records {
		if r.Prover == dataset.ForDafny {
			dafny++
		}
	}
	if dafny == 0 {
		return nil
	}
	verb := "are"
	if dafny == 1 {
		verb = "is"
	}
	return usagef("choose other files, or other problems with --name", "%s works with Lean, and %s of %s %s for Dafny", what,
		console.Count(int64(dafny)), console.Plural(int64(len(records)), "problem"), verb)
}
