package search_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
)

// minimizing is a session that writes every proof as one text.
type minimizing struct {
	provers.Session
	text string
	err  error
}

func (m minimizing) Minimize(context.Context, provers.Proof) (string, error) { return m.text, m.err }

// TestMinimize has proofs written with less than they have: what the final check
// accepts counts, and what it refuses costs nothing but a second check.
func TestMinimize(t *testing.T) {
	g := proverstest.RandomGraph(4, 12, 3, 0.3)
	if !g.Provable(nil)[g.Start] {
		t.Fatal("there is no proof of this graph")
	}
	for _, test := range []struct {
		name   string
		text   string
		err    error
		accept string // the word that a text must have to be accepted; empty for any
		want   string // the script, or empty for that of the session
		checks int
	}{
		{name: "less does", text: "less", want: "less", checks: 1},
		{name: "less does not", text: "less", accept: "a", checks: 2},
		{name: "there is no less", err: errors.New("no"), checks: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := proverstest.New(g, proverstest.Options{})
			cfg := config(p, g, "")
			open, checks := cfg.Open, 0
			cfg.Open = func(ctx context.Context) (provers.Session, error) {
				s, err := open(ctx)
				return minimizing{s, test.text, test.err}, err
			}
			cfg.Verify = func(_ context.Context, c provers.Claim) (provers.Verdict, error) {
				checks++
				return provers.Verdict{Accepted: strings.Contains(c.Proof, test.accept), Text: c.Proof}, nil
			}
			r := run(t, cfg)
			if r.End != search.EndProved || r.Verdict.Text != r.Script || r.Refused > 0 {
				t.Errorf("end %s, script %q, checked %q, refused %d", r.End, r.Script, r.Verdict.Text, r.Refused)
			}
			if test.want != "" && r.Script != test.want || test.want == "" && r.Script == test.text || checks != test.checks {
				t.Errorf("script %q after %d checks", r.Script, checks)
			}
		})
	}
}
