package transcript

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func TestRead(t *testing.T) {
	const in = `{"to": "lean", "message": {"id": 1, "method": "initialize"}}

{"at":1.5,"from":"lean","message":{"id":1,"result":{}},"unknown":true}
{"at":2,"from":"lean","text":"gar\u0000bage"}
{"at":3,"event":"stderr","text":""}
{"at":4,"event":"exit","text":"exit status 1"}`
	want := []Entry{
		{Line: 1, Kind: ToProver, Message: []byte(`{"id": 1, "method": "initialize"}`)},
		{Line: 3, Kind: FromProver, At: 1500 * time.Millisecond, Message: []byte(`{"id":1,"result":{}}`)},
		{Line: 4, Kind: FromProver, At: 2 * time.Second, Text: "gar\x00bage"},
		{Line: 5, Kind: Mark, At: 3 * time.Second, Event: EventStderr},
		{Line: 6, Kind: Mark, At: 4 * time.Second, Event: EventExit, Text: "exit status 1"},
	}
	got, err := Read(strings.NewReader(in))
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d entries, error %v", len(got), err)
	}
	for i, w := range want {
		g := got[i]
		if g.Line != w.Line || g.Kind != w.Kind || g.At != w.At || g.Text != w.Text || g.Event != w.Event || !bytes.Equal(g.Message, w.Message) {
			t.Errorf("entry %d is %+v, want %+v", i, g, w)
		}
	}
}

func TestReadErrors(t *testing.T) {
	const good = `{"to":"lean","message":{}}` + "\n"
	for _, test := range []struct{ in, want string }{
		{good + `{"to":"lean","mess`, "line 2: unexpected end of JSON input"},
		{good + "\n" + `nonsense`, "line 3: invalid character"},
		{`{"message":{}}`, `line 1: not exactly one of "to", "from" and "event"`},
		{`{"to":"lean","from":"lean","message":{}}`, `line 1: not exactly one of "to"`},
		{`{"to":"lean"}`, `line 1: not exactly one of "message" and "text"`},
		{`{"to":"lean","message":{},"text":""}`, `line 1: not exactly one of "message" and "text"`},
		{`{"event":"exit","message":{}}`, `line 1: an event with a "message"`},
		{`{"at":"now","event":"exit"}`, "line 1: json: cannot unmarshal string"},
	} {
		entries, err := Read(strings.NewReader(test.in))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %s", test.in, err, test.want)
		}
		if want := strings.Count(test.in[:min(len(good), len(test.in))], good); len(entries) != want {
			t.Errorf("%s: %d entries, want %d", test.in, len(entries), want)
		}
	}
	if _, err := ReadFile(t.TempDir() + "/none.jsonl"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"at":1.5,"from":"lean","message":{"id":1,"result":{}}}` + "\n" + `{"to":"lean","text":"x"}`))
	f.Add([]byte(`{"at":1e300,"event":"dropped","count":-1}`))
	f.Add([]byte(`{"to":"lean","message":{"id":[],"method":7,"params":{"textDocument":{"uri":1,"version":1.5}}}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		entries, _ := Read(bytes.NewReader(in))
		// Whatever was read can be played without a panic, to a client that
		// repeats the record, or to one that says something else.
		s := NewServer(entries, ServerOptions{IgnoreMethods: []string{"x"}})
		defer s.Close()
		for _, e := range entries {
			if e.Kind == ToProver {
				s.Write(frame(string(e.Message)))
			}
		}
		s.Write(frame(`{"id":1,"method":"y","params":null}`))
		if s.Err() == nil && s.Remaining() == 0 {
			t.Error("a message after the end of the record was accepted")
		}
	})
}
