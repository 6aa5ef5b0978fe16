package problems

import "testing"

func TestNameMatches(t *testing.T) {
	for _, c := range []struct {
		name, pattern string
		want          bool
	}{{"add_zero", "add_*", true}, {"a/b", "a*", true}, {"a/b", "a/b", true}, {"Foo.bar", "bar", false}, {"x", "?", true}} {
		if got := NameMatches(c.name, []string{"other", c.pattern}); got != c.want {
			t.Errorf("NameMatches(%q, %q) = %t", c.name, c.pattern, got)
		}
	}
}
