package policy

// Metered is the optional ability of a policy that asks a language model to say
// what that took.
type Metered interface {
	// Tokens counts the tokens of all prompts and of all completions so far.
	Tokens() (prompt, completion int64)
}
