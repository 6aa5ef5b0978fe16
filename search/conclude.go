package search

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/ansatz-prover/ansatz/provers"
)

// maxProof is the number of steps from which on a proof is not written down.
const maxProof = 100_000

// conclude has the proof of the root checked. Meanwhile nothing else is
// applied: if the check agrees, the search is over with the tree as it is.
func (r *run) conclude() {
	if r.tree.proofSize(maxProof) == maxProof {
		r.refuse(&provers.Verdict{Class: "script", Reason: fmt.Sprintf("the proof has %d steps or more", maxProof), Prover: r.cfg.Info.Prover})
		return
	}
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
		r.flight.forget()
		r.end = ""
		r.result.Proof, r.result.Script = &proof, j.script
		r.stop(EndUnverified, j.err.Error(), fmt.Errorf("searching for a proof of %s: %w", r.cfg.Info.Problem.Name, j.err))
	case j.verdict == nil || j.verdict.Accepted:
		r.accept(&proof, j)
	default:
		r.refuse(j.verdict)
	}
}

func (r *run) accept(proof *provers.Proof, j *job) {
	r.flight.forget()
	r.end = ""
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
	order [][]AttemptID // by refused proof, its attempts, the likeliest culprits first
	picks []int         // by refused proof, the place of its suspect
	texts []string      // of actions that are still to be suspected wherever they are
	// since is the number of expansions when the suspects were last changed,
	// rounds how often all of them had their turn.
	since  int64
	rounds int
	// tried counts the changes for want of anything else to try, since the
	// number of attempts was last what it is.
	tried, attempts int
}

const (
	// firstQuota is how many expansions the search goes on without an attempt
	// that is suspected, before another is. It doubles each time that all
	// have been.
	firstQuota = 16
	maxRounds  = 32
	// maxTried bounds how many suspects are gone through when nothing else is left.
	maxTried = 1000
)

// orderSuspects sorts the attempts of each refused proof, the likeliest
// culprits first: those that closed a state by themselves, then those whose text
// is in the most refused proofs, then those that were tried late.
func (r *run) orderSuspects() {
	t := r.tree
	proofs := make(map[string]int) // by text, the refused proofs that have it
	for _, ids := range t.refused {
		seen := make(map[string]bool)
		for _, id := range ids {
			if text := t.attempts[id-1].text; !seen[text] {
				seen[text] = true
				proofs[text]++
			}
		}
	}
	r.suspects.texts = slices.SortedFunc(maps.Keys(proofs), func(a, b string) int {
		return cmp.Or(cmp.Compare(proofs[b], proofs[a]), cmp.Compare(a, b))
	})
	r.suspects.order = r.suspects.order[:0]
	for _, ids := range t.refused {
		ids = slices.Clone(ids)
		slices.SortFunc(ids, func(x, y AttemptID) int {
			a, b := &t.attempts[x-1], &t.attempts[y-1]
			return cmp.Or(
				cmp.Compare(min(a.edgeCount, 1), min(b.edgeCount, 1)),
				cmp.Compare(proofs[b.text], proofs[a.text]),
				cmp.Compare(y, x))
		})
		r.suspects.order = append(r.suspects.order, ids)
	}
}

// refuse notes that the final check refused the proof, and goes on without it.
func (r *run) refuse(v *provers.Verdict) {
	r.emit(Event{Kind: VerdictGiven, Verdict: v})
	if r.end != EndFailed {
		r.suspectAgain()
		r.flush()
	}
}

// suspectAgain begins with the likeliest suspects.
func (r *run) suspectAgain() {
	if len(r.tree.refused) > 0 {
		r.orderSuspects()
		r.suspect(make([]int, len(r.suspects.order)))
	}
}

// suspect bars the attempts that are picked and no others.
func (r *run) suspect(picks []int) {
	before := make(map[AttemptID]bool)
	after := make(map[AttemptID]bool)
	for i, ids := range r.suspects.order {
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

// nextSuspects picks other suspects, and reports whether all have had their
// turn. A culprit is often one action that is wrong wherever it is used, so each
// text is suspected in all proofs that have it; after that all combinations
// have their turn, like the numbers of an odometer.
func (r *run) nextSuspects() (all bool) {
	s := &r.suspects
	if len(s.texts) > 0 {
		picks := make([]int, len(s.order))
		for i, ids := range s.order {
			is := func(id AttemptID) bool { return r.tree.attempts[id-1].text == s.texts[0] }
			picks[i] = max(slices.IndexFunc(ids, is), 0)
		}
		s.texts = s.texts[1:]
		r.suspect(picks)
		return false
	}
	picks := slices.Clone(s.picks)
	all = true
	for i := len(picks) - 1; i >= 0 && all; i-- {
		picks[i]++
		if all = picks[i] == len(r.suspects.order[i]); all {
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
	if r.spent.Expansions-s.since >= firstQuota<<s.rounds && r.nextSuspects() {
		s.rounds = min(s.rounds+1, maxRounds)
	}
}

// suspectOthers changes the suspects when nothing else is left to try. It
// reports whether that may help.
func (r *run) suspectOthers() bool {
	s := &r.suspects
	if len(r.tree.refused) == 0 || r.tree.stage < 0 {
		return false
	}
	if s.attempts != len(r.tree.attempts) {
		s.attempts, s.tried = len(r.tree.attempts), 0
	}
	combinations := 1 + len(s.texts)
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
