package rpe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
)

// Config says how to judge.
type Config struct {
	// Prover explores. It is closed by the caller.
	Prover provers.Prover
	// Warm checks a found proof on a running worker; nil means that Fresh does.
	Warm provers.Verifier
	// Fresh checks a found proof in a fresh process.
	Fresh provers.Verifier
	// FreshOnly makes Fresh check every proof. A result that is kept as evidence
	// for others, as in a benchmark, should come with it.
	FreshOnly bool
	// Profile is the name of the list of tactics; empty means [Automatic].
	Profile string
	// Limits override those of the profile where they are set. Units are not used.
	Limits provers.Limits
}

// Judge decides queries with one prover. It is used by one goroutine at a time.
type Judge struct {
	config  Config
	tactics map[string]map[string]string // see missing
}

// New makes a judge. It starts nothing.
func New(c Config) *Judge {
	if c.Profile == "" {
		c.Profile = Automatic
	}
	return &Judge{config: c, tactics: map[string]map[string]string{}}
}

// All judges an answer by several references: it is right if it is equivalent to
// any of them. The query's own reference is not used.
func (j *Judge) All(ctx context.Context, q Query, references []Side) (Report, error) {
	var report Report
	best := -1
	rank := map[Status]int{Failed: 1, NotShown: 2, Equivalent: 3}
	for i, reference := range references {
		q.Reference = reference
		r, err := j.Judge(ctx, q)
		if err != nil {
			return report, err
		}
		report.References = append(report.References, r)
		if best < 0 || rank[r.Status] > rank[report.References[best].Status] {
			best = i
		}
	}
	if best < 0 {
		return report, errors.New("judging an answer: there is no reference")
	}
	report.Result = report.References[best]
	return report, nil
}

// Judge decides one query. An error means that nothing could be decided (no
// prover, interrupted, a profile that cannot be used), not that the query is bad.
func (j *Judge) Judge(ctx context.Context, q Query) (Result, error) {
	begin := time.Now()
	r, err := j.judge(ctx, &q)
	r.Elapsed = time.Since(begin)
	if err != nil {
		return r, fmt.Errorf("judging %s: %w", cmp.Or(q.Name, "an answer"), err)
	}
	return r, nil
}

func (j *Judge) judge(ctx context.Context, q *Query) (Result, error) {
	if f := q.check(); f != nil {
		return Result{Status: Failed, Kind: f.kind, Part: f.part, Message: f.message}, nil
	}
	p, err := j.choose(ctx, q)
	if err != nil {
		if _, invalid := invalidProblem(err); invalid {
			return j.diagnose(ctx, q, err)
		}
		return Result{}, err
	}
	problem := q.Problem()
	session, err := j.config.Prover.Open(ctx, problem, provers.Limits{Memory: p.Limits.Memory})
	if err != nil {
		if _, invalid := invalidProblem(err); !invalid {
			return Result{}, err
		}
		r, err := j.diagnose(ctx, q, err)
		r.Profile, r.Statement = p.Name, problem.Statement
		return r, err
	}
	defer session.Close()
	r := Result{Status: NotShown, Profile: p.Name, Statement: problem.Statement}
	found, status, err := j.decide(ctx, session, p)
	switch {
	case err != nil:
		return r, err
	case found == nil && status == provers.TimedOut:
		r.Kind, r.Message = TimedOut, fmt.Sprintf("the tactics of %s did not come to an end within %s", p.Name, p.Limits.Wall)
		return r, nil
	case found == nil && status == provers.Crashed:
		r.Kind, r.Message = OfProver, "Lean died of it"
		return r, nil
	case found == nil:
		r.Message = fmt.Sprintf("no tactic of %s proves it", p.Name)
		return r, nil
	}
	proof, err := session.Script(provers.Proof{State: session.Root(), Action: provers.Action{Text: found.text}})
	if err != nil {
		return r, err
	}
	// The session has the worker, and the check on a warm one needs it.
	if err := session.Close(); err != nil {
		return r, err
	}
	return j.verify(ctx, r, provers.Claim{Problem: problem, Proof: proof}, found.tactic)
}

// grace is what the rest of a list of tactics gets when one of them has used up
// the time.
const grace = 5 * time.Second

// quick is how many tactics are tried before all others.
const quick = 3

