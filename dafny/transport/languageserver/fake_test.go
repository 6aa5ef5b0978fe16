package languageserver

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/ansatz-prover/ansatz/provers/lsp"
)

// fakeVariable makes the test program behave as the language server of Dafny.
const fakeVariable = "ANSATZ_FAKE_DAFNY"

func TestMain(m *testing.M) {
	if os.Getenv(fakeVariable) != "" {
		(&fake{in: bufio.NewReader(os.Stdin)}).serve()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// fake behaves as Dafny 4.11 is described: in what order it says things, that it
// says nothing twice, and what it says late. The program tells it how to go
// wrong, in comments: "// scenario crash", "method M() // fail".
type fake struct {
	in   *bufio.Reader
	open map[string]*fakeDocument
	last *fakeDocument // the document that was closed last
}

type fakeDocument struct {
	uri      string
	lines    []string
	scenario string
	symbols  []symbol
	// diagnostics are those found so far; published is what was said of each kind.
	diagnostics []map[string]any
	published   map[string]any
	// later happens before the next question about the document is answered.
	later func()
}

type fakeMessage struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		TextDocument struct {
			URI     string `json:"uri"`
			Version int    `json:"version"`
			Text    string `json:"text"`
		} `json:"textDocument"`
		Position lsp.Position `json:"position"`
	} `json:"params"`
}

func (s *fake) serve() {
	s.open = make(map[string]*fakeDocument)
	for {
		m, err := s.receive()
		if err != nil {
			return
		}
		s.handle(m)
	}
}

func (s *fake) receive() (m fakeMessage, err error) {
	length := 0
	for {
		line, err := s.in.ReadString('\n')
		if err != nil {
			return m, err
		}
		if line = strings.TrimSpace(line); line == "" {
			break
		}
		if value, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			length, _ = strconv.Atoi(value)
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(s.in, body); err != nil {
		return m, err
	}
	return m, json.Unmarshal(body, &m)
}

func (s *fake) send(message map[string]any) {
	message["jsonrpc"] = "2.0"
	body, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	fmt.Printf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

func (s *fake) notify(method string, params any) {
	s.send(map[string]any{"method": method, "params": params})
}

func (s *fake) respond(m fakeMessage, result any) {
	s.send(map[string]any{"id": m.ID, "result": result})
}

func (s *fake) handle(m fakeMessage) {
	d := s.open[m.Params.TextDocument.URI]
	switch m.Method {
	case "initialize":
		s.respond(m, map[string]any{"capabilities": map[string]any{}})
		s.notify("dafnyLanguageServerVersionReceived", []string{"4.11.0.0"})
		s.notify(methodTelemetry, map[string]any{"kind": 2, "payload": "/z3"})
	case "textDocument/didOpen":
		s.didOpen(m)
	case "textDocument/didClose":
		s.last = d
		delete(s.open, d.uri)
		s.notify(methodDiagnostics, map[string]any{"uri": d.uri, "diagnostics": []any{}})
	case methodVerify:
		s.verifySymbol(m, d)
	case methodCancel:
		s.respond(m, true)
	case methodCounterExample:
		s.respond(m, []any{map[string]any{"position": lsp.Position{Line: 0, Character: 4}, "assumption": "assume -1 == y;"}})
	case "textDocument/documentSymbol":
		if d.scenario == "list comes late" {
			s.publish(d, "")
		}
		later := d.later
		d.later = nil
		if later != nil {
			later()
		}
		s.respond(m, []any{})
		if d.later != nil { // after the answer, by itself
			later, d.later = d.later, nil
			later()
		}
	case "workspace/symbol":
		s.send(map[string]any{"id": m.ID, "error": map[string]any{"code": -32601, "message": "no such method"}})
	}
}

var (
	fakeDeclaration = regexp.MustCompile(`\b(?:method|lemma|function|newtype) ([\w']+)`)
	fakeScenario    = regexp.MustCompile(`// scenario (.*)`)
)

func (s *fake) didOpen(m fakeMessage) {
	t := m.Params.TextDocument
	d := &fakeDocument{uri: t.URI, lines: strings.Split(t.Text, "\n"), published: make(map[string]any)}
	s.open[t.URI] = d
	if found := fakeScenario.FindStringSubmatch(t.Text); found != nil {
		d.scenario = found[1]
	}
	if d.scenario == "deaf" {
		// It is stopped, and not only silent.
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	}
	s.sayLate(d)
	s.compilation(d, "Parsing", "")
	switch {
	case d.scenario == "exception":
		s.compilation(d, internalException, "boom")
		return
	case strings.Contains(t.Text, "SYNTAX"):
		d.diagnose(0, 0, 1, "Parser", "rbrace expected")
		s.publish(d, parsingFailed)
		return
	}
	s.compilation(d, "ResolutionStarted", "")
	if strings.Contains(t.Text, "UNRESOLVED") {
		d.diagnose(0, 0, 1, "Resolver", "unresolved identifier: x")
		s.publish(d, resolutionFailed)
		return
	}
	for i, line := range d.lines {
		if _, comment, found := strings.Cut(line, "/* open"); found || comment != "" {
			break // the rest is a comment
		}
		for _, at := range fakeDeclaration.FindAllStringSubmatchIndex(line, -1) {
			d.symbols = append(d.symbols, symbol{NameRange: lsp.Range{
				Start: lsp.Position{Line: i, Character: utf16(line[:at[2]])}, End: lsp.Position{Line: i, Character: utf16(line[:at[3]])},
			}})
		}
	}
	switch d.scenario {
	case "list comes late":
		s.compilation(d, resolutionSucceeded, "")
	case "no declarations":
		d.symbols = []symbol{}
		s.publish(d, resolutionSucceeded)
	case "malformed":
		s.notify(methodSymbols, map[string]any{"uri": d.uri, "namedVerifiables": "many"})
	case "args":
		d.diagnose(0, 0, 4, "Verifier", strings.Join(os.Args[1:], " "))
		fallthrough
	default:
		s.publish(d, resolutionSucceeded)
	}
}

// sayLate says what is not about the document: of the one before, and of a file
// that nobody opened, that everything is correct, and that everything is wrong.
func (s *fake) sayLate(d *fakeDocument) {
	others := []*fakeDocument{{uri: "file:///other.dfy", symbols: d.symbols}}
	if s.last != nil {
		others = append(others, s.last)
	}
	for _, other := range others {
		for _, status := range []int{correct, failed} {
			symbols := make([]symbol, len(other.symbols))
			for i, y := range other.symbols {
				symbols[i] = symbol{y.NameRange, status}
			}
			s.notify(methodDiagnostics, map[string]any{"uri": other.uri, "diagnostics": []any{map[string]any{
				"range": lsp.Range{}, "severity": 1, "source": "Verifier", "message": "late",
			}}})
			s.notify(methodSymbols, map[string]any{"uri": other.uri, "namedVerifiables": symbols})
			s.notify(methodStatus, map[string]any{"uri": other.uri, "status": resolutionSucceeded, "message": nil})
		}
	}
}

func (s *fake) verifySymbol(m fakeMessage, d *fakeDocument) {
	for i, y := range d.symbols {
		if y.NameRange.Start != m.Params.Position {
			continue
		}
		line := d.lines[y.NameRange.Start.Line]
		says := func(comment string) bool { return strings.Contains(line, "// "+comment) }
		if says("refuse") {
			s.respond(m, false)
			return
		}
		status := func(n int) { d.symbols[i].Status = n; s.publish(d, "") }
		// The answer may come before and after the verification.
		if i%2 == 0 {
			s.respond(m, true)
		} else {
			defer s.respond(m, true)
		}
		status(1)
		status(2)
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
				status(failed)
			}
			if !says("fail later") {
				fail()
				break
			}
			// One part is verified, and then another is not.
			status(correct)
			d.later = func() {
				status(2)
				d.later = fail
			}
		case says("time out"):
			d.diagnose(start.Line, start.Character, 1, "Verifier", "Verification of 'M' timed out after 10 seconds. (the limit can be increased using --verification-time-limit)")
			status(failed)
		case says("resources"):
			d.diagnose(start.Line, start.Character, 1, "Verifier", "Verification out of resource (M)")
			status(failed)
		case says("solver"):
			d.diagnose(start.Line, start.Character, 1, "Verifier", "Verification encountered solver exception (M)")
			status(failed)
		case says("without a word"):
			status(failed)
		case says("telemetry"):
			s.notify(methodTelemetry, map[string]any{"kind": 1, "payload": "boom"})
			status(correct)
		default:
			status(correct)
		}
		return
	}
	s.respond(m, false)
}

