package lsp

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestFrameReader(t *testing.T) {
	for _, test := range []struct {
		name, in string
		garbage  int64
		want     []string // the messages
		end      string   // a part of the error after them; empty means the end of the stream
	}{
		{name: "empty"},
		{name: "one", in: "Content-Length: 2\r\n\r\n{}", want: []string{"{}"}},
		{name: "two", in: "Content-Length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n[1]", want: []string{"{}", "[1]"}},
		{name: "any case, no space", in: "content-LENGTH:2\r\n\r\n{}", want: []string{"{}"}},
		{name: "spaces", in: "Content-Length :  2 \r\n\r\n{}", want: []string{"{}"}},
		{name: "other headers", in: "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nX-Foo:\r\nContent-Length: 2\r\nY: 1\r\n\r\n{}", want: []string{"{}"}},
		{name: "bare newlines", in: "Content-Length: 2\n\n{}", want: []string{"{}"}},
		{name: "bytes, not characters", in: "Content-Length: 5\r\n\r\n\"∀\"", want: []string{`"∀"`}},
		{name: "same length twice", in: "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", want: []string{"{}"}},
		{name: "garbage", in: "hello world\n", end: `not a message header: received "hello world\n"`},
		{name: "garbage between", in: "Content-Length: 2\r\n\r\n{}\n", want: []string{"{}"}, end: "not a message header"},
		{name: "garbage allowed", in: "hello world\n\r\nContent-Length: 2\r\n\r\n{}", garbage: 14, want: []string{"{}"}},
		{name: "more garbage than allowed", in: "hello world\nhello world\n", garbage: 14, end: "not a message header"},
		{name: "garbage allowed, not within a header", in: "Content-Length: 2\r\nhello world\r\n\r\n{}", garbage: 99, end: "not a message header"},
		{name: "garbage and the end", in: "hello\n", garbage: 14},
		{name: "garbage without newline", in: "panic: out of memory", end: `output ended within a header: unexpected EOF: received "panic: out of memory"`},
		{name: "long line", in: strings.Repeat("x", 1<<20), end: "header line too long"},
		{name: "long line allowed", in: strings.Repeat("x", 1<<20) + "\nContent-Length: 2\r\n\r\n{}", garbage: 1<<20 + 1, want: []string{"{}"}},
		{name: "endless header", in: strings.Repeat("A: b\r\n", 1<<14), end: "header too long"},
		{name: "no length", in: "Content-Type: x\r\n\r\n{}", end: "not a message header"},
		{name: "length no number", in: "Content-Length: two\r\n\r\n{}", end: "invalid Content-Length"},
		{name: "negative", in: "Content-Length: -2\r\n\r\n{}", end: "invalid Content-Length"},
		{name: "overflow", in: "Content-Length: 99999999999999999999\r\n\r\n{}", end: "invalid Content-Length"},
		{name: "contradictory", in: "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", end: "contradictory"},
		{name: "too long", in: "Content-Length: 101\r\n\r\n{\"a\"", end: "message of 101 bytes, more than the 100 allowed"},
		{name: "cut off", in: "Content-Length: 10\r\n\r\n{\"a\"", end: `output ended after 4 of a message's 10 bytes`},
		{name: "cut off in the header", in: "Content-Length: 10\r\n", end: "output ended within a header"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFrameReader(strings.NewReader(test.in), 100, test.garbage)
			for i, want := range test.want {
				if got, err := f.next(); err != nil || string(got) != want {
					t.Fatalf("message %d is %q, want %q; error %v", i, got, want, err)
				}
			}
			_, err := f.next()
			if test.end == "" {
				if err != io.EOF {
					t.Errorf("error %v at the end", err)
				}
				return
			}
			var broken *ProtocolError
			if !errors.As(err, &broken) || !strings.Contains(err.Error(), test.end) {
				t.Errorf("error %v, want %s", err, test.end)
			} else if len(broken.Excerpt) > 200 {
				t.Errorf("an excerpt of %d bytes", len(broken.Excerpt))
			}
		})
	}
}

func FuzzFrameReader(f *testing.F) {
	f.Add([]byte("Content-Length: 2\r\n\r\n{}"), int64(0))
	f.Add([]byte("x\ncontent-length:2\n\n{}Content-Length: 9\r\n\r\n"), int64(5))
	f.Fuzz(func(t *testing.T, in []byte, garbage int64) {
		r := newFrameReader(bytes.NewReader(in), 1000, garbage)
		total := 0
		for {
			body, err := r.next()
			if err != nil {
				break
			}
			if total += len(body); len(body) > 1000 || total > len(in) {
				t.Fatalf("a body of %d bytes", len(body))
			}
		}
		// What is written is read back, whatever it is.
		var frame bytes.Buffer
		if err := writeFrame(&frame, in); err != nil {
			t.Fatal(err)
		}
		back, err := newFrameReader(&frame, int64(len(in)), 0).next()
		if err != nil || !bytes.Equal(back, in) {
			t.Fatalf("read %q back, error %v", back, err)
		}
	})
}
