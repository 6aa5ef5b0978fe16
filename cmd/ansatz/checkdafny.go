package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/problems"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/provers"
)

func isDafnyFile(path string) bool { return strings.EqualFold(filepath.Ext(path), ".dfy") }

// checkDafny checks an annotated program against the original, or against itself
// if there is none: then it must be verified as it is.
func (a *app) checkDafny(ctx context.Context, connect connectOptions, path, against string) error {
	annotated, err := os.ReadFile(path)
	if err != nil {
		return usage(err, "")
	}
	original := annotated
	if against != "" {
		if !isDafnyFile(against) {
			return usagef("", "%s is not a .dfy file", against)
		}
		if original, err = os.ReadFile(against); err != nil {
			return usage(err, "")
		}
	}
	d := console.NewDisplay(a.stderr, a.width, a.json && a.width() == 0)
	defer d.Close()
	connect.prover = dataset.ForDafny
	connect.say = func(what string) { d.Say("%s", what) }
	conn, err := a.connect(ctx, connect)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	claim := problems.Claim{Line: 1, Claim: provers.Claim{Proof: string(annotated),
		Problem: provers.Problem{Name: name, Source: path, Kind: provers.Prove, Statement: string(original)}}}
	sum, err := a.checkAll(ctx, conn, d, path, []problems.Claim{claim}, 0)
	if closeErr := conn.close(); err == nil {
		err = closeErr
	}
	return checkOutcome(ctx, sum, err)
}

// checkProgram checks an annotated program. What the original takes for granted
// itself is noted: the verdict depends on it.
func checkProgram(ctx context.Context, v provers.Verifier, c problems.Claim) (checkResult, error) {
	begin := time.Now()
	r := checkResult{Version: results.Version, Type: "check_result", Name: c.Problem.Name, Line: c.Line}
	verdict, err := v.Verify(ctx, c.Claim)
	if err != nil {
		return r, fmt.Errorf("checking %s: %w", c.Problem.Name, err)
	}
	r.Accepted, r.Class, r.Reason = verdict.Accepted, verdict.Class, verdict.Reason
	for _, assumption := range verdict.Axioms {
		r.Warnings = append(r.Warnings, "the program takes for granted: "+assumption)
	}
	r.Elapsed = time.Since(begin).Seconds()
	return r, nil
}
