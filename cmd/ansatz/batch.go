package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/insertions"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/problems"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// batch is one command's work on several problems.
type batch struct {
	app     *app
	runner  runner
	store   *prooftree.Store // nil if nothing is stored
	flags   searchFlags
	learned int
	began   time.Time
	// explained is set when the user was told why imports fail.
	explained bool
}

// begin gets everything ready that searches need.
func (a *app) begin(ctx context.Context, f searchFlags, noStore bool) (b *batch, err error) {
	b = &batch{app: a, flags: f, began: time.Now()}
	b.runner.display = console.NewDisplay(a.stderr, a.width, a.json && a.width() == 0)
	defer func() {
		if err != nil {
			err = errors.Join(err, b.end())
		}
	}()
	if b.runner.policy, err = languageOf(f.connect.prover).policy(f.policy); err != nil {
		return b, err
	}
	f.connect.say = func(what string) { b.runner.display.Say("%s", what) }
	kept := &replies{}
	f.connect.replies = kept
	if b.runner.conn, err = a.connect(ctx, f.connect); err != nil {
		return b, err
	}
	if !noStore {
		if b.store, err = a.openStore(); err != nil {
			return b, err
		}
		b.runner.keep, kept.store = inStore{b.store}, b.store
		if !f.noLearn {
			b.learned, err = learn(ctx, b.runner.policy, b.store, b.runner.conn.prover.Info().Name, f.learnMost)
			if err != nil {
				return b, err
			}
		}
	}
	b.runner.workers = f.workers
	if b.runner.workers == 0 {
		b.runner.workers = defaultWorkers(b.runner.conn.memory)
	}
	info := b.runner.conn.prover.Info()
	if a.verbose || !a.json {
		b.runner.display.Say("%s %s (%s), %s", info.Name, info.Version, info.Variant, console.Plural(int64(b.runner.workers), "worker"))
	}
	return b, nil
}

// end closes everything; no process of the prover is left after it.
func (b *batch) end() error {
	var errs []error
	if b.runner.conn != nil {
		errs = append(errs, b.runner.conn.close())
		b.runner.conn = nil
	}
	if b.store != nil {
		errs = append(errs, b.store.Close())
		b.store = nil
	}
	if b.runner.display != nil {
		b.runner.display.Close()
		b.runner.display = nil
	}
	return errors.Join(errs...)
}

// all searches for proofs of all tasks and reports the results.
func (b *batch) all(ctx context.Context, sum *results.Summary, tasks []problems.Task, planOf func(*problems.Task) searchPlan, done func(*problems.Task, results.Result)) error {
	info := b.runner.conn.prover.Info()
	sum.Prover, sum.Policy, sum.Workers, sum.Learned = info, b.runner.policy.Name(), b.runner.workers, b.learned
	width := widestName(tasks)
	var stop error
	last := ""
	for i := range tasks {
		t := &tasks[i]
		if ctx.Err() != nil {
			break
		}
		b.showProblem(i, len(tasks), t.Problem.Name)
		r, err := b.runner.run(ctx, planOf(t))
		b.runner.display.Idle()
		if info.Name == dataset.ForDafny && r.Result == results.Proved {
			r.Insertions = insertions.Between(t.Problem.Statement, r.Proof)
		}
		sum.Add(r)
		done(t, r)
		b.report(r, width)
		if r.Result == results.Interrupted {
			last = r.Run
		}
		b.explain(t.Problem, r)
		if stop = err; err != nil {
			break
		}
	}
	sum.Interrupted = ctx.Err() != nil
	sum.Finish(time.Since(b.began))
	b.conclude(sum, last)
	return stop
}

// showProblem shows which of the problems is worked on, from 0.
func (b *batch) showProblem(i, total int, name string) {
	b.runner.display.Update(func(s *console.Status) {
		s.Index, s.Total, s.Name, s.Timeout = i+1, total, name, b.flags.timeout
		if i > 0 {
			s.Mean = time.Since(b.began) / time.Duration(i)
		}
	})
}

