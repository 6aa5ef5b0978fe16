//go:build unix

package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers/process"
)

// serverVariable makes the test binary play one of the servers below.
const serverVariable = "ANSATZ_TEST_SERVER"

func TestMain(m *testing.M) {
	if role := os.Getenv(serverVariable); role != "" {
		serve(role)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// serve reads one request and does what its role says instead of answering.
func serve(role string) {
	frames := newFrameReader(os.Stdin, 1<<30, 0)
	body, err := frames.next()
	var m message
	if err != nil || json.Unmarshal(body, &m) != nil {
		fmt.Fprintln(os.Stderr, "no request:", err)
		os.Exit(7)
	}
	send := func(format string, args ...any) {
		writeFrame(os.Stdout, fmt.Appendf(nil, format, args...))
	}
	switch role {
	case "garbage":
		block := strings.Repeat("garbage ", 1<<13)
		for range 100 << 20 / len(block) {
			if _, err := os.Stdout.WriteString(block); err != nil {
				os.Exit(1)
			}
		}
	case "invalid JSON":
		send(`{"id":%s,"result":{]}`, m.ID)
	case "hang":
		time.Sleep(time.Hour)
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		os.Stdin.Close()
		time.Sleep(time.Hour)
	case "crash":
		fmt.Fprintln(os.Stderr, "INTERNAL PANIC: Nat.pow exponent is too big")
		os.Exit(1)
	case "huge":
		fmt.Printf("Content-Length: %d\r\n\r\n", 1<<40)
		time.Sleep(time.Hour)
	case "long":
		// One very long line of characters outside of the BMP, sent back.
		var params struct{ Text string }
		if json.Unmarshal(m.Params, &params) != nil {
			os.Exit(8)
		}
		text, _ := json.Marshal(params.Text + "\u2028")
		send(`{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, text)
		io.Copy(io.Discard, os.Stdin)
	}
}

// TestFaultyServers drives real processes that misbehave.
func TestFaultyServers(t *testing.T) {
	long := strings.Repeat("𝔸∀e\u0301 ", 100_000)
	for _, test := range []struct {
		role    string
		limit   time.Duration // of the call
		text    string        // in the call's error
		is      error
		exit    string // the beginning of how the process ended
		success bool
	}{
		{role: "garbage", text: `header line too long: received "garbage garbage`},
		{role: "invalid JSON", text: `invalid message: invalid character ']'`},
		{role: "hang", limit: 50 * time.Millisecond, is: context.DeadlineExceeded, exit: "killed: closed"},
		{role: "stubborn", limit: 50 * time.Millisecond, is: context.DeadlineExceeded, exit: "killed: closed"},
		{role: "crash", is: ErrServerClosed, exit: "exit status 1: INTERNAL PANIC"},
		{role: "huge", text: "message of 1099511627776 bytes", exit: "killed: closed"},
		{role: "long", success: true, exit: "killed: closed"},
	} {
		t.Run(test.role, func(t *testing.T) {
			checkGoroutines(t)
			p, err := process.Start(t.Context(), process.Options{
				Path: os.Args[0],
				Env:  []string{serverVariable + "=" + test.role, "GORACE=atexit_sleep_ms=0"},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			c := NewConn(t.Context(), p.Stream(), Options{})
			defer c.Close()
			ctx := t.Context()
			if test.limit > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, test.limit)
				defer cancel()
			}
			var result string
			text := "short"
			if test.role == "long" {
				text = long
			}
			wait := async(t, func() {
				err = c.Call(ctx, "initialize", map[string]string{"text": text}, &result)
			})
			wait()
			switch {
			case test.success && (err != nil || result != long+"\u2028"):
				t.Errorf("%d bytes came back, error %v", len(result), err)
			case !test.success && (err == nil || !strings.Contains(err.Error(), test.text) || test.is != nil && !errors.Is(err, test.is)):
				t.Errorf("error %v", err)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			exit, ended := p.Exit()
			if !ended || !strings.HasPrefix(exit.String(), test.exit) {
				t.Errorf("ended: %t, exit %v", ended, exit)
			}
		})
	}
}
