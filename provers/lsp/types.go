package lsp

import "encoding/json"

// Position is a place in a text: a line, counted from 0, and a column in UTF-16
// code units, counted from 0. [Mapper] converts it from and to byte offsets.
type Position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// Compare returns -1, 0 or 1 as p is before, at or after q.
func (p Position) Compare(q Position) int {
	switch {
	case p.Line < q.Line, p.Line == q.Line && p.Character < q.Character:
		return -1
	case p == q:
		return 0
	}
	return 1
}

// Range is the text from Start up to End, which is not a part of it.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// Contains reports whether p is in the range, its end included.
func (r Range) Contains(p Position) bool {
	return r.Start.Compare(p) <= 0 && p.Compare(r.End) <= 0
}

// Severity is how bad a diagnostic is. The zero value means that the server did
// not say.
type Severity int

// The severities of the protocol.
const (
	SeverityError       Severity = 1
	SeverityWarning     Severity = 2
	SeverityInformation Severity = 3
	SeverityHint        Severity = 4
)

// LeanTag is a property that Lean gives to a diagnostic (from Lean 4.19).
type LeanTag int

// Lean's tags.
const (
	UnsolvedGoals     LeanTag = 1
	GoalsAccomplished LeanTag = 2
)

// Diagnostic is one message of a server about a text.
type Diagnostic struct {
	// Range is where an editor shows it. Lean cuts it at the end of the line.
	Range Range `json:"range"`
	// FullRange is what it is about (Lean only).
	FullRange *Range   `json:"fullRange,omitempty"`
	Severity  Severity `json:"severity,omitempty"`
	// Code is a number, a string, or absent.
	Code    json.RawMessage `json:"code,omitempty"`
	Source  string          `json:"source,omitempty"`
	Message string          `json:"message"`
	// LeanTags are properties that Lean adds.
	LeanTags []LeanTag `json:"leanTags,omitempty"`
	// IsSilent marks one that Lean's editors do not show in the text.
	IsSilent bool `json:"isSilent,omitempty"`
}

// Extent is FullRange if the server gave it, and Range otherwise.
func (d Diagnostic) Extent() Range {
	if d.FullRange != nil {
		return *d.FullRange
	}
	return d.Range
}

// PublishDiagnosticsParams are the parameters of textDocument/publishDiagnostics.
type PublishDiagnosticsParams struct {
	URI string `json:"uri"`
	// Version is that of the text that was checked, or nil if the server does
	// not say.
	Version *int `json:"version,omitempty"`
	// IsIncremental means that the list continues the earlier ones of the same
	// version (Lean, if the client allowed it); otherwise it replaces them.
	IsIncremental bool         `json:"isIncremental,omitempty"`
	Diagnostics   []Diagnostic `json:"diagnostics"`
}

// ProgressKind is what happens in a range of a text that Lean works at.
type ProgressKind int

// Lean's kinds of progress.
const (
	Processing ProgressKind = 1
	FatalError ProgressKind = 2 // the worker failed or crashed; nothing more will come
)

// Progress is a range of a text that is not done.
type Progress struct {
	Range Range        `json:"range"`
	Kind  ProgressKind `json:"kind,omitempty"`
}

// FileProgressParams are the parameters of Lean's $/lean/fileProgress.
type FileProgressParams struct {
	TextDocument VersionedTextDocumentIdentifier `json:"textDocument"`
	Processing   []Progress                      `json:"processing"`
}

// TextDocumentIdentifier names a document.
type TextDocumentIdentifier struct {
	URI string `json:"uri"`
}

// VersionedTextDocumentIdentifier names a version of a document.
type VersionedTextDocumentIdentifier struct {
	URI     string `json:"uri"`
	Version *int   `json:"version,omitempty"`
}

// TextDocumentPositionParams are the parameters of requests about a place in a
// document, such as Lean's $/lean/plainGoal.
type TextDocumentPositionParams struct {
	TextDocument TextDocumentIdentifier `json:"textDocument"`
	Position     Position               `json:"position"`
}

// PlainGoal is the result of Lean's $/lean/plainGoal, which may be null.
type PlainGoal struct {
	Rendered string   `json:"rendered"`
	Goals    []string `json:"goals"`
}

// InitializeParams are the parameters of initialize.
type InitializeParams struct {
	ProcessID  *int        `json:"processId"`
	ClientInfo *ClientInfo `json:"clientInfo,omitempty"`
	RootURI    *string     `json:"rootUri"`
	// Capabilities must encode as an object; nil is sent as an empty one.
	Capabilities          any `json:"capabilities"`
	InitializationOptions any `json:"initializationOptions,omitempty"`
}

// ClientInfo names a client.
type ClientInfo struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// InitializeResult is what a server answers to initialize.
type InitializeResult struct {
	Capabilities json.RawMessage `json:"capabilities"`
	ServerInfo   *ServerInfo     `json:"serverInfo,omitempty"`
}

// ServerInfo names a server.
type ServerInfo struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}
