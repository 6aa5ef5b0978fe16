package languageserver

import "github.com/ansatz-prover/ansatz/provers/lsp"

// The messages that Dafny adds to the protocol.
const (
	methodStatus         = "dafny/compilation/status"
	methodSymbols        = "dafny/textDocument/symbolStatus"
	methodVerify         = "dafny/textDocument/verifySymbol"
	methodCancel         = "dafny/textDocument/cancelVerifySymbol"
	methodCounterExample = "dafny/counterExample"
	methodDiagnostics    = "textDocument/publishDiagnostics"
	methodTelemetry      = "telemetry/event"
)

// The states of a compilation in which it stays, except for resolutionSucceeded,
// after which declarations are verified.
const (
	parsingFailed       = "ParsingFailed"
	resolutionFailed    = "ResolutionFailed"
	resolutionSucceeded = "ResolutionSucceeded"
	internalException   = "InternalException"
)

type statusParams struct {
	URI     string `json:"uri"`
	Status  string `json:"status"`
	Message string `json:"message"`
}

// The statuses of a declaration. All from atRest on are final unless it is
// verified again.
const (
	stale   = 0
	atRest  = 4
	failed  = 4
	correct = 5
)

// symbol is a declaration that can be verified.
type symbol struct {
	NameRange lsp.Range `json:"nameRange"`
	Status    int       `json:"status"`
}

type symbolsParams struct {
	URI     string   `json:"uri"`
	Symbols []symbol `json:"namedVerifiables"`
}

// diagnostic is one of the protocol with what Dafny tells besides.
type diagnostic struct {
	Range    lsp.Range    `json:"range"`
	Severity lsp.Severity `json:"severity"`
	Source   string       `json:"source"`
	Message  string       `json:"message"`
	Related  []struct {
		Location struct {
			URI   string    `json:"uri"`
			Range lsp.Range `json:"range"`
		} `json:"location"`
		Message string `json:"message"`
	} `json:"relatedInformation"`
}

type diagnosticsParams struct {
	URI         string       `json:"uri"`
	Diagnostics []diagnostic `json:"diagnostics"`
}

// unhandledException is the kind of a telemetry event that says that something in
// the server failed.
const unhandledException = 1

type telemetryParams struct {
	Kind    any `json:"kind"` // a number, or its name
	Payload any `json:"payload"`
}
