package dafny

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/dafny/transport/lineserver"
)

const verifyLog = "log.json"

// verifyArgs is the command "verify" of Dafny 4. Without --allow-warnings, an
// assumption is a warning that fails the run, as is a lemma without a body.
func verifyArgs(l BatchLimits, limits lineserver.Limits) []string {
	args := []string{"verify", batchFile, "--json-diagnostics", "--log-format", "json;LogFileName=" + verifyLog}
	if l.TimeLimit > 0 {
		args = append(args, "--verification-time-limit", strconv.FormatInt(int64(limits.Effective().Seconds()), 10))
	}
	if l.ErrorLimit > 0 {
		args = append(args, "--error-limit", strconv.Itoa(l.ErrorLimit))
	}
	return args
}

// jsonDiagnostic is a line of the output with --json-diagnostics.
type jsonDiagnostic struct {
	Location jsonLocation `json:"location"`
	Severity int          `json:"severity"` // 1 error, 2 warning, 4 info
	Message  string       `json:"message"`
	Source   string       `json:"source"`
	Related  []struct {
		Location jsonLocation `json:"location"`
		Message  string       `json:"message"`
	} `json:"relatedInformation"`
}

type jsonLocation struct {
	Filename string `json:"filename"`
	Range    struct {
		Start struct {
			Pos       int `json:"pos"`
			Line      int `json:"line"`      // from 1
			Character int `json:"character"` // from 0
		} `json:"start"`
	} `json:"range"`
}

// jsonLog is the file that --log-format json writes.
type jsonLog struct {
	Results []struct {
		Name    string `json:"name"`
		Outcome string `json:"outcome"`
		Units   int64  `json:"resourceCount"`
		Batches []struct {
			Outcome    string            `json:"outcome"`
			Assertions []json.RawMessage `json:"assertions"`
		} `json:"vcResults"`
	} `json:"verificationResults"`
}

// verifyTrailer matches the last line of "dafny verify". What follows the errors
// (", 1 time out") is 2.
var verifyTrailer = regexp.MustCompile(`^Dafny program verifier finished with (\d+) verified, (\d+) errors?(?:, (.*))?$`)

// readVerify reads what "dafny verify" printed and logged.
func readVerify(dir, text, output string, status int, canary transport.Canary) transport.Report {
	lines := strings.Split(text, "\n")
	report := transport.Report{Resolved: status == exitVerified || status == exitFailed}
	var trailers, finished int // lines that are trailers; errors and others in the last
	scanner := bufio.NewScanner(strings.NewReader(output))
	scanner.Buffer(nil, maxBatchOutput)
	for scanner.Scan() {
		line := strings.TrimRight(scanner.Text(), "\r")
		if m := verifyTrailer.FindStringSubmatch(line); m != nil {
			trailers++
			finished, _ = strconv.Atoi(m[2])
			if m[3] != "" {
				finished++
			}
			continue
		}
		var d jsonDiagnostic
		if json.Unmarshal([]byte(line), &d) == nil && d.Message != "" {
			if diagnostic, kept := canary.Kept(d.convert(lines)); kept {
				report.Diagnostics = append(report.Diagnostics, diagnostic)
			}
		}
	}
	failed := false
	data, err := os.ReadFile(filepath.Join(dir, verifyLog))
	var log jsonLog
	if err == nil {
		err = json.Unmarshal(data, &log)
	}
	for _, r := range log.Results {
		name, wellFormed := strings.CutSuffix(r.Name, " (well-formedness)")
		name = strings.TrimSuffix(name, " (correctness)")
		s := logStatus(r.Outcome)
		result := transport.Result{Name: name, WellFormed: wellFormed, Status: s}
		for _, b := range r.Batches {
			result.Obligations += len(b.Assertions)
			if b.Outcome != "Valid" && s == transport.Verified {
				result.Status = transport.Unknown
			}
		}
		report.Units += r.Units
		failed = failed || result.Status != transport.Verified
		if canary.Named(name) {
			report.Complete = report.Complete || result.Status == transport.Verified
			continue
		}
		report.Results = append(report.Results, result)
	}
	if err != nil || trailers != 1 || (status == exitVerified) != (!failed && finished == 0) {
		doubt(&report)
	}
	return report
}

// logStatus translates an outcome of the log.
func logStatus(outcome string) transport.Status {
	switch outcome {
	case "Correct", "Valid":
		return transport.Verified
	case "Errors", "Invalid":
		return transport.Failed
	case "TimedOut", "TimeOut":
		return transport.TimedOut
	case "OutOfResource", "OutOfMemory":
		return transport.OutOfResource
	}
	return transport.Unknown
}

// convert makes a diagnostic of one of Dafny 4, whose columns count UTF-16 units.
func (d jsonDiagnostic) convert(lines []string) transport.Diagnostic {
	c := transport.Diagnostic{
		Position: d.Location.position(lines), Severity: transport.SeverityInfo, Kind: transport.KindOther,
		Message: strings.TrimPrefix(d.Message, "Error: "),
	}
	switch d.Severity {
	case 1:
		c.Severity = transport.SeverityError
		c.Kind = transport.KindOfSource(d.Source, c.Message)
	case 2:
		c.Severity = transport.SeverityWarning
	}
	if filepath.Base(d.Location.Filename) != batchFile {
		c.Message = fmt.Sprintf("%s: %s", d.Location.Filename, c.Message)
	}
	for _, r := range d.Related {
		c.Related = append(c.Related, transport.Related{Position: r.Location.position(lines), Message: r.Message})
	}
	return c
}

func (l jsonLocation) position(lines []string) transport.Position {
	if filepath.Base(l.Filename) != batchFile {
		return transport.Position{}
	}
	start := l.Range.Start
	column := start.Character
	if n := start.Line - 1; n >= 0 && n < len(lines) {
		column = transport.ByteColumn(lines[n], column)
	}
	return transport.Position{Line: start.Line, Column: column}
}
