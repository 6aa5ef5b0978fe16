package soundness

import (
	"strings"
	"unicode"
)

// forbiddenWords are refused as a word of their own; as a component of a dotted
// name ("r.stop") they are harmless.
var forbiddenWords = map[string]string{
	"stop":                 "skips the rest of a proof",
	"dbg_trace":            "prints from the running prover",
	"dbg_trace_if_shared":  "prints from the running prover",
	"dbg_sleep":            "delays the prover",
	"sleep_heartbeats":     "delays the prover",
	"by_elab":              "runs code in the prover",
	"include_str":          "reads a file",
	"seal":                 "changes an attribute",
	"unseal":               "changes an attribute",
	"count_heartbeats":     "belongs to experiments, not to a proof",
	"partial_fixpoint":     "declares a partial function",
	"inductive_fixpoint":   "declares a predicate by a fixed point",
	"coinductive_fixpoint": "declares a predicate by a fixed point",
	"extern":               "replaces code by foreign code",
	"csimp":                "replaces code by other code",
	"exact?":               queryTactic,
	"apply?":               queryTactic,
	"rw?":                  queryTactic,
	"rwa?":                 queryTactic,
	"simp?":                queryTactic,
	"simp?!":               queryTactic,
	"simp_all?":            queryTactic,
	"simp_all?!":           queryTactic,
	"simpa?":               queryTactic,
	"simpa?!":              queryTactic,
	"dsimp?":               queryTactic,
	"dsimp?!":              queryTactic,
	"aesop?":               queryTactic,
	"aesop_cat?":           queryTactic,
	"try?":                 queryTactic,
	"grind?":               queryTactic,
	"decide?":              queryTactic,
	"solve_by_elim?":       queryTactic,
	"rfl?":                 queryTactic,
	"have?":                queryTactic,
	"have?!":               queryTactic,
	"observe?":             queryTactic,
	"observe??":            queryTactic,
	"norm_num?":            queryTactic,
	"measurability?":       queryTactic,
	"continuity?":          queryTactic,
	"says":                 queryTactic,
	"hint":                 queryTactic,
	"propose":              queryTactic,
	"show_term":            queryTactic,
	"show_proof":           queryTactic,
	"plausible":            queryTactic,
	"slim_check":           queryTactic,
	"polyrith":             queryTactic,
	"extract_goal":         queryTactic,
	"checkpoint":           queryTactic,
	"llmstep":              queryTactic,
	"suggest_tactics":      queryTactic,
}

const queryTactic = "asks for suggestions; it can admit the goal and has no place in a finished proof"

// forbiddenNames are refused as any component of a name, quoted or not.
var forbiddenNames = map[string]string{
	"sorry":          "leaves the proof incomplete",
	"admit":          "leaves the proof incomplete",
	"sorryAx":        "is the axiom behind sorry",
	"mkSorry":        "makes a sorry",
	"native_decide":  "trusts compiled code by an axiom",
	"nativeDecide":   "trusts compiled code by an axiom",
	"bv_decide":      "trusts compiled code by an axiom",
	"bvDecide":       "trusts compiled code by an axiom",
	"bv_check":       "trusts compiled code by an axiom",
	"bvCheck":        "trusts compiled code by an axiom",
	"ofReduceBool":   "is an axiom that trusts compiled code",
	"ofReduceNat":    "is an axiom that trusts compiled code",
	"reduceBool":     "makes the kernel run compiled code",
	"reduceNat":      "makes the kernel run compiled code",
	"trustCompiler":  "is an axiom that trusts compiled code",
	"lcProof":        "is an axiom for compiled code that proves anything",
	"lcUnreachable":  "is an axiom for compiled code",
	"lcAny":          "is an axiom for compiled code",
	"lcErased":       "is an axiom for compiled code",
	"lcVoid":         "is an axiom for compiled code",
	"unsafeCast":     "casts without a proof",
	"unsafeIO":       "runs code",
	"unsafeBaseIO":   "runs code",
	"unsafeEIO":      "runs code",
	"ptrAddrUnsafe":  "reads memory",
	"implemented_by": "replaces code by other code",
	"run_tac":        "runs code in the prover",
	"run_elab":       "runs code in the prover",
	"run_meta":       "runs code in the prover",
	"run_cmd":        "runs code in the prover",
	"runTac":         "runs code in the prover",
	"skipKernelTC":   "turns the kernel's check off",
}

// allowedLean are the name spaces of Lean's implementation that a proof may
// mention: lemmas and data that tactics write into the proof terms that they
// suggest. Everything else there serves to run code in the prover.
var allowedLean = []string{"Lean.Omega.", "Lean.Grind.", "Lean.RArray.", "Lean.Data.AC.", "Lean.Order."}

// allowedOption reports whether "set_option name ... in" may stand in a proof:
// limits and printing, nothing that changes what is accepted.
func allowedOption(name string) bool {
	switch name {
	case "maxHeartbeats", "maxRecDepth", "synthInstance.maxHeartbeats", "synthInstance.maxSize",
		"maxSynthPendingDepth", "tactic.hygienic", "exponentiation.threshold":
		return true
	}
	return strings.HasPrefix(name, "pp.") || strings.HasPrefix(name, "linter.")
}

// foldLookalikes replaces Greek letters by the Latin ones that look the same.
var foldLookalikes = strings.NewReplacer("ο", "o", "Ο", "O", "α", "a", "Α", "A", "ν", "v", "ρ", "p", "τ", "t",
	"ι", "i", "Ι", "I", "κ", "k", "γ", "y", "Υ", "Y", "υ", "u", "ϲ", "c", "ϳ", "j", "ε", "e", "Ε", "E", "η", "n",
	"ω", "w", "χ", "x", "σ", "o", "ℯ", "e", "ℴ", "o", "ı", "i")

// foreignLetter reports letters of scripts whose letters look like Latin ones
// and that no Lean library uses.
func foreignLetter(r rune) bool {
	return unicode.In(r, unicode.Cyrillic, unicode.Armenian, unicode.Cherokee, unicode.Lisu) ||
		0xff21 <= r && r <= 0xff5a // full-width forms
}
