package runid_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/search/prooftree/internal/runid"
)

func TestIDsSortByTime(t *testing.T) {
	var last string
	for i, at := range []time.Time{
		time.Date(2026, 4, 10, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 4, 10, 0, 0, 0, 90e6, time.UTC),
		time.Date(2026, 4, 10, 23, 59, 59, 999e6, time.UTC),
		time.Date(2026, 4, 11, 2, 0, 0, 0, time.FixedZone("east", 3600)),
		time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
	} {
		id, err := runid.New(at, bytes.NewReader([]byte{0xff, byte(255 - i)}))
		if err != nil || len(id) != 13 || id <= last {
			t.Errorf("the ID at %v is %q, %v; it follows %q", at, id, err, last)
		}
		last = id
	}
	if _, err := runid.New(time.Now(), bytes.NewReader(nil)); err == nil {
		t.Error("an ID was made without random bytes")
	}
}

func TestValid(t *testing.T) {
	tests := map[string]bool{
		"260410-f2k7qx": true, "A.b_c-1": true, strings.Repeat("x", 64): true,
		"": false, "last": false, "latest": false, ".x": false, "../x": false, "a/b": false, "a b": false, "é": false,
		"x\n": false, strings.Repeat("x", 65): false,
	}
	for id, want := range tests {
		if got := runid.Valid(id); got != want {
			t.Errorf("Valid(%q) is %v", id, got)
		}
	}
}
