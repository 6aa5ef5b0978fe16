package source

// commandKeyword classifies a word that may begin a command of Lean, Batteries
// or Mathlib. The zero value means that it begins none.
type commandKeyword uint8

const (
	notCommand commandKeyword = iota
	// reserved words are tokens of core Lean: they begin a command wherever they
	// stand outside of brackets.
	reserved
	// soft words are tokens only where a library defines them: they begin a
	// command at the start of a line.
	soft
	// dual words begin a command, a tactic and a term: "open Foo in".
	dual
)

func classifyCommand(word string) commandKeyword {
	switch word {
	case "theorem", "example", "def", "abbrev", "instance", "axiom", "opaque", "inductive", "coinductive", "structure",
		"class", "namespace", "section", "end", "variable", "universe", "import", "export", "attribute", "mutual",
		"notation", "infix", "infixl", "infixr", "prefix", "postfix", "syntax", "macro", "macro_rules", "elab",
		"elab_rules", "declare_syntax_cat", "initialize", "builtin_initialize", "run_cmd", "run_elab", "run_meta",
		"prelude", "omit", "include", "add_decl_doc", "gen_injective_theorems", "simproc", "dsimproc",
		"simproc_decl", "dsimproc_decl", "builtin_simproc", "builtin_dsimproc", "unif_hint", "deriving", "init_quot",
		"register_builtin_option", "register_option", "register_simp_attr", "declare_simp_like_tactic",
		"declare_config_elab", "binder_predicate", "elab_stx", "grind_pattern", "grind_propagator",
		"builtin_grind_propagator", "docs_to_verso", "register_tactic_tag", "tactic_extension", "recommended_spelling",
		"register_error_explanation", "deprecated_module":
		return reserved
	case "lemma", "alias", "notation3", "irreducible_def", "proof_wanted", "recall", "suppress_compilation",
		"unsuppress_compilation", "assert_not_exists", "assert_not_imported", "assert_exists", "compile_inductive",
		"compile_def", "initialize_simps_projections", "library_note", "variables", "universes", "constant",
		"add_aesop_rules", "erase_aesop_rules", "declare_aesop_rule_sets", "declare_bitwise_int_theorems",
		"register_label_attr", "register_hint", "register_linter_set", "extend_docs",
		"whatsnew", "mk_iff_of_inductive_prop", "set_premise_selector", "guard_min_heartbeats", "module", "variable?",
		"insert_to_additive_translation", "test_extern", "show_panel_widgets", "reset_grind_attrs":
		return soft
	case "open", "set_option", "seal", "unseal", "count_heartbeats":
		return dual
	}
	return notCommand
}

// CommandWord reports whether word, unquoted, begins a command in core Lean,
// Batteries or Mathlib, or is one of the modifiers that stand before one. The
// words that also begin a tactic or a term, such as "open" and "set_option", do
// not count.
func CommandWord(word string) bool {
	kind := classifyCommand(word)
	return kind == reserved || kind == soft || isModifier(word)
}

func isModifier(word string) bool {
	switch word {
	case "private", "protected", "public", "noncomputable", "unsafe", "partial", "nonrec", "local", "scoped", "meta":
		return true
	}
	return false
}

// bodiless reports whether a command of the keyword can hold no tactic and no
// term outside of brackets, so that a dual word after it begins a new command.
func bodiless(keyword string) bool {
	switch keyword {
	case "", "/-!", "section", "namespace", "end", "open", "set_option", "universe", "variable", "import", "export",
		"include", "omit", "module", "prelude", "attribute", "mutual", "suppress_compilation":
		return true
	}
	return false
}
