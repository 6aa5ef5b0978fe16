package transport

import "testing"

// TestKindOf uses the messages of Dafny 2.3 and of Dafny 4.11.
func TestKindOf(t *testing.T) {
	for message, want := range map[string]Kind{
		"assertion violation":                                                                   KindAssertion,
		"assertion might not hold":                                                              KindAssertion,
		"A postcondition might not hold on this return path.":                                   KindPostcondition,
		"a postcondition could not be proved on this return path":                               KindPostcondition,
		"A precondition for this call might not hold.":                                          KindPrecondition,
		"a precondition for this call could not be proved":                                      KindPrecondition,
		"possible violation of function precondition":                                           KindPrecondition,
		"function precondition could not be proved":                                             KindPrecondition,
		"This loop invariant might not hold on entry.":                                          KindInvariantEntry,
		"this loop invariant could not be proved on entry":                                      KindInvariantEntry,
		"This loop invariant might not be maintained by the loop.":                              KindInvariantMaintained,
		"this invariant could not be proved to be maintained by the loop":                       KindInvariantMaintained,
		"decreases expression might not decrease":                                               KindDecreases,
		"decreases expression must be bounded below by 0":                                       KindDecreases,
		"cannot prove termination; try supplying a decreases clause for the loop":               KindDecreases,
		"index out of range":                                                                    KindIndex,
		"element may not be in domain":                                                          KindIndex,
		"element might not be in domain":                                                        KindIndex,
		"upper bound below lower bound or above length of sequence":                             KindIndex,
		"possible division by zero":                                                             KindDivision,
		"target object may be null":                                                             KindNull,
		"target object might be null":                                                           KindNull,
		"insufficient reads clause to read field":                                               KindFrame,
		"assignment may update an object not in the enclosing context's modifies clause":        KindFrame,
		"call might violate context's modifies clause":                                          KindFrame,
		"value does not satisfy the subset constraints of 'nat'":                                KindValue,
		"cannot establish the existence of LHS values that satisfy the such-that predicate":     KindValue,
		"to be compilable, the value of a let-such-that expression must be uniquely determined": KindValue,
		"the calculation step between the previous line and this line might not hold":           KindCalculation,
		"possible violation of postcondition of forall statement":                               KindForall,
		"missing case in case statement: V":                                                     KindCase,
		"missing case in match expression: V":                                                   KindCase,
		"Verification of 'H' timed out after 3 seconds":                                         KindTimeout,
		"Verification out of resource (H)":                                                      KindOutOfResource,
		"Verification inconclusive (Impl$$_module.__default.H)":                                 KindProver,
		"Verification encountered solver exception (H)":                                         KindProver,
		"": KindOther,
	} {
		if got := KindOf(message); got != want {
			t.Errorf("KindOf(%q) = %s, want %s", message, got, want)
		}
	}
}
