package prooftree_test

import (
	"bytes"
	"testing"
)

func TestReplies(t *testing.T) {
	s := open(t)
	key := []byte("a hash")
	if _, found, err := s.Reply(t.Context(), key); found || err != nil {
		t.Fatalf("before anything was kept: found %t, error %v", found, err)
	}
	for _, value := range []string{"first", "second"} {
		if err := s.KeepReply(t.Context(), key, []byte(value)); err != nil {
			t.Fatal(err)
		}
		got, found, err := s.Reply(t.Context(), key)
		if err != nil || !found || !bytes.Equal(got, []byte(value)) {
			t.Errorf("kept %q, found %t %q, error %v", value, found, got, err)
		}
	}
}
