// Package annotation is the language of actions on Dafny programs: what to insert
// where. An action names places by line and column of the program that the user
// gave, however much was inserted before, so that actions can be read, typed,
// stored and learned from:
//
//	13: invariant 0 <= i <= n
//	15:4: assert a[..i + 1] == a[..i] + [a[i]];
//	20: lemma Twice(n: nat) ensures n + n == 2 * n {}
//
// A place is a loop (for invariants and decreases clauses), a declaration (for
// decreases clauses, and for lemmas, which come before it), or a statement or a
// closing brace (for statements, which come before it). Without a column, the
// first place on the line that fits is meant. Lines without a place go on with
// the text before. A first line "houdini" means: insert all, drop what is refused,
// and again, until what is left stands (Flanagan and Leino, "Houdini, an
// annotation assistant for ESC/Java", 2001).
package annotation

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Edit is one insertion.
type Edit struct {
	// Line and Column say where, in the program without insertions: the line
	// counted from 1, the column from 0 in bytes, or -1 for the first place of the
	// line that fits.
	Line, Column int
	// Drop removes the annotation at the place instead: an assert, an invariant or
	// a decreases clause of the user's.
	Drop bool
	// Text is what to insert, without a line end.
	Text string
}

// Action is the meaning of an action's text.
type Action struct {
	Edits []Edit
	// Houdini says that those of the edits may be left out which do not hold.
	Houdini bool
}

// houdini is the first line of an action that may be taken in part.
const houdini = "houdini"

// drop is the text of an edit that removes.
const drop = "drop"

var address = regexp.MustCompile(`^([0-9]{1,7})(?::([0-9]{1,7}))?: ?(.*)$`)

// Parse reads an action.
func Parse(text string) (Action, error) {
	var a Action
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		line = strings.TrimRight(line, " \t\r")
		if i == 0 && line == houdini {
			a.Houdini = true
			continue
		}
		m := address.FindStringSubmatch(line)
		if m == nil {
			if len(a.Edits) == 0 {
				return Action{}, fmt.Errorf("%q says no place; write for example \"13: invariant 0 <= i\"", line)
			}
			last := &a.Edits[len(a.Edits)-1]
			last.Text += "\n" + line
			continue
		}
		e := Edit{Column: -1, Text: m[3], Drop: m[3] == drop}
		e.Line, _ = strconv.Atoi(m[1]) // at most seven digits
		if m[2] != "" {
			e.Column, _ = strconv.Atoi(m[2])
		}
		if e.Drop {
			e.Text = ""
		} else if strings.TrimSpace(e.Text) == "" {
			return Action{}, fmt.Errorf("nothing is said for line %d", e.Line)
		}
		a.Edits = append(a.Edits, e)
	}
	if len(a.Edits) == 0 {
		return Action{}, errors.New("the action inserts nothing")
	}
	return a, nil
}

// IsClause reports whether the edit inserts a clause of a specification: an
// invariant or what decreases.
func (e Edit) IsClause() bool { return kindOf(e.Text) == clausePlace }

// Quantified reports whether an annotation speaks of all elements of something,
// which is what takes a solver long.
func Quantified(text string) bool {
	return strings.Contains(text, "forall") || strings.Contains(text, "exists") || strings.Contains(text, "multiset")
}

// String writes the edit as [Parse] reads it.
func (e Edit) String() string {
	place := strconv.Itoa(e.Line)
	if e.Column >= 0 {
		place += ":" + strconv.Itoa(e.Column)
	}
	if e.Drop {
		return place + ": " + drop
	}
	return place + ": " + e.Text
}

// String writes the action as [Parse] reads it.
func (a Action) String() string {
	lines := make([]string, 0, len(a.Edits)+1)
	if a.Houdini {
		lines = append(lines, houdini)
	}
	for _, e := range a.Edits {
		lines = append(lines, e.String())
	}
	return strings.Join(lines, "\n")
}
