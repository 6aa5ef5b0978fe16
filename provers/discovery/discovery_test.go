package discovery

import (
	"errors"
	"fmt"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
)

func TestChoose(t *testing.T) {
	good := func(source string) Place { return Place{Source: source, Usable: true} }
	bad := func(source string, explicit bool, err error) Place {
		p := Place{Source: source, Explicit: explicit, Usable: true, Info: provers.Info{Path: "/x"}}
		p.Refuse(err)
		return p
	}
	lacks := Missing("there is none", "get one")
	for _, test := range []struct {
		name               string
		all                []Place
		want, detail, hint string
	}{
		{name: "the first that can be used", all: []Place{bad("a", false, lacks), good("b"), good("c")}, want: "b"},
		{name: "a named one that cannot", all: []Place{bad("a", true, fmt.Errorf("looking: %w", lacks)), good("b")}, detail: "looking: there is none", hint: "get one"},
		{name: "none", all: []Place{bad("a", false, lacks), bad("b", false, lacks), bad("c", false, errors.New("broken"))}, detail: "a: there is none; b: there is none; c: broken", hint: "get one"},
		{name: "no places"},
	} {
		got, err := Choose("Prover", test.all)
		if test.want != "" {
			if err != nil || got.Source != test.want {
				t.Errorf("%s: %q, %v", test.name, got.Source, err)
			}
			continue
		}
		e := (*provers.Error)(nil)
		if !errors.As(err, &e) || e.Kind != provers.NotFound || e.Detail != test.detail || e.Hint != test.hint {
			t.Errorf("%s: %+v", test.name, err)
		}
	}
}
