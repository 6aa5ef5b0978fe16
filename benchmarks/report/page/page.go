// Package page writes reports of benchmark runs as HTML: one file that needs
// nothing else and no network.
//
// What is read first (tables, curves) is in the document. The table of problems
// and a page for each problem are made by a small script, when they are asked for,
// from data within the file. All that a run holds may come from files of
// strangers; it reaches the document only as text.
package page

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/report"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// Input is what the report of a run is made from.
type Input struct {
	Summary report.Summary
	Run     trial.Run
	Trials  []trial.Trial
	// Tree draws proof trees; nil: there are none.
	Tree TreeFunc
	// Now is when the report is written.
	Now time.Time
}

// ComparisonInput is what the report of a comparison is made from.
type ComparisonInput struct {
	Comparison report.Comparison
	// A and B are the sides that were compared.
	A, B report.Side
	// Tree draws proof trees of either side; nil: there are none.
	Tree TreeFunc
	// Now is when the report is written.
	Now time.Time
}

// Write writes the report of a run. Equal input gives equal bytes.
func Write(ctx context.Context, w io.Writer, in Input) error {
	b := newBuilder(in.Run.Kind)
	b.run(in.Run, in.Trials)
	if err := b.trees(ctx, in.Tree); err != nil {
		return fmt.Errorf("report of run %s: %w", in.Run.ID, err)
	}
	if err := write(w, runTemplate, newRunView(in), b); err != nil {
		return fmt.Errorf("report of run %s: %w", in.Run.ID, err)
	}
	return nil
}

// WriteComparison writes the report of a comparison. Equal input gives equal bytes.
func WriteComparison(ctx context.Context, w io.Writer, in ComparisonInput) error {
	b := newBuilder(in.A.Run.Kind)
	b.comparison(in)
	if err := b.trees(ctx, in.Tree); err != nil {
		return fmt.Errorf("report of a comparison: %w", err)
	}
	if err := write(w, comparisonTemplate, newComparisonView(in), b); err != nil {
		return fmt.Errorf("report of a comparison: %w", err)
	}
	return nil
}

//go:embed assets
var assets embed.FS

var (
	styleSheet = asset("page.css")
	script     = asset("page.js")
	// policy lets the page use its own style and script, and nothing else.
	policy = fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'",
		digest(styleSheet), digest(script))

	runTemplate        = parse("run.html")
	comparisonTemplate = parse("comparison.html")
)

func asset(name string) string {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // it is compiled in
	}
	return string(text)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func parse(body string) *template.Template {
	return template.Must(template.New("").Funcs(functions).ParseFS(assets, "assets/page.html", "assets/charts.html", "assets/"+body))
}

// frame is what a page stands in.
type frame struct {
	Title  string
	Policy string
	Style  template.CSS
	Script template.JS
	Body   any
}

// view is what a template writes.
type view interface{ title() string }

func write(w io.Writer, t *template.Template, v view, b *builder) error {
	data, err := b.encode()
	if err != nil {
		return err
	}
	f := frame{Title: v.title(), Policy: policy, Style: template.CSS(styleSheet), Script: template.JS(script), Body: v}
	var top, bottom bytes.Buffer
	if err := t.ExecuteTemplate(&top, "top", f); err != nil {
		return err
	}
	if err := t.ExecuteTemplate(&bottom, "bottom", f); err != nil {
		return err
	}
	// Whatever the templates wrote, nothing in it is invisible. The data is clean.
	for _, part := range []string{
		clean(top.String()),
		`<script type="application/json" id="data">`, string(data), "</script>\n",
		bottom.String(),
	} {
		if _, err := io.WriteString(w, part); err != nil {
			return err
		}
	}
	return nil
}