// decide runs the profile's candidates; found is nil if none closes the goal, and
// status is then [provers.TimedOut] or [provers.Crashed] if that came between.
func (j *Judge) decide(ctx context.Context, session provers.Session, p Profile) (found *candidate, status provers.Status, err error) {
	// The adapter ends a single action in time; this ends what is left of the list.
	limited, cancel := context.WithTimeout(ctx, p.Limits.Wall+grace)
	defer cancel()
	candidates := p.candidates()
	actions := make([]provers.Action, len(candidates))
	for i, c := range candidates {
		actions[i].Text = c.text
	}
	// Lean often tells of a batch when all of it is done. Most answers that are
	// right need one of the first tactics, and should not wait for the others.
	for first := 0; first < len(actions); {
		last := len(actions)
		if first == 0 {
			last = min(quick, last)
		}
		outcomes, err := session.Try(limited, session.Root(), actions[first:last], p.Limits)
		if ctx.Err() != nil {
			return nil, "", context.Cause(ctx)
		}
		if err != nil {
			return nil, "", err
		}
		for i, o := range outcomes {
			switch o.Status {
			case provers.Solved:
				return &candidates[first+i], o.Status, nil
			case provers.TimedOut, provers.Interrupted, provers.Lost:
				status = provers.TimedOut
			case provers.Crashed:
				if status == "" {
					status = provers.Crashed
				}
			}
		}
		first = last
	}
	return nil, status, nil
}

// verify has a verifier check the proof that a tactic makes.
func (j *Judge) verify(ctx context.Context, r Result, c provers.Claim, tactic string) (Result, error) {
	verifier := j.config.Warm
	if verifier == nil || j.config.FreshOnly {
		verifier, r.Fresh = j.config.Fresh, true
	}
	begin := time.Now()
	verdict, err := verifier.Verify(ctx, c)
	if err != nil {
		return r, err
	}
	r.Checking, r.Verdict, r.Tactic, r.Proof = time.Since(begin), &verdict, tactic, c.Proof
	if !verdict.Accepted {
		r.Kind, r.Message = Refused, fmt.Sprintf("%s seemed to prove it, but the check refuses the proof: %s: %s", tactic, verdict.Class, verdict.Reason)
		if verdict.Class == string(TimedOut) {
			r.Kind = TimedOut // it says nothing about the proof
		}
		return r, nil
	}
	r.Status = Equivalent
	return r, nil
}

// diagnose finds out which part of a theorem does not elaborate, with each part by
// itself.
func (j *Judge) diagnose(ctx context.Context, q *Query, whole error) (Result, error) {
	for _, part := range q.parts() {
		session, err := j.config.Prover.Open(ctx, part.problem, provers.Limits{})
		if err == nil {
			if err := session.Close(); err != nil {
				return Result{}, err
			}
			continue
		}
		invalid, ok := invalidProblem(err)
		if !ok {
			return Result{}, err
		}
		return Result{Status: Failed, Kind: part.kind(invalid.Detail), Part: part.name, Message: said(invalid.Detail)}, nil
	}
	invalid, _ := invalidProblem(whole)
	kind := ReferenceNotElaborated
	if strings.Contains(invalid.Detail, "kills Lean") {
		kind = OfProver
	} else if mismatch.MatchString(invalid.Detail) {
		kind = TypeMismatch
	}
	return Result{Status: Failed, Kind: kind, Message: "each part elaborates by itself, but not the whole: " + invalid.Detail}, nil
}

// Lean's wording changes with its versions, so these look for little.
var (
	unknownName = regexp.MustCompile(`(?i)unknown (identifier|constant|free variable|namespace|universe level)|autoImplicit`)
	sorts       = regexp.MustCompile(`(?is)has type\s+(Type|Sort|Prop)\b.*expected to have type\s+(Type|Sort|Prop)\b|universe`)
	mismatch    = regexp.MustCompile(`(?i)type mismatch|has type|failed to synthesize|numerals are polymorphic|type expected`)
)

// frame is what the adapter says around Lean's words: the place is one in a text
// that nobody has seen.
var frame = regexp.MustCompile(`^the (statement|text before the statement) does not elaborate \(its line \d+\): `)

func said(detail string) string { return frame.ReplaceAllString(detail, "") }

// kind is the kind of error that a part has.
func (p part) kind(message string) Kind {
	side := p.name == "answer" || p.name == "reference"
	switch {
	case strings.Contains(message, "kills Lean"):
		return OfProver
	case unknownName.MatchString(message):
		return p.unknown
	case side && sorts.MatchString(message):
		return UniverseMismatch
	case side && mismatch.MatchString(message):
		return TypeMismatch
	}
	return p.wrong
}

func invalidProblem(err error) (*provers.Error, bool) {
	var e *provers.Error
	ok := errors.As(err, &e) && e.Kind == provers.InvalidProblem
	return e, ok
}
