package lsp

import (
	"errors"
	"fmt"

	"github.com/sourcegraph/jsonrpc2"
)

// Errors that end a connection, or show that it has ended. The error that
// [Conn.Err] returns matches one of them with [errors.Is], or is a
// [*ProtocolError], or comes from the stream.
var (
	// ErrClosed means that the client closed the connection.
	ErrClosed = errors.New("language server connection closed")
	// ErrServerClosed means that the server closed its output, most often
	// because it exited.
	ErrServerClosed = errors.New("language server closed its output")
	// ErrNotReading means that the server left more than
	// [Options.MaxUnsent] bytes unread.
	ErrNotReading = errors.New("language server does not read its input")
	// ErrNotHandled is returned by [Options.OnRequest] for a request that it
	// leaves to the built-in answers.
	ErrNotHandled = errors.New("request not handled")
	// ErrSuperseded means that a document got a newer version, or was closed,
	// before the answer about the version that was asked for.
	ErrSuperseded = errors.New("document version superseded")
)

// ResponseError is an error that the server returned for one request. Its Code
// is one of the codes below or of JSON-RPC.
type ResponseError = jsonrpc2.Error

// Error codes of JSON-RPC, of the Language Server Protocol and of Lean
// (Lean.Data.JsonRpc).
const (
	CodeInvalidParams     = jsonrpc2.CodeInvalidParams
	CodeMethodNotFound    = jsonrpc2.CodeMethodNotFound
	CodeInternalError     = jsonrpc2.CodeInternalError
	CodeRequestCancelled  = -32800
	CodeContentModified   = -32801
	CodeServerCancelled   = -32802
	CodeRequestFailed     = -32803
	CodeRPCNeedsReconnect = -32900 // Lean: the RPC session is gone
	CodeWorkerExited      = -32901 // Lean: the header changed or the file worker failed
	CodeWorkerCrashed     = -32902 // Lean: the file worker died
)

// ProtocolError says that the server sent what the protocol does not allow. It
// ends the connection.
type ProtocolError struct {
	// Problem says what is wrong.
	Problem string
	// Excerpt is the beginning of what was received, up to 200 bytes.
	Excerpt []byte
	// Err is the cause, if there is one.
	Err error
}

// Error implements error.
func (e *ProtocolError) Error() string {
	s := "language server broke the protocol: " + e.Problem
	if e.Err != nil {
		s = fmt.Sprintf("%s: %v", s, e.Err)
	}
	if len(e.Excerpt) > 0 {
		s = fmt.Sprintf("%s: received %q", s, e.Excerpt)
	}
	return s
}

// Unwrap returns the cause.
func (e *ProtocolError) Unwrap() error { return e.Err }

func protocolError(problem string, received []byte, err error) *ProtocolError {
	const most = 200
	excerpt := append([]byte(nil), received[:min(len(received), most)]...)
	return &ProtocolError{Problem: problem, Excerpt: excerpt, Err: err}
}
