package report

import (
	"io"

	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// Text writes a summary for a terminal.
func Text(w io.Writer, s Summary) error { return nil }

// Markdown writes a summary as GitHub's Markdown. The matrix of problems is
// written too if matrix is set.
func Markdown(w io.Writer, s Summary, matrix bool) error { return nil }

// CSV writes one row for each trial with all its fields that are not lists, as
// they are (RFC 4180, but with line feeds as line ends, since fields are exact).
func CSV(w io.Writer, trials []trial.Trial) error { return nil }

// JSON writes a [Document].
func JSON(w io.Writer, s Summary, trials []trial.Trial) error { return nil }

// Document is the JSON form of a run with its summary and trials.
type Document struct {
	Version int           `json:"version"`
	Run     trial.Run     `json:"run"`
	Summary Summary       `json:"summary"`
	Trials  []trial.Trial `json:"trials"`
}

// ComparisonDocument is the JSON form of a comparison.
type ComparisonDocument struct {
	Version    int        `json:"version"`
	Comparison Comparison `json:"comparison"`
}

// ComparisonText writes a comparison for a terminal.
func ComparisonText(w io.Writer, c Comparison) error { return nil }

// ComparisonMarkdown writes a comparison as GitHub's Markdown. All problems are
// listed if matrix is set; else those that only one side solves.
func ComparisonMarkdown(w io.Writer, c Comparison, matrix bool) error { return nil }

// ComparisonCSV writes one row for each problem with both sides.
func ComparisonCSV(w io.Writer, c Comparison) error { return nil }

// ComparisonJSON writes a [ComparisonDocument].
func ComparisonJSON(w io.Writer, c Comparison) error { return nil }
