package main

import (
	"context"
	"errors"
	"time"

	"github.com/ansatz-prover/ansatz/lean/source"
)

// batch is one command's work on several problems.
type batch struct {
	app     *app
	runner  runner
	flags   searchFlags
	learned int
	began   time.Time
}

// begin gets everything ready that searches need.
func (a *app) begin(ctx context.Context, f searchFlags, noStore bool) (b *batch, err error) {
	b = &batch{app: a, flags: f, began: time.Now()}
	b.runner.display = newDisplay(a.stderr, a.width, a.json && a.width() == 0)
	defer func() {
		if err != nil {
			err = errors.Join(err, b.end())
		}
	}()
	if b.runner.policy, err = newPolicy(f.policy); err != nil {
		return b, err
	}
	f.connect.say = func(what string) { b.runner.display.say("%s", what) }
	if b.runner.conn, err = a.connect(ctx, f.connect); err != nil {
		return b, err
	}
	if !noStore {
		if b.runner.store, err = a.openStore(); err != nil {
			return b, err
		}
		if !f.noLearn {
			b.learned, err = learn(ctx, b.runner.policy, b.runner.store, b.runner.conn.prover.Info().Name, f.learnMost)
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
		b.runner.display.say("%s %s (%s), %s", info.Name, info.Version, info.Variant, plural(int64(b.runner.workers), "worker"))
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
	if b.runner.store != nil {
		errs = append(errs, b.runner.store.Close())
		b.runner.store = nil
	}
	if b.runner.display != nil {
		b.runner.display.close()
		b.runner.display = nil
	}
	return errors.Join(errs...)
}

// all searches for proofs of all tasks and reports the results.
func (b *batch) all(ctx context.Context, sum *summary, tasks []task, make func(*task) plan, done func(*task, result)) error {
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
		b.runner.display.update(func(s *status) {
			s.index, s.total, s.name, s.timeout = i+1, len(tasks), t.problem.Name, b.flags.timeout
			if i > 0 {
				s.mean = time.Since(b.began) / time.Duration(i)
			}
		})
		r, err := b.runner.run(ctx, make(t))
		b.runner.display.idle()
		sum.add(r)
		done(t, r)
		b.report(r, width)
		if r.Run != "" {
			last = r.Run
		}
		if stop = err; err != nil {
			break
		}
	}
	sum.Interrupted = ctx.Err() != nil
	sum.finish(time.Since(b.began))
	b.conclude(sum, last)
	return stop
}

// report prints one result.
func (b *batch) report(r result, width int) {
	a := b.app
	b.runner.display.above(func() {
		if a.json {
			a.printJSON(r)
			return
		}
		a.printf("%s\n", r.line(width))
		if a.verbose && r.Result == proved {
			a.printf("%s\n", indented(printable(r.Proof), "    "))
		}
	})
}

// conclude prints the summary.
func (b *batch) conclude(sum *summary, last string) {
	a := b.app
	b.runner.display.above(func() {
		if a.json {
			a.printJSON(sum)
		} else {
			a.printf("\n%s", sum.text(a.verbose))
		}
	})
	if !sum.Interrupted {
		return
	}
	if last != "" && sum.Results[interrupted] > 0 {
		b.runner.display.say("stopped; what was found is kept. To go on: ansatz resume %s", last)
		return
	}
	b.runner.display.say("stopped")
}

// writeBack puts proofs in place of sorry, in the files themselves, or in a new
// file if there is a path.
func (a *app) writeBack(in input, proofs map[*task]string, path string) error {
	replacements := make(map[*source.File][]source.Replacement)
	for t, proof := range proofs {
		replacements[t.file] = append(replacements[t.file], source.Replacement{Target: t.target, Proof: proof})
	}
	var errs []error
	for _, file := range in.files {
		list := replacements[file]
		if len(list) == 0 {
			continue
		}
		text, err := source.ReplaceProofs(file.Text, list)
		if err == nil && path != "" {
			err = writeNew(path, text)
		} else if err == nil {
			err = source.WriteFile(file.Name, text, file.Sum)
		}
		if err != nil {
			hint := "nothing was changed; the proofs are in the database: ansatz runs"
			errs = append(errs, &exitError{code: exitUsage, err: err, hint: hint})
			continue
		}
		to := file.Name
		if path != "" {
			to = path
		}
		a.errorf("wrote %s to %s\n", plural(int64(len(list)), "proof"), to)
	}
	return errors.Join(errs...)
}
