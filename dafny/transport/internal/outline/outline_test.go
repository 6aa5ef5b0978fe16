package outline

import (
	"strings"
	"testing"
)

func TestModules(t *testing.T) {
	text := `module A { // module X {
  module {:options "}"} B { class C { method m() { if true {} } } }
  /* module Y { /* nested */ */ const s := "module Z {"; const v := @"module ""W"" {"
}
module D.E { module Twice {} }
abstract module F refines A { module Twice {} module G {} }
method module_() {}`
	want := map[string]string{"A": "A", "B": "A.B", "E": "D.E", "Twice": "", "F": "F", "G": "F.G"}
	got := Modules(text)
	for last, path := range want {
		if got[last] != path {
			t.Errorf("%s is %q, want %q", last, got[last], path)
		}
	}
	if len(got) != len(want) {
		t.Errorf("modules %v, want %v", got, want)
	}
}

func TestQualify(t *testing.T) {
	const text = `method A() { if true { } }
module {:m {}} M {
  class C<T> extends D { method B() {} var s: set<int> }
  datatype E = X | Y(n: int)
  method F() { var s := {1, 2}; }
  datatype G = Z { method H() {} }
  module N { trait O { constructor I() {} } method J() {} }
  method K() {}
}
method L() { "}" `
	all := Containers(text)
	for name, want := range map[string]string{
		"A": "A", "B": "M.C.B", "F": "M.F", "H": "M.G.H", "I": "M.N.O.I", "J": "M.N.J", "K": "M.K", "L": "L",
	} {
		offset := strings.Index(text, " "+name+"(") + 1
		if got := Qualify(all, offset, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func FuzzContainers(f *testing.F) {
	f.Add("module A { class B { /* } */ } } @\"}\" ' \" {:x")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range Containers(text) {
			if c.Begin >= len(text) || c.End > len(text) || c.End <= c.Begin || c.Path == "" {
				t.Errorf("container %+v of %q", c, text)
			}
		}
	})
}
