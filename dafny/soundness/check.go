package soundness

import (
	"errors"
	"fmt"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// Check says why a candidate does not count as the original program with
// annotations added, or nil. That it verifies is not looked at.
func Check(original, candidate string) *Violation {
	c, v := NewChecker(original)
	if v != nil {
		return v
	}
	return c.Check(candidate)
}

// Checker checks many candidates against one program. It may be used by several
// goroutines at once.
type Checker struct {
	// tokens are the original's, without annotations.
	tokens []syntax.Token
	// statements are the ends of statements in tokens, by where they begin.
	statements map[int]int
	known      map[string]bool
	inherited  []Assumption
}

// NewChecker reads the original program. A program that no candidate can be
// compared with is a violation, whose place is in the original.
func NewChecker(original string) (*Checker, *Violation) {
	if v := checkText(original); v != nil {
		v.Reason = "the given program cannot be compared: " + v.Reason
		return nil, v
	}
	r, err := read(original)
	if err != nil {
		return nil, unreadable("the given program", original, err)
	}
	return newChecker(r), nil
}

func newChecker(r *reading) *Checker {
	r.known = vocabulary(r.Tokens)
	f := finder{reading: r}
	parts := f.find()
	c := &Checker{known: r.known, statements: map[int]int{}, inherited: r.assumptions()}
	// position maps the original's tokens to those that are left.
	position := make([]int, len(r.Tokens)+1)
	for i, t := range r.Tokens {
		position[i] = len(c.tokens)
		if len(parts) > 0 && i >= parts[0].first {
			if i < parts[0].end-1 {
				continue
			}
			parts = parts[1:]
			continue
		}
		c.tokens = append(c.tokens, t)
	}
	position[len(r.Tokens)] = len(c.tokens)
	for first, end := range f.statements {
		c.statements[position[first]] = position[end]
	}
	return c
}

func unreadable(what, text string, err error) *Violation {
	v := &Violation{Class: Syntax, Rule: "tokens", Reason: what + " cannot be read: " + err.Error()}
	if at := (*syntax.Error)(nil); errors.As(err, &at) {
		v.Reason = what + " cannot be read: " + at.Message
		v.place(syntax.NewLines(text), at.Offset)
	}
	return v
}

// Inherited is what the original program itself takes for granted, in the order
// of the text. It is not nil.
func (c *Checker) Inherited() []Assumption { return c.inherited }

// Check says why a candidate does not count, or nil.
func (c *Checker) Check(candidate string) *Violation {
	if v := checkText(candidate); v != nil {
		return v
	}
	r, err := read(candidate)
	if err != nil {
		return unreadable("the candidate", candidate, err)
	}
	return c.check(r)
}

func (c *Checker) check(r *reading) *Violation {
	r.known = c.known
	f := finder{reading: r, additions: true}
	m := matcher{Checker: c, reading: r}
	parts := f.find()
	if m.match(0, len(r.Tokens), parts) && m.at == len(c.tokens) {
		return m.recount()
	}
	return m.explain(&f)
}

// matcher goes through the tokens of both programs side by side.
type matcher struct {
	*Checker
	*reading
	// at is the next of the original's tokens.
	at int
	// farthest is the last of the candidate's tokens that did not match, and
	// expected the original's in its place.
	farthest, expected int
}

// match compares the candidate's tokens in a range, without the parts, with the
// next ones of the original.
func (m *matcher) match(first, end int, parts []part) bool {
	for i := first; i < end; {
		if len(parts) > 0 && parts[0].first == i {
			p := parts[0]
			parts = parts[1:]
			if p.end > i {
				if p.matched {
					m.matchPart(p)
				}
				i = p.end
				continue
			}
		}
		if m.at == len(m.Checker.tokens) || !same(m.Checker.tokens[m.at], m.Tokens[i]) {
			if i >= m.farthest {
				m.farthest, m.expected = i, m.at
			}
			return false
		}
		m.at++
		i++
	}
	return true
}

// matchPart goes over a statement of the original if it is the same as the part.
// If it is not, the part was added, and nothing is gone over.
func (m *matcher) matchPart(p part) {
	before, farthest, expected := m.at, m.farthest, m.expected
	end, ok := m.statements[before]
	if !ok || !m.match(p.first, p.end, p.inner) || m.at != end {
		m.at, m.farthest, m.expected = before, farthest, expected
	}
}

func same(x, y syntax.Token) bool { return x.Kind == y.Kind && x.Text == y.Text }

// explain finds out why the programs do not match.
func (m *matcher) explain(f *finder) *Violation {
	i, expected := m.farthest, m.expected
	if expected >= len(m.Checker.tokens) {
		expected = len(m.Checker.tokens) - 1
	}
	for _, r := range f.refusals {
		// What was added is followed by what should be here.
		if r.first == i && same(m.Tokens[f.behind(r.end)], m.Checker.tokens[expected]) {
			return r.why
		}
	}
	if m.Tokens[i].Is("{") && i+2 < len(m.Tokens) && m.Tokens[i+1].Is(":") && !m.Checker.tokens[expected].Is("{") {
		return m.reading.at(i+2, Forbidden, "attribute", "no attributes may be added to the given program")
	}
	if m.Tokens[i].Kind == syntax.Word {
		if reason, bad := words[m.Tokens[i].Text]; bad && !same(m.Tokens[i], m.Checker.tokens[expected]) {
			return m.reading.at(i, Forbidden, m.Tokens[i].Text, reason)
		}
	}
	for _, e := range m.Opaque {
		if e.Offset >= m.Tokens[i].Offset {
			v := &Violation{Class: Syntax, Rule: "parse", Reason: e.Message}
			return v.place(m.Lines, e.Offset)
		}
	}
	want := "the end"
	if t := m.Checker.tokens[expected]; t.Kind != syntax.EOF {
		want = fmt.Sprintf("%q", shorten(t.Text, 40))
	}
	return m.reading.at(i, Changed, "changed", "the given program has "+want+" here; only annotations may be added")
}

// recount is a second look at what matters most that does not depend on what the
// parser took for what: the candidate has no more of the forbidden words and
// attributes than the original.
func (m *matcher) recount() *Violation {
	budget := map[string]int{}
	for i, t := range m.Checker.tokens {
		budget[forbiddenToken(m.Checker.tokens, i, t)]++
	}
	for i, t := range m.Tokens {
		word := forbiddenToken(m.Tokens, i, t)
		if word == "" || word == "return" {
			continue
		}
		if budget[word]--; budget[word] < 0 {
			return m.reading.at(i, Forbidden, "recount", "the given program has fewer of these")
		}
	}
	return nil
}

// forbiddenToken is the word of the i-th token if no annotation may have it, or empty.
func forbiddenToken(tokens []syntax.Token, i int, t syntax.Token) string {
	if t.Kind != syntax.Word {
		return ""
	}
	if _, bad := words[t.Text]; bad {
		return t.Text
	}
	if i >= 2 && tokens[i-1].Is(":") && tokens[i-2].Is("{") && !isHarmless(t.Text) {
		return "{:" + t.Text
	}
	return ""
}
