package dafny

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/dafny/transport/languageserver/fakeserver"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/discovery"
	"github.com/ansatz-prover/ansatz/provers/lsp"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
)

// standInVariable makes the test program behave as the language server of Dafny 4.
// Its value is the command, as JSON, of the DafnyServer that verifies for it.
const standInVariable = "ANSATZ_TEST_DAFNY_STAND_IN"

func TestMain(m *testing.M) {
	if command := os.Getenv(standInVariable); command != "" {
		if err := serveStandIn(command, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestConformanceLanguageServer runs the suite over the protocol of Dafny 4. The
// server is a stand-in, but what it says is verified is verified: by the Dafny 2
// that is installed.
func TestConformanceLanguageServer(t *testing.T) {
	installed := realDafny(t)
	if installed.Protocol != LineServer {
		t.Skip("the Dafny that is installed has a language server of its own, with which TestConformance is run")
	}
	command, err := json.Marshal(installed.Server)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(standInVariable, string(command))
	found := Found{
		Place:    discovery.Place{Info: provers.Info{Name: "dafny", Version: "4.11.0", Variant: provers.Fake, Path: os.Args[0]}, Usable: true},
		Protocol: LanguageServer, Server: []string{os.Args[0], "server"},
	}
	var services []transport.Service
	p := New(found.Info, Config{Service: func() transport.Service {
		s := found.NewService(ServiceConfig{})
		services = append(services, s)
		return s
	}})
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	suite := conformanceSuite(p, NewVerifier(installed, VerifyConfig{}))
	proverstest.Conformance(t, suite)
	t.Run("given up", func(t *testing.T) { givenUp(t, p, suite.Samples[0]) })
	t.Run("columns", func(t *testing.T) {
		const program = "method M() {\n  assert /* \U0001d538 */ \"\u00e4\u00f6\" == x;\n}"
		const want = "line 2, column 31: unresolved identifier: x" // in bytes
		if _, err := p.Open(t.Context(), provers.Problem{Name: "bad", Statement: program}, provers.Limits{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	})
	// What was given up must not have cost a server.
	for _, s := range services {
		if n, reason := s.Restarts(); n != 0 {
			t.Errorf("%d restarts: %s", n, reason)
		}
	}
}

// givenUp has the wall time of an action end while the solver works at it, and
// sees that the next one is answered.
func givenUp(t *testing.T, p *Prover, sample proverstest.Sample) {
	s, err := p.Open(t.Context(), sample.Problem, provers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	outcomes, err := s.Try(t.Context(), s.Root(), []provers.Action{sample.Slow}, provers.Limits{Wall: time.Second})
	if err != nil || outcomes[0].Status != provers.TimedOut {
		t.Fatalf("outcomes %+v, %v", outcomes, err)
	}
	outcomes, err = s.Try(t.Context(), s.Root(), []provers.Action{sample.Wrong[0]}, provers.Limits{})
	if err != nil || outcomes[0].Status != provers.Rejected {
		t.Errorf("afterwards: outcomes %+v, %v", outcomes, err)
	}
}

// standIn is a language server as that of Dafny 4, which has another Dafny verify.
// Like Dafny 4 it takes no notice of assumptions, and it reads programs of both
// dialects.
type standIn struct {
	dafny      transport.Service
	timeLimit  int // in seconds
	errorLimit int
	work       chan func() // for the one goroutine that uses dafny

	mu   sync.Mutex // guards what follows, and the documents
	open map[string]*standInDocument
}

type standInDocument struct {
	fakeserver.Document
	text         string
	mapper       *lsp.Mapper
	lines        *syntax.Lines
	declarations []transport.Declaration // of Symbols, in the same order
	ctx          context.Context         // ends when it is closed
	close        context.CancelFunc
	// stop ends the verification that is under way.
	stop context.CancelFunc
}

// serveStandIn is the whole program, with the arguments that "dafny" has.
func serveStandIn(command string, args []string) error {
	found := Found{Protocol: LineServer}
	if err := json.Unmarshal([]byte(command), &found.Server); err != nil {
		return fmt.Errorf("reading %s: %w", standInVariable, err)
	}
	s := &standIn{work: make(chan func(), 1<<10), open: make(map[string]*standInDocument)}
	if err := s.readArgs(args); err != nil {
		return err
	}
	s.dafny = found.NewService(ServiceConfig{})
	var worker sync.WaitGroup
	worker.Go(func() {
		for job := range s.work {
			job()
		}
	})
	err := fakeserver.Serve(os.Stdin, os.Stdout, s)
	s.mu.Lock()
	for _, d := range s.open {
		d.close()
	}
	s.mu.Unlock()
	close(s.work)
	worker.Wait()
	if closeErr := s.dafny.Close(); err == nil {
		err = closeErr
	}
	return err
}

// readArgs takes no option that it does not heed.
func (s *standIn) readArgs(args []string) error {
	if len(args) == 0 || args[0] != "server" {
		return fmt.Errorf("the command is not server: %q", args)
	}
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, ":")
		var err error
		switch {
		case name == "--verification-time-limit":
			s.timeLimit, err = strconv.Atoi(value)
		case name == "--error-limit":
			s.errorLimit, err = strconv.Atoi(value)
		case arg == "--verify-on:Never", arg == "--update-throttling:0", arg == "--cache-verification:0":
		default:
			err = errors.New("it is not known here")
		}
		if err != nil {
			return fmt.Errorf("the option %s: %w", arg, err)
		}
	}
	return nil
}

// Handle implements [fakeserver.Handler]. It waits for nothing.
func (s *standIn) Handle(c *fakeserver.Conn, m fakeserver.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.open[m.Params.TextDocument.URI]
	switch m.Method {
	case "textDocument/didOpen":
		t := m.Params.TextDocument
		d = &standInDocument{
			Document: fakeserver.Document{URI: t.URI, Version: t.Version},
			text:     t.Text, mapper: lsp.NewMapper(t.Text), lines: syntax.NewLines(t.Text),
		}
		d.ctx, d.close = context.WithCancel(context.Background())
		s.open[t.URI] = d
		c.Compilation(&d.Document, "Parsing", nil)
		s.work <- func() { s.resolve(c, d) }
	case "textDocument/didClose":
		d.close()
		delete(s.open, d.URI)
		c.Closed(&d.Document)
	case "dafny/textDocument/verifySymbol":
		i := d.at(m.Params.Position)
		accepted := i >= 0 && d.Symbols[i].Status == fakeserver.Stale
		if accepted {
			d.Symbols[i].Status = fakeserver.Queued
			c.Publish(&d.Document, "")
			s.work <- func() { s.verify(c, d) }
		}
		c.Respond(m, accepted)
	case "dafny/textDocument/cancelVerifySymbol":
		if i := d.at(m.Params.Position); i >= 0 && d.Symbols[i].Status < fakeserver.Error {
			if d.Symbols[i].Status == fakeserver.Running {
				d.stop()
			}
			d.Symbols[i].Status = fakeserver.Stale
			c.Publish(&d.Document, "")
		}
		c.Respond(m, true)
	case "textDocument/documentSymbol":
		c.Respond(m, []any{})
	default:
		if m.ID != nil {
			c.Unknown(m)
		}
	}
}

// at finds the declaration whose name is at a place. There is none in a document
// that is not open any more, or not resolved.
func (d *standInDocument) at(p lsp.Position) int {
	if d == nil {
		return -1
	}
	return slices.IndexFunc(d.Symbols, func(y fakeserver.Symbol) bool { return y.NameRange.Contains(p) })
}

// request is about the text as the client sent it, its canary included.
func (s *standIn) request(d *standInDocument) transport.Request {
	return transport.Request{Text: d.text, AllowAssumptions: true, TimeLimit: time.Duration(s.timeLimit) * time.Second, ErrorLimit: s.errorLimit}
}

// resolve has the front end look at a document.
func (s *standIn) resolve(c *fakeserver.Conn, d *standInDocument) {
	r := s.request(d)
	r.FrontEndOnly = true
	report, err := s.dafny.Verify(d.ctx, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.ctx.Err() != nil {
		return
	}
	if err != nil {
		c.Compilation(&d.Document, "InternalException", err.Error())
		return
	}
	status := "ResolutionSucceeded"
	for _, found := range report.Diagnostics {
		source := "Resolver"
		if found.Severity == transport.SeverityError && status != "ParsingFailed" {
			status = "ResolutionFailed"
		}
		if found.Kind == transport.KindSyntax {
			source, status = "Parser", "ParsingFailed"
		}
		d.add(found, source)
	}
	if status != "ParsingFailed" {
		c.Compilation(&d.Document, "ResolutionStarted", nil)
	}
	if status == "ResolutionSucceeded" {
		d.list()
	}
	c.Publish(&d.Document, status)
}

// list finds the declarations that Dafny can verify.
func (d *standInDocument) list() {
	d.Symbols = []fakeserver.Symbol{}
	program, err := syntax.Parse(d.text)
	if err != nil {
		return // Dafny has read only a part of it, and lists no canary either
	}
	for decl := range program.All {
		if !decl.Callable() && decl.Kind != syntax.Function && decl.Kind != syntax.Predicate {
			continue
		}
		d.Symbols = append(d.Symbols, fakeserver.Symbol{NameRange: d.mapper.Range(decl.NameAt.Begin, decl.NameAt.End)})
		d.declarations = append(d.declarations, transport.Declaration{Name: decl.QualifiedName()})
	}
}

// verify verifies the declarations that are queued, all at once.
func (s *standIn) verify(c *fakeserver.Conn, d *standInDocument) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for d.ctx.Err() == nil {
		r := s.request(d)
		var running []int
		for i := range d.Symbols {
			if y := &d.Symbols[i]; y.Status == fakeserver.Queued {
				y.Status = fakeserver.Running
				running = append(running, i)
				r.Only = append(r.Only, d.declarations[i])
			}
		}
		if len(running) == 0 {
			return
		}
		c.Publish(&d.Document, "")
		ctx, stop := context.WithCancel(d.ctx)
		d.stop = stop
		s.mu.Unlock()
		report, err := s.dafny.Verify(ctx, r)
		s.mu.Lock()
		stopped := ctx.Err() != nil
		stop()
		if d.ctx.Err() != nil {
			return
		}
		// What was cancelled is stale by now, and may even be queued again.
		running = slices.DeleteFunc(running, func(i int) bool { return d.Symbols[i].Status != fakeserver.Running })
		if stopped { // for one of them; the others have to begin anew
			for _, i := range running {
				d.Symbols[i].Status = fakeserver.Queued
			}
			continue
		}
		if err != nil {
			c.Notify("telemetry/event", map[string]any{"kind": 1, "payload": err.Error()})
			report = transport.Report{}
		}
		for _, found := range report.Diagnostics {
			// That the solver failed, or gave up, is said of the declaration.
			if found.Severity == transport.SeverityError && found.Kind != transport.KindProver && !found.Undecided {
				d.add(found, "Verifier")
			}
		}
		for _, i := range running {
			s.conclude(d, i, report)
		}
		c.Publish(&d.Document, "")
	}
}

// conclude tells what became of a declaration. Its status is the same whether it
// is wrong or the solver gave up; a diagnostic tells which.
func (s *standIn) conclude(d *standInDocument, i int, report transport.Report) {
	name := d.declarations[i].Name
	status := transport.Verified // if there is nothing to prove
	if !report.Complete {
		status = transport.Unknown
	}
	for _, result := range report.Results {
		if result.Name == name && result.Status != transport.Verified && status != transport.Failed {
			status = result.Status
		}
	}
	message := ""
	d.Symbols[i].Status = fakeserver.Error
	switch status {
	case transport.Verified:
		d.Symbols[i].Status = fakeserver.Correct
	case transport.TimedOut:
		message = fmt.Sprintf("Verification of '%s' timed out after %d seconds. (the limit can be increased using --verification-time-limit)", name, s.timeLimit)
	case transport.OutOfResource:
		message = fmt.Sprintf("Verification out of resource (%s)", name)
	case transport.Unknown:
		message = fmt.Sprintf("Verification inconclusive (%s)", name)
	}
	if message != "" {
		d.Diagnostics = append(d.Diagnostics, fakeserver.Diagnostic{
			Range: d.Symbols[i].NameRange, Severity: 1, Source: "Verifier", Message: message, Related: []fakeserver.Related{},
		})
	}
}

// add keeps what Dafny said. What has no place, or one in another file, is said of
// the beginning.
func (d *standInDocument) add(found transport.Diagnostic, source string) {
	severity := map[transport.Severity]int{transport.SeverityError: 1, transport.SeverityWarning: 2, transport.SeverityInfo: 4}[found.Severity]
	related := []fakeserver.Related{}
	for _, r := range found.Related {
		related = append(related, fakeserver.Related{
			Location: fakeserver.Location{URI: d.URI, Range: d.place(r.Position)}, Message: wordingOf4(r.Message),
		})
	}
	d.Diagnostics = append(d.Diagnostics, fakeserver.Diagnostic{
		Range: d.place(found.Position), Severity: severity, Source: source, Message: wordingOf4(found.Message), Related: related,
	})
}

// place is a place as the protocol counts it.
func (d *standInDocument) place(p transport.Position) lsp.Range {
	offset := d.lines.Offset(p.Line, p.Column)
	return d.mapper.Range(offset, offset+1)
}

// wordings are messages of Dafny 2, as Dafny 4 puts them.
var wordings = map[string]string{
	"A postcondition might not hold on this return path.":      "a postcondition could not be proved on this return path",
	"This is the postcondition that might not hold.":           "this is the postcondition that could not be proved",
	"This loop invariant might not hold on entry.":             "this loop invariant could not be proved on entry",
	"This loop invariant might not be maintained by the loop.": "this invariant could not be proved to be maintained by the loop",
	"assertion violation":                                      "assertion might not hold",
}

func wordingOf4(message string) string {
	if said, ok := wordings[message]; ok {
		return said
	}
	return message
}
