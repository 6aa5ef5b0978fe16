// Package parts names what a policy is made of, so that a benchmark can leave one
// part out and see what it is worth.
package parts

import (
	"fmt"
	"slices"
	"strings"
)

// Part is a part of a policy. Its name stays the same: stored runs have it.
type Part struct {
	Name        string
	Description string // one line
}

// List is the parts of a policy in their order.
type List []Part

// Names returns the names of all parts.
func (l List) Names() []string {
	var names []string
	for _, p := range l {
		names = append(names, p.Name)
	}
	return names
}

// Set returns names as a set. A name that no part has is an error.
func (l List) Set(names []string) (map[string]bool, error) {
	set := make(map[string]bool)
	for _, name := range names {
		if !slices.Contains(l.Names(), name) {
			return nil, fmt.Errorf("the policy has no part %q: known are %s", name, strings.Join(l.Names(), ", "))
		}
		set[name] = true
	}
	return set, nil
}

// Without names a policy that lacks some parts, as "builtin-without-bounds+learning".
func (l List) Without(policy string, left map[string]bool) string {
	var names []string
	for _, p := range l {
		if left[p.Name] {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return policy
	}
	return policy + "-without-" + strings.Join(names, "+")
}
