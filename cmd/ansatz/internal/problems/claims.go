package problems

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/lean/soundness"
	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
)

// Claim is a claim with the line of its theorem.
type Claim struct {
	provers.Claim
	Line int
}

// Claims lists the theorems of a file as claims, each with all of the file's
// text before it. Declarations that are not understood are reported.
func Claims(file source.File) ([]Claim, []Mistake) {
	bodies := findBodies(file)
	text := string(file.Text)
	var claims []Claim
	var unclear []Mistake
	for i, c := range file.Commands {
		if !isTheorem(c) {
			continue
		}
		b, ok := bodies[i]
		if !ok {
			unclear = append(unclear, Mistake{file.Name, c.Line, c.Column, commandName(c), "its proof cannot be told from its statement; write it as: theorem NAME ... := PROOF"})
			continue
		}
		p := b.problem
		p.Preamble = text[:c.Start]
		// One blank is a part of source.Assign; other white space matters for
		// the columns of a block of tactics.
		proof := strings.TrimPrefix(text[b.start:c.End], " ")
		claims = append(claims, Claim{provers.Claim{Problem: p, Proof: proof}, c.Line})
	}
	return claims, unclear
}

// body is where a theorem's proof begins, and the theorem as a problem.
type body struct {
	start   int
	problem provers.Problem
}

// findBodies finds the proofs of a file's theorems. Which ":=" begins a proof is
// for package source to say: one after the other is taken for it, with sorry
// behind it, until the theorem reads as one to be proved.
func findBodies(file source.File) map[int]body {
	candidates := make(map[int][]source.Token)
	for i, c := range file.Commands {
		if isTheorem(c) {
			for _, t := range c.Tokens {
				if t.Is(":=") {
					candidates[i] = append(candidates[i], t)
				}
			}
		}
	}
	found := make(map[int]body)
	for round := 0; ; round++ {
		var b strings.Builder
		end, tried := 0, 0
		for i, c := range file.Commands {
			list := candidates[i]
			if _, done := found[i]; done || round >= len(list) {
				continue
			}
			tried++
			b.Write(file.Text[end:list[round].End])
			b.WriteString(" sorry")
			end = c.End
		}
		if tried == 0 {
			return found
		}
		b.Write(file.Text[end:])
		stripped, err := source.ParseFile(file.Name, []byte(b.String()))
		if err != nil || len(stripped.Commands) != len(file.Commands) {
			// A cut that makes no sense of the text; the next may.
			continue
		}
		for _, t := range stripped.Targets {
			if _, done := found[t.Command]; !done && round < len(candidates[t.Command]) {
				found[t.Command] = body{candidates[t.Command][round].End, t.Problem}
			}
		}
	}
}

func isTheorem(c source.Command) bool {
	return c.Keyword == "theorem" || c.Keyword == "lemma" || c.Keyword == "example"
}

func commandName(c source.Command) string {
	if rest := c.Tokens[c.KeywordIndex:]; len(rest) > 1 && rest[1].Kind == source.Ident {
		return rest[1].Text
	}
	return c.Keyword
}

// ClaimsAgainst compares a file with the original that it claims to prove. The
// error says that they differ outside of the proofs.
func ClaimsAgainst(original, claimed source.File) ([]Claim, error) {
	claims, violation := soundness.CheckAgainst(original, claimed)
	if violation != nil {
		return nil, fmt.Errorf("%s is not %s with proofs: %w", claimed.Name, original.Name, violation)
	}
	lines := make(map[string]int)
	for _, t := range original.Targets {
		lines[t.Problem.Name] = t.Line
	}
	list := make([]Claim, 0, len(claims))
	for _, c := range claims {
		list = append(list, Claim{c, lines[c.Problem.Name]})
	}
	return list, nil
}
