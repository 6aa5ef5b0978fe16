package lineserver

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/dafny/transport/internal/outline"
)

// Ending is how a reply of the server ends.
type Ending int

// The endings. A reply of the command line has none.
const (
	NoEnding  Ending = iota
	Succeeded        // the request was carried out, whatever came of it
	Refused          // the request itself was wrong; the server lives
	Fatal            // the server ends
)

// Entry is what Dafny says of one Boogie procedure.
type Entry struct {
	transport.Result
	// Elapsed is the time of its verification, 0 if it was not printed.
	Elapsed time.Duration
}

// Trailer is the last line of the command line's output.
type Trailer struct {
	Verified, Errors int
	// Others says that there were others besides: time-outs, inconclusive ones.
	Others string
}

// Reply is what Dafny printed about a program.
type Reply struct {
	Ending Ending
	// Failure is what the server said when it refused the request or gave up.
	Failure string
	// Rejected says that the front end found an error.
	Rejected    bool
	Diagnostics []transport.Diagnostic
	Results     []Entry
	// Trailer is nil if there was none.
	Trailer *Trailer
	// Unknown are lines that were not understood.
	Unknown []string
}

// ParseOptions is what must be known of the request.
type ParseOptions struct {
	// File is the name that the program was given.
	File string
	// TimeLimit is the limit of each verification condition. What failed only
	// after it may have been given up; 0 if there was no limit.
	TimeLimit time.Duration
	// Parallel says that Dafny may verify several procedures at once, so that an
	// error of the solver can be that of any.
	Parallel bool
	// Text is the program, in which the full names of modules are looked up; Dafny
	// prints their last parts.
	Text string
}

var (
	located   = regexp.MustCompile(`^(.+?)\((\d+),(\d+)\): (.*)$`)
	labelled  = regexp.MustCompile(`^(Error|Warning|Info)(?: BP\d+)?: (.*)$`)
	undecided = regexp.MustCompile(`^(?:Timed out|Out of memory|Out of resource) on(?: BP\d+)?: (.*)$`)
	verifying = regexp.MustCompile(`^Verifying (\S+) \.\.\.$`)
	outcome   = regexp.MustCompile(`^  \[(?:([0-9.]+) s, )?(\d+) proof obligations?\]  ([a-z ]+)$`)
	banner    = regexp.MustCompile(`^Dafny \d[\w.]*$`)
	trailer   = regexp.MustCompile(`^Dafny program verifier finished with (\d+) verified, (\d+) errors?(?:, (.*))?$`)
	rejection = regexp.MustCompile(`^\d+ (parse|resolution/type) errors detected in `)
	parameter = regexp.MustCompile(`^  \w+ \(`)
	// syntaxMessage matches what the parser says; all else that the front end
	// says comes from the resolver.
	syntaxMessage = regexp.MustCompile(`^(?:.* expected|invalid \w+|this symbol not expected in \w+|.*\bnot allowed here)$`)
)

const (
	endSucceeded = "[SUCCESS] [[DAFNY-SERVER: EOM]]"
	endFailed    = "[FAILURE] [[DAFNY-SERVER: EOM]]"
	completed    = "Verification completed successfully!" // always said, also if nothing was verified
)

// parser reads a reply line by line.
type parser struct {
	options ParseOptions
	modules map[string]string // full paths by last parts
	reply   Reply

	// current is the procedure whose result is being read.
	current *Entry
	// open is the diagnostic to which the next line may belong: a message goes on
	// in lines that are indented, and related places follow. It is -1 if there is none.
	open int
	// message are the lines of the message of open; nil if it cannot go on.
	message []string
	inTrace bool // within an execution trace
	inNoise bool // within the list of parameters that z3 prints
	// doubt is an error of the solver that concerns the next result.
	doubt bool
	// doubts says that there was any.
	doubts bool
}