func (d *fakeDocument) diagnose(line, character, severity int, source, message string) {
	at := lsp.Range{Start: lsp.Position{Line: line, Character: character}, End: lsp.Position{Line: line, Character: character + 1}}
	d.diagnostics = append(d.diagnostics, map[string]any{
		"range": at, "severity": severity, "source": source, "message": message,
		"relatedInformation": []any{map[string]any{"location": map[string]any{"uri": d.uri, "range": at}, "message": "here"}},
	})
}

// publish says what changed since it was last said, in the order in which Dafny does.
func (s *fake) publish(d *fakeDocument, status string) {
	for _, p := range []struct {
		method string
		params map[string]any
		left   bool
	}{
		{methodDiagnostics, map[string]any{"uri": d.uri, "version": 1, "diagnostics": append([]map[string]any{}, d.diagnostics...)}, len(d.diagnostics) == 0},
		{methodSymbols, map[string]any{"uri": d.uri, "version": 1, "namedVerifiables": append([]symbol{}, d.symbols...)}, d.symbols == nil},
	} {
		if !p.left && !reflect.DeepEqual(d.published[p.method], p.params) {
			d.published[p.method] = p.params
			s.notify(p.method, p.params)
		}
	}
	if status != "" {
		s.compilation(d, status, "")
	}
}

func (s *fake) compilation(d *fakeDocument, status, message string) {
	s.notify(methodStatus, map[string]any{"uri": d.uri, "version": 1, "status": status, "message": message})
}

func utf16(s string) int {
	return lsp.NewMapper(s).Position(len(s)).Character
}