// explain says once what to do about problems that import what Lean from npm
// does not have.
func (b *batch) explain(p provers.Problem, r results.Result) {
	if b.explained || r.Result != results.Invalid || b.runner.conn.prover.Info().Variant != provers.Npm {
		return
	}
	for _, module := range source.Requires(p) {
		if root, _, _ := strings.Cut(module, "."); root != "Init" && root != "Std" && root != "Lean" {
			b.explained = true
			b.runner.display.Say("%s imports %s, which Lean from npm does not have; give a Lake project that has it: --project DIR", console.OneLine(p.Name), module)
			return
		}
	}
}

// report prints one result.
func (b *batch) report(r results.Result, width int) {
	a := b.app
	b.runner.display.Above(func() {
		if a.json {
			a.printJSON(r)
			return
		}
		a.printf("%s\n", r.Line(width))
		switch {
		case r.Insertions != nil:
			a.printf("%s", console.Printable(insertions.Text(r.Insertions)))
			for _, assumption := range r.Axioms {
				a.printf("      note: the program takes for granted: %s\n", console.OneLine(assumption))
			}
		case a.verbose && r.Result == results.Proved:
			a.printf("%s\n", console.Indent(console.Printable(r.Proof), "    "))
		}
	})
}

// conclude prints the summary.
func (b *batch) conclude(sum *results.Summary, last string) {
	b.printSummary(sum, func() string { return sum.Text(b.app.verbose) })
	if sum.Interrupted {
		b.sayStopped(last)
	}
}

// printSummary prints a summary as JSON or as text.
func (b *batch) printSummary(sum any, text func() string) {
	b.runner.display.Above(func() {
		if b.app.json {
			b.app.printJSON(sum)
		} else {
			b.app.printf("\n%s", text())
		}
	})
}

// sayStopped says after an interrupt how to go on with the last run, if there is one.
func (b *batch) sayStopped(last string) {
	if last != "" {
		b.runner.display.Say("stopped; what was found is kept. To go on: ansatz resume %s", last)
		return
	}
	b.runner.display.Say("stopped")
}

// writeBack writes what was found into the files themselves, or into a new file
// if there is a path: proofs in place of sorry, and annotated programs.
func (a *app) writeBack(in problems.Input, proofs map[*problems.Task]string, path string) error {
	replacements := make(map[*source.File][]source.Replacement)
	for t, proof := range proofs {
		if t.File != nil {
			replacements[t.File] = append(replacements[t.File], source.Replacement{Target: t.Target, Proof: proof})
		}
	}
	var errs []error
	for _, file := range in.Files {
		list := replacements[file]
		if len(list) == 0 {
			continue
		}
		text, err := source.ReplaceProofs(file.Text, list)
		if err == nil {
			err = a.replaceFile(file.Name, path, text, file.Sum, console.Plural(int64(len(list)), "proof"))
		}
		errs = append(errs, unwritten(err))
	}
	for i := range in.Tasks {
		t := &in.Tasks[i]
		proof, ok := proofs[t]
		if !ok || t.Program == nil {
			continue
		}
		added := insertions.Between(t.Problem.Statement, proof)
		if len(added) == 0 && path == "" {
			continue
		}
		errs = append(errs, unwritten(a.replaceFile(t.Program.Path, path, []byte(proof), t.Program.Sum, console.Plural(int64(len(added)), "annotation"))))
	}
	return errors.Join(errs...)
}

// replaceFile writes a file anew, or a new file if there is a path, and says so.
func (a *app) replaceFile(name, path string, text []byte, sum [sha256.Size]byte, what string) error {
	var err error
	if path != "" {
		name, err = path, writeNew(path, text)
	} else {
		err = source.WriteFile(name, text, sum)
	}
	if err == nil {
		a.errorf("wrote %s to %s\n", what, name)
	}
	return err
}

// unwritten says of an error of writing what it means for the user.
func unwritten(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{code: exitUsage, err: err, hint: "nothing was changed; the proofs are in the database: ansatz runs"}
}

// widestName is the width of the column of names.
func widestName(tasks []problems.Task) int {
	const most = 40
	width := 0
	for _, t := range tasks {
		width = max(width, utf8.RuneCountInString(console.OneLine(t.Problem.Name)))
	}
	return min(width, most)
}