// Parse reads what the server, or the command line, printed about one program.
func Parse(text string, o ParseOptions) Reply {
	p := &parser{options: o, modules: outline.Modules(o.Text), open: -1}
	for line := range strings.Lines(text) {
		p.line(strings.TrimRight(line, "\r\n"))
	}
	p.endMessage()
	p.endResult()
	if p.doubt || p.doubts && o.Parallel {
		for i := range p.reply.Results {
			p.reply.Results[i].Status = transport.Unknown
		}
	}
	p.reply.Diagnostics = distinct(p.reply.Diagnostics)
	return p.reply
}

func (p *parser) line(line string) {
	if p.inNoise {
		if parameter.MatchString(line) || line == "Legal parameters are:" {
			return
		}
		p.inNoise = false
	}
	if p.inTrace {
		if strings.HasPrefix(line, "    ") {
			return
		}
		p.inTrace = false
	}
	if p.message != nil && strings.HasPrefix(line, " ") {
		p.message = append(p.message, line[1:]) // Dafny puts a space before each further line
		return
	}
	p.endMessage()
	switch {
	case line == "", line == completed, p.progress(line), p.result(line), p.diagnostic(line), p.solver(line), p.end(line):
	default:
		p.reply.Unknown = append(p.reply.Unknown, line)
	}
}

// endMessage keeps the lines of the message that was being read.
func (p *parser) endMessage() {
	if len(p.message) > 1 {
		p.reply.Diagnostics[p.open].Message = strings.Join(p.message, "\n")
	}
	p.message = nil
}

// progress skips what is printed for those who wait.
func (p *parser) progress(line string) bool {
	switch line {
	case "Execution trace:":
		p.inTrace = true
		return true
	case "Coalescing blocks...", "Inlining...", "Running abstract interpretation...":
		return true
	}
	return strings.HasPrefix(line, "[TRACE] ") || strings.HasPrefix(line, "SYMBOLS_START ") ||
		(strings.HasPrefix(line, "  [") || strings.HasPrefix(line, "Linearising ")) && strings.HasSuffix(line, " s]") ||
		strings.HasPrefix(line, "Parsing ") || banner.MatchString(line)
}

// result reads the two lines about one procedure.
func (p *parser) result(line string) bool {
	if m := verifying.FindStringSubmatch(line); m != nil {
		p.endResult()
		prefix, name := splitProcedure(m[1], p.modules)
		p.current = &Entry{Result: transport.Result{Name: name, WellFormed: prefix != "Impl", Status: transport.Unknown}}
		p.open = -1
		return true
	}
	m := outcome.FindStringSubmatch(line)
	if m == nil || p.current == nil {
		return false
	}
	seconds, _ := strconv.ParseFloat(m[1], 64) // the expression matches numbers only
	p.current.Elapsed = time.Duration(seconds * float64(time.Second))
	p.current.Obligations, _ = strconv.Atoi(m[2])
	switch m[3] {
	case "verified":
		p.current.Status = transport.Verified
	case "error", "errors":
		p.current.Status = transport.Failed
		if limit := p.options.TimeLimit; limit > 0 && p.current.Elapsed >= limit {
			p.current.Status = transport.TimedOut
		}
	case "timed out":
		p.current.Status = transport.TimedOut
	case "out of memory", "out of resource":
		p.current.Status = transport.OutOfResource
	}
	if p.doubt {
		p.current.Status = transport.Unknown
		p.doubt = false
	}
	return true
}

// endResult keeps the procedure that was being read.
func (p *parser) endResult() {
	if p.current != nil {
		p.reply.Results = append(p.reply.Results, *p.current)
		p.current = nil
	}
}

