package search

import (
	"context"
	"fmt"
	"slices"

	"github.com/ansatz-prover/ansatz/provers"
)

// conclude has the proof of the root checked. Meanwhile nothing else is
// applied: if the check agrees, the search is over with the tree as it is.
func (r *run) conclude() {
	proof, _ := r.tree.Proof()
	j := &job{kind: jobConclude, proof: proof, rootKey: r.tree.nodes[0].key}
	r.checking = true
	defer func() { r.checking = false }()
	r.pool.urgent <- j
	for !j.done && r.pool.live > 0 {
		select {
		case rep := <-r.pool.reports:
			r.receive(rep)
		case now := <-r.tick:
			r.ticked(now)
		}
	}
	r.spent.InProver += j.inProver
	switch {
	case r.end == EndFailed:
		r.result.Proof, r.result.Script = &proof, j.script
	case j.err != nil && r.ctx.Err() != nil:
		r.stop(EndInterrupted, context.Cause(r.ctx).Error(), nil)
	case j.err != nil:
		r.inFlight, r.end = nil, ""
		r.result.Proof, r.result.Script = &proof, j.script
		r.stop(EndUnverified, j.err.Error(), fmt.Errorf("searching for a proof of %s: %w", r.cfg.Info.Problem.Name, j.err))
	case j.verdict == nil || j.verdict.Accepted:
		r.accept(&proof, j)
	default:
		r.refuse(j.verdict)
	}
}

func (r *run) accept(proof *provers.Proof, j *job) {
	r.inFlight, r.end = nil, ""
	r.result.Proof, r.result.Script = proof, j.script
	if j.verdict == nil {
		r.stop(EndUnverified, "there is no final check", nil)
		return
	}
	r.emit(Event{Kind: VerdictGiven, Verdict: j.verdict})
	for _, id := range r.tree.proofAttempts() {
		r.teach(id, true)
	}
	r.stop(EndProved, "", nil)
}

// suspects says which attempts are barred because of proofs that the final
// check refused. A verdict does not say which step of a proof it was, so one of
// the proof's attempts is suspected, and others in turn if the search gets no
// further without it. At any time one attempt of each refused proof is barred:
// no proof is checked twice.
type suspects struct {
	picks []int // by refused proof, the place of its suspect
	// since is the number of expansions when the suspects were last changed,
	// quota how many they are given.
	since, quota int64
	// tried counts the changes for want of anything else to try, since the
	// number of attempts was last what it is.
	tried, attempts int
}

const (
	// firstQuota is how many expansions the search goes on without an attempt
	// that is suspected, before another is. It doubles each time that all
	// have been.
	firstQuota = 16
	// maxTried bounds how many suspects are gone through when nothing else is left.
	maxTried = 1000
)

// suspects returns the attempts of the root's proof, the likeliest culprits
// first: those that closed a state by themselves, then those that completed the
// proof late.
func (t *Tree) suspects() []AttemptID {
	ids := t.proofAttempts()
	slices.SortFunc(ids, func(a, b AttemptID) int {
		leafA, leafB := t.attempts[a-1].edgeCount == 0, t.attempts[b-1].edgeCount == 0
		switch {
		case leafA && !leafB:
			return -1
		case leafB && !leafA:
			return 1
		}
		return int(b - a)
	})
	return ids
}

// refuse notes that the final check refused the proof, and goes on without it.
func (r *run) refuse(v *provers.Verdict) {
	r.emit(Event{Kind: VerdictGiven, Verdict: v})
	r.suspects.quota = max(r.suspects.quota, firstQuota)
	r.suspect(append(r.picks(), 0))
	r.flush()
}

// picks returns the current suspect of each proof that was refused. A resumed
// run finds them from what is barred.
func (r *run) picks() []int {
	p := r.suspects.picks
	for _, ids := range r.tree.refused[len(p):max(len(p), len(r.tree.refused)-1)] {
		barred := func(id AttemptID) bool { return r.tree.attempts[id-1].barred }
		p = append(p, max(slices.IndexFunc(ids, barred), 0))
	}
	return p
}

// suspect bars the attempts that are picked and no others.
func (r *run) suspect(picks []int) {
	before := make(map[AttemptID]bool)
	after := make(map[AttemptID]bool)
	for i, ids := range r.tree.refused {
		for _, id := range ids {
			if r.tree.attempts[id-1].barred {
				before[id] = true
			}
		}
		after[ids[picks[i]]] = true
	}
	r.suspects.picks, r.suspects.since = picks, r.spent.Expansions
	r.change(NodeReopened, after, before)
	r.change(AttemptCleared, before, after)
	r.refill()
}

// change emits an event for each attempt that is in one set and not in another.
func (r *run) change(kind EventKind, in, out map[AttemptID]bool) {
	var ids []AttemptID
	for id := range in {
		if !out[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		r.emit(Event{Kind: kind, Node: NodeID(r.tree.attempts[id-1].node + 1), Attempt: id})
	}
}

// nextSuspects picks other suspects, like an odometer, and reports whether all
// have had their turn.
func (r *run) nextSuspects() (all bool) {
	picks := slices.Clone(r.suspects.picks)
	all = true
	for i := len(picks) - 1; i >= 0 && all; i-- {
		picks[i]++
		if all = picks[i] == len(r.tree.refused[i]); all {
			picks[i] = 0
		}
	}
	r.suspect(picks)
	return all
}

// rotateSuspects changes the suspects when they had their quota of expansions.
func (r *run) rotateSuspects() {
	s := &r.suspects
	if len(r.tree.refused) == 0 || r.end != "" || r.mustConclude() {
		return
	}
	if len(s.picks) < len(r.tree.refused) {
		r.restoreSuspects()
	}
	if r.spent.Expansions-s.since >= s.quota && r.nextSuspects() {
		s.quota *= 2
	}
}

// suspectOthers changes the suspects when nothing else is left to try. It
// reports whether that may help.
func (r *run) suspectOthers() bool {
	s := &r.suspects
	if len(r.tree.refused) == 0 || r.tree.stage < 0 {
		return false
	}
	if len(s.picks) < len(r.tree.refused) {
		r.restoreSuspects()
	}
	if s.attempts != len(r.tree.attempts) {
		s.attempts, s.tried = len(r.tree.attempts), 0
	}
	combinations := 1
	for _, ids := range r.tree.refused {
		combinations = min(combinations*len(ids), maxTried)
	}
	if s.tried++; s.tried >= combinations {
		s.tried = 0
		return false
	}
	r.nextSuspects()
	return true
}
