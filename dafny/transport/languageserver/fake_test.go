package languageserver

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/transport/languageserver/fakeserver"
	"github.com/ansatz-prover/ansatz/provers/lsp"
)

// fakeVariable makes the test program behave as the language server of Dafny.
const fakeVariable = "ANSATZ_FAKE_DAFNY"

func TestMain(m *testing.M) {
	if os.Getenv(fakeVariable) != "" {
		if err := fakeserver.Serve(os.Stdin, os.Stdout, &fake{open: make(map[string]*fakeDocument)}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// fake behaves as Dafny 4.11 is described, also in what it says late. The program
// tells it how to go wrong, in comments: "// scenario crash", "method M() // fail".
type fake struct {
	*fakeserver.Conn
	open map[string]*fakeDocument
	last *fakeDocument // the document that was closed last
}

type fakeDocument struct {
	fakeserver.Document
	lines    []string
	scenario string
	// later happens before the next question about the document is answered.
	later func()
}

// Handle implements [fakeserver.Handler].
func (s *fake) Handle(c *fakeserver.Conn, m fakeserver.Message) {
	s.Conn = c
	d := s.open[m.Params.TextDocument.URI]
	switch m.Method {
	case "textDocument/didOpen":
		s.didOpen(m)
	case "textDocument/didClose":
		s.last = d
		delete(s.open, d.URI)
		s.Closed(&d.Document)
	case methodVerify:
		s.verifySymbol(m, d)
	case methodCancel:
		s.Respond(m, true)
	case methodCounterExample:
		s.Respond(m, []any{map[string]any{"position": lsp.Position{Line: 0, Character: 4}, "assumption": "assume -1 == y;"}})
	case "textDocument/documentSymbol":
		if d.scenario == "list comes late" {
			s.Publish(&d.Document, "")
		}
		later := d.later
		d.later = nil
		if later != nil {
			later()
		}
		s.Respond(m, []any{})
		if d.later != nil { // after the answer, by itself
			later, d.later = d.later, nil
			later()
		}
	case "workspace/symbol":
		s.Unknown(m)
	}
}

var (
	fakeDeclaration = regexp.MustCompile(`\b(?:method|lemma|function|newtype) ([\w']+)`)
	fakeScenario    = regexp.MustCompile(`// scenario (.*)`)
)

func (s *fake) didOpen(m fakeserver.Message) {
	t := m.Params.TextDocument
	d := &fakeDocument{Document: fakeserver.Document{URI: t.URI, Version: t.Version}, lines: strings.Split(t.Text, "\n")}
	s.open[t.URI] = d
	if found := fakeScenario.FindStringSubmatch(t.Text); found != nil {
		d.scenario = found[1]
	}
	if d.scenario == "deaf" {
		// It is stopped, and not only silent.
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	}
	s.sayLate(d)
	s.Compilation(&d.Document, "Parsing", nil)
	switch {
	case d.scenario == "exception":
		s.Compilation(&d.Document, internalException, "boom")
		return
	case strings.Contains(t.Text, "SYNTAX"):
		d.diagnose(0, 0, 1, "Parser", "rbrace expected")
		s.Publish(&d.Document, parsingFailed)
		return
	}
	s.Compilation(&d.Document, "ResolutionStarted", nil)
	if strings.Contains(t.Text, "UNRESOLVED") {
		d.diagnose(0, 0, 1, "Resolver", "unresolved identifier: x")
		s.Publish(&d.Document, resolutionFailed)
		return
	}
	for i, line := range d.lines {
		if _, comment, found := strings.Cut(line, "/* open"); found || comment != "" {
			break // the rest is a comment
		}
		for _, at := range fakeDeclaration.FindAllStringSubmatchIndex(line, -1) {
			d.Symbols = append(d.Symbols, fakeserver.Symbol{NameRange: lsp.Range{
				Start: lsp.Position{Line: i, Character: utf16(line[:at[2]])}, End: lsp.Position{Line: i, Character: utf16(line[:at[3]])},
			}})
		}
	}
	switch d.scenario {
	case "list comes late":
		s.Compilation(&d.Document, resolutionSucceeded, nil)
	case "no declarations":
		d.Symbols = []fakeserver.Symbol{}
		s.Publish(&d.Document, resolutionSucceeded)
	case "malformed":
		s.Notify(methodSymbols, map[string]any{"uri": d.URI, "namedVerifiables": "many"})
	case "args":
		d.diagnose(0, 0, 4, "Verifier", strings.Join(os.Args[1:], " "))
		fallthrough
	default:
		s.Publish(&d.Document, resolutionSucceeded)
	}
}

// sayLate says what is not about the document: of the one before, and of a file
// that nobody opened, that everything is correct, and that everything is wrong.
func (s *fake) sayLate(d *fakeDocument) {
	others := []*fakeDocument{{Document: fakeserver.Document{URI: "file:///other.dfy", Symbols: d.Symbols}}}
	if s.last != nil {
		others = append(others, s.last)
	}
	for _, other := range others {
		for _, status := range []int{fakeserver.Correct, fakeserver.Error} {
			symbols := make([]fakeserver.Symbol, len(other.Symbols))
			for i, y := range other.Symbols {
				symbols[i] = fakeserver.Symbol{NameRange: y.NameRange, Status: status}
			}
			s.Notify(methodDiagnostics, map[string]any{"uri": other.URI, "diagnostics": []any{map[string]any{
				"range": lsp.Range{}, "severity": 1, "source": "Verifier", "message": "late",
			}}})
			s.Notify(methodSymbols, map[string]any{"uri": other.URI, "namedVerifiables": symbols})
			s.Notify(methodStatus, map[string]any{"uri": other.URI, "status": resolutionSucceeded, "message": nil})
		}
	}
}

func (s *fake) verifySymbol(m fakeserver.Message, d *fakeDocument) {
	for i, y := range d.Symbols {
		if y.NameRange.Start != m.Params.Position {
			continue
		}
		line := d.lines[y.NameRange.Start.Line]
		says := func(comment string) bool { return strings.Contains(line, "// "+comment) }
		if says("refuse") {
			s.Respond(m, false)
			return
		}
		status := func(n int) { d.Symbols[i].Status = n; s.Publish(&d.Document, "") }
		// The answer may come before and after the verification.
		if i%2 == 0 {
			s.Respond(m, true)
		} else {
			defer s.Respond(m, true)
		}
		status(fakeserver.Queued)
		status(fakeserver.Running)
		start := y.NameRange.Start
		switch {
		case says("crash"):
			os.Exit(3)
		case says("never"):
			return
		case says("fail"):
			fail := func() {
				d.diagnose(start.Line, start.Character+len("M() { "), 1, "Verifier", "assertion might not hold")
				d.diagnose(start.Line, start.Character, 2, "Verifier", outdated+"a postcondition could not be proved on this return path")
				status(fakeserver.Error)
			}
			if !says("fail later") {
				fail()
				break
			}
			// One part is verified, and then another is not.
			status(fakeserver.Correct)
			d.later = func() {
				status(fakeserver.Running)
				d.later = fail
			}
		case says("time out"):
			d.diagnose(start.Line, start.Character, 1, "Verifier", "Verification of 'M' timed out after 10 seconds. (the limit can be increased using --verification-time-limit)")
			status(fakeserver.Error)
		case says("resources"):
			d.diagnose(start.Line, start.Character, 1, "Verifier", "Verification out of resource (M)")
			status(fakeserver.Error)
		case says("solver"):
			d.diagnose(start.Line, start.Character, 1, "Verifier", "Verification encountered solver exception (M)")
			status(fakeserver.Error)
		case says("without a word"):
			status(fakeserver.Error)
		case says("telemetry"):
			s.Notify(methodTelemetry, map[string]any{"kind": 1, "payload": "boom"})
			status(fakeserver.Correct)
		default:
			status(fakeserver.Correct)
		}
		return
	}
	s.Respond(m, false)
}

func (d *fakeDocument) diagnose(line, character, severity int, source, message string) {
	at := lsp.Range{Start: lsp.Position{Line: line, Character: character}, End: lsp.Position{Line: line, Character: character + 1}}
	d.Diagnostics = append(d.Diagnostics, fakeserver.Diagnostic{
		Range: at, Severity: severity, Source: source, Message: message,
		Related: []fakeserver.Related{{Location: fakeserver.Location{URI: d.URI, Range: at}, Message: "here"}},
	})
}

func utf16(s string) int {
	return lsp.NewMapper(s).Position(len(s)).Character
}
