package transport

import "strings"

// kindPhrases are parts of Dafny's messages about obligations, in lower case and
// in the order in which they are looked for. Dafny 2 says "might not hold" where
// Dafny 4 says "could not be proved", so the phrases are what the two share.
var kindPhrases = []struct {
	phrase string
	kind   Kind
}{
	{"timed out", KindTimeout},
	{"out of resource", KindOutOfResource},
	{"out of memory", KindOutOfResource},
	{"inconclusive", KindProver},
	{"solver exception", KindProver},
	{"prover error", KindProver},
	{"internal error", KindProver},

	{"hold on entry", KindInvariantEntry},
	{"could not be proved on entry", KindInvariantEntry},
	{"maintained by the loop", KindInvariantMaintained},
	{"postcondition of forall", KindForall},
	{"forall-statement", KindForall},
	{"calculation step", KindCalculation},
	{"postcondition", KindPostcondition},
	{"yield-ensures", KindPostcondition},
	{"precondition", KindPrecondition},
	{"decreases", KindDecreases},
	{"termination", KindDecreases},
	{"out of range", KindIndex},
	{"upper bound above length", KindIndex},
	{"lower bound above", KindIndex},
	{"in domain", KindIndex},
	{"in the domain", KindIndex},
	{"upper bound below", KindIndex},
	{"division by zero", KindDivision},
	{"be null", KindNull},
	{"dereference null", KindNull},
	{"reads clause", KindFrame},
	{"modifies clause", KindFrame},
	{"allocated", KindFrame},
	{"missing case", KindCase},
	{"alternative cases", KindCase},
	{"subset constraints", KindValue},
	{"such-that", KindValue},
	{"witness", KindValue},
	{"instance of type", KindValue},
	{"constraint for", KindValue},
	{"newtype constraints", KindValue},
	{"definite-assignment", KindValue},
	{"not fit in", KindValue},
	{"same location", KindValue},
	{"same value", KindValue},
	{"be negative", KindValue},
	{"assertion", KindAssertion},
}

// KindOf says what a message of the verifier is about.
func KindOf(message string) Kind {
	message = strings.ToLower(message)
	for _, p := range kindPhrases {
		if strings.Contains(message, p.phrase) {
			return p.kind
		}
	}
	return KindOther
}

// KindOfSource says what an error of Dafny 4 is about, which comes with the phase
// that found it ("Parser", "Resolver", "Verifier").
func KindOfSource(source, message string) Kind {
	switch source {
	case "Verifier":
		return KindOf(message)
	case "Parser":
		return KindSyntax
	}
	return KindResolution
}
