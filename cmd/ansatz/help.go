package main

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/spf13/cobra"
)

// helpTopics are the pages of "ansatz help" that belong to no command.
func helpTopics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "config", Short: "The configuration file and environment variables", Long: configHelp()},
		{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodesHelp},
		{Use: "policies", Short: "The policies, and their parts that a benchmark can leave out", Long: policiesHelp()},
		{Use: "json", Short: "The JSON that --json prints", Long: jsonHelp},
	}
}

func configHelp() string {
	rows := make([][]string, 0, len(options))
	for _, o := range options {
		rows = append(rows, []string{"  --" + o.flag, o.env, `"` + o.key + `"`, o.meaning})
	}
	return strings.TrimRight(fmt.Sprintf(`A flag counts before the environment variable, that before the configuration
file, and that before the default.

%s
The file is $XDG_CONFIG_HOME/ansatz/config.json (by default below ~/.config), or
what --config or %s names. It is a JSON object of strings and numbers, such as

  {"timeout": "5m", "workers": 4, "project": "/home/me/mathlib4", "dafny": "/opt/dafny"}`,
		console.Columns([]string{"  flag", "environment", "file", "meaning"}, rows), envConfig), "\n")
}

// policyTexts say what each policy does, by its name and prover.
var policyTexts = map[string]map[string]string{
	policyBuiltin: {
		dataset.ForLean:  "tactics made from the goal, ranked by what worked (the default)",
		dataset.ForDafny: "annotations made from specifications and from runs of the program (the default)",
	},
	policyOneTactic: {dataset.ForLean: "a baseline: tactics of general automation, each alone at the root (with --strategy sweep)"},
	policyHoudini:   {dataset.ForDafny: "a baseline: all guesses at once, of which those stay that stand"},
}

// policiesHelp lists policies and parts as they are in this program.
func policiesHelp() string {
	var text strings.Builder
	text.WriteString(`A policy proposes the steps that the prover tries: --policy of ansatz prove, solve
and bench run. The policy builtin is made of parts. A benchmark can leave some out,
to see what they are worth: --without PART of ansatz bench run, or in a
specification, for a variant of its own,

  [[variant]]
  name = "without-induction"
  search.without = ["induction"]
`)
	for _, l := range languages {
		var rows [][]string
		for _, name := range policies {
			if l.policies[name] != nil {
				rows = append(rows, []string{"  " + name, policyTexts[name][l.name]})
			}
		}
		fmt.Fprintf(&text, "\n%s", console.Columns([]string{l.title, ""}, rows))
		rows = nil
		for _, p := range l.parts() {
			rows = append(rows, []string{"  " + p.Name, p.Description})
		}
		fmt.Fprintf(&text, "\n%s", console.Columns([]string{"Parts of builtin for " + l.title, ""}, rows))
	}
	return strings.TrimRight(text.String(), "\n")
}

const exitCodesHelp = `0    everything was proved, verified, checked or done; a benchmark is done when
     every trial is recorded, whatever the trials came to
1    something was not proved or verified, or a proof was refused
2    the command line or the input is wrong, or a queue cannot be reached
3    no prover can be used, or it did not start
4    an error of ansatz or of its database
130  interrupted (Ctrl-C); what was found is kept`

const jsonHelp = `With --json, stdout has JSON only. Every object has "version" (1) and "type".
Fields may be added to a version; nothing else changes. Times are in seconds
where the name ends in _s, and in nanoseconds within stored objects.

prove, resume   one object a line (resume of a search for an answer: also answer):
  input_error   a place of the input that cannot be used: file, line, column,
                name, reason
  result        what became of one problem: name, source, result (proved,
                unproved, unverified, invalid, error, interrupted), reason, run,
                elapsed_s (without starts of the prover), starting_s, checking_s
                (of the last final check, a part of elapsed_s), workers,
                attempts, expansions, nodes, depth, units, restarts, refused,
                outcomes (a count a status), proof (the text after ":="; for
                Dafny the whole annotated program), axioms (absent if the
                prover cannot tell; for Dafny what the program takes for
                granted), insertions (for Dafny: line and column in the program
                as it was given, from 1 and in characters, new_line in the
                annotated one, text), seconds (of prover over all workers,
                policy, store)
  summary       at the end: prover, policy, seed, workers, problems, not_tried,
                results, reasons, input_errors, learned, elapsed_s, starting_s,
                searching_s, checking_s, seconds, attempts, expansions, outcomes, sources,
                interrupted
solve           one object a line:
  input_error   as above
  solution      what became of one problem: name, source, result (solved,
                answered, different, unevaluated, vacuous, ill_posed, unsolved,
                invalid, error, interrupted), reason, kind (of an invalid one:
                no_answer_type, not_encoded, not_elaborated, auto_bound, unknown_identifier,
                type_mismatch, universe_mismatch, syntax), answer, warnings,
                attempts (one a method: method, run, result, reason, submission
                and raw with answers, form and equivalences, proof, complete,
                sound, backward_run, backward_proof, elapsed_s, attempts,
                expansions), proven, proven_run, elapsed_s
  solutions     at the end: prover, policy, profile, problems, not_tried,
                left_out, input_errors, results, table (a row a method: solved,
                gated, answered, submitted_not_equivalent, sound), proven,
                proven_tried, references, elapsed_s, interrupted
rpe             one object: rpe; with --pairs one object a line: rpe, and at the
                end rpe_summary
verify          one object a line:
  input_error   as above, of a file that cannot be read
  verification  what became of one file: file, result (verified, failed, invalid,
                timed_out, unknown, interrupted), reason, diagnostics (severity,
                kind, message, line, column in characters, byte_column,
                utf16_column, all from 1, undecided, declaration, related),
                declarations (name, status, obligations, place), elapsed_s, prover
  verify_summary  at the end: prover, files, not_tried, results, errors,
                input_errors, elapsed_s, interrupted
dataset         one object a line, see ansatz dataset --help
check           one object a line: check_result (name, line, accepted, class,
                reason, axioms, warnings, elapsed_s) and, at the end, check_summary
bench run,      one object a line:
bench resume
  trial         a trial that was recorded: variant, problem, number (of the try,
                from 0), source, seed, result (solved, time_out, out_of_budget,
                exhausted, check_refused, not_normal, not_equivalent,
                not_elaborated, ill_posed, crash, error), reason, cost (wall_s,
                starting_s, checking_s, prover_s, policy_s, store_s, expansions,
                attempts, nodes, units, prompt_tokens, completion_tokens), proof,
                text (what the fresh check accepted), axioms, answer, reference,
                method, trees (IDs for ansatz show), worker, delivery (how often
                it was handed out), started, ended
  benchmark     at the end: run (what was run and with what), summary (of each
                variant: pass@k with intervals, costs, results; of each problem:
                tried, solved), trials (empty here)
bench show,     one object: benchmark, with its trials (of bench report
bench report    indented, as it is meant for a file)
bench compare   one object: comparison (the two sides, solved by which of them,
                a test of the difference, ratios of costs)
bench check     one object a line: recheck (variant, problem, number, accepted,
                class, reason, elapsed_s) and, at the end, recheck_summary (run,
                solved, checked, accepted)
bench list      one object: benchmarks (runs: run, name, state, recorded, trials,
                variants, problems, created, elapsed_s)
worker          one object a line: trial, as above
show            one object: run (of Dafny with insertions, as in a result)
runs            one object: runs
export          the export itself, see ansatz export --help
provers         one object: provers (of Dafny with transport and solver); install and uninstall: installed, uninstalled
version         one object: version

Errors are one object on stderr: error, with error, hint and exit_code.`