// diagnostic reads a line that begins with a place.
func (p *parser) diagnostic(line string) bool {
	m := located.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	var position transport.Position
	said := m[4]
	if m[1] == p.options.File {
		position.Line, _ = strconv.Atoi(m[2])
		position.Column, _ = strconv.Atoi(m[3])
	}
	if message, ok := relatedMessage(said); ok {
		if p.open >= 0 {
			d := &p.reply.Diagnostics[p.open]
			d.Related = append(d.Related, transport.Related{Position: position, Message: message})
		}
		return true
	}
	d := transport.Diagnostic{Position: position, Severity: transport.SeverityError, Message: said}
	frontEnd := p.current == nil && len(p.reply.Results) == 0
	if m := labelled.FindStringSubmatch(said); m != nil {
		d.Severity, d.Message = transport.Severity(strings.ToLower(m[1])), m[2]
	} else if m := undecided.FindStringSubmatch(said); m != nil {
		d.Message, d.Undecided = m[1], true
	}
	switch {
	case !frontEnd:
		d.Kind = transport.KindOf(d.Message)
	case syntaxMessage.MatchString(d.Message):
		d.Kind = transport.KindSyntax
	default:
		d.Kind = transport.KindResolution
	}
	if frontEnd && d.Severity == transport.SeverityError {
		p.reply.Rejected = true
	} else if d.Severity != transport.SeverityError {
		d.Kind = transport.KindOther
	}
	if m[1] != p.options.File {
		d.Message = fmt.Sprintf("%s(%s,%s): %s", m[1], m[2], m[3], d.Message)
	}
	if p.current != nil {
		d.Declaration = p.current.Name
	}
	if frontEnd {
		p.message = []string{d.Message}
	}
	p.open = len(p.reply.Diagnostics)
	p.reply.Diagnostics = append(p.reply.Diagnostics, d)
	return true
}

// relatedMessage reads what is said of a place that belongs to the diagnostic before.
func relatedMessage(said string) (message string, ok bool) {
	for _, label := range []string{"Related location", "Related message"} {
		if rest, ok := strings.CutPrefix(said, label); ok {
			return strings.TrimPrefix(rest, ": "), true
		}
	}
	return "", false
}

// solver reads what the solver said, or what was said of it.
func (p *parser) solver(line string) bool {
	switch {
	case strings.HasPrefix(line, "Prover error: ") && strings.HasSuffix(line, ": unknown parameter 'model_compress'"):
		// Boogie sets a parameter that z3 lost in 4.8; all goes on without it.
		p.inNoise = true
		return true
	case strings.HasPrefix(line, "Prover error: "), strings.HasPrefix(line, "Advisory: ") && strings.Contains(line, "internal error"):
		p.inNoise = true // a list of parameters may follow
		p.doubt, p.doubts = true, true
		p.reply.Diagnostics = append(p.reply.Diagnostics, transport.Diagnostic{
			Severity: transport.SeverityError, Kind: transport.KindProver, Message: line,
		})
		p.open = -1
		return true
	}
	return strings.HasPrefix(line, "Advisory: ")
}

// end reads the last lines.
func (p *parser) end(line string) bool {
	if message, ok := strings.CutPrefix(line, "[FATAL] "); ok {
		p.reply.Ending, p.reply.Failure = Fatal, message
		return true
	}
	if m := trailer.FindStringSubmatch(line); m != nil {
		verified, _ := strconv.Atoi(m[1])
		errors, _ := strconv.Atoi(m[2])
		p.reply.Trailer = &Trailer{Verified: verified, Errors: errors, Others: m[3]}
		return true
	}
	if m := rejection.FindStringSubmatch(line); m != nil {
		p.reply.Rejected = true
		if m[1] == "parse" {
			for i := range p.reply.Diagnostics {
				if p.reply.Diagnostics[i].Kind == transport.KindResolution {
					p.reply.Diagnostics[i].Kind = transport.KindSyntax
				}
			}
		}
		return true
	}
	switch line {
	case endSucceeded:
		p.reply.Ending = Succeeded
	case endFailed:
		if p.reply.Ending != Fatal {
			p.reply.Ending = Refused
			p.reply.Failure = strings.Join(p.reply.Unknown, "\n")
		}
	default:
		return false
	}
	return true
}

// distinct leaves out diagnostics that were given before: Dafny gives one for
// each path that leads to a place.
func distinct(all []transport.Diagnostic) []transport.Diagnostic {
	seen := make(map[string]bool, len(all))
	return slices.DeleteFunc(all, func(d transport.Diagnostic) bool {
		key := fmt.Sprintf("%v|%s|%s|%s|%v|%v", d.Position, d.Severity, d.Declaration, d.Message, d.Undecided, d.Related)
		again := seen[key]
		seen[key] = true
		return again
	})
}
