package lsp

import (
	"context"
	"errors"
	"fmt"
)

// Initialize does the usual handshake: it sends initialize, waits for the
// answer and sends initialized.
func (c *Conn) Initialize(ctx context.Context, params InitializeParams) (InitializeResult, error) {
	var result InitializeResult
	params.setDefaults()
	if err := c.Call(ctx, "initialize", params, &result); err != nil {
		return InitializeResult{}, err
	}
	if err := c.Notify(ctx, "initialized", struct{}{}); err != nil {
		return InitializeResult{}, err
	}
	return result, nil
}

// InitializeWorker does the handshake of a Lean file worker (lean --worker),
// which reads initialize, never answers it, and wants textDocument/didOpen next.
func (c *Conn) InitializeWorker(ctx context.Context, params InitializeParams) error {
	params.setDefaults()
	return c.Post(ctx, "initialize", params)
}

func (p *InitializeParams) setDefaults() {
	if p.Capabilities == nil {
		p.Capabilities = struct{}{}
	}
}

// Shutdown asks the server to end (shutdown, then exit) and waits until it has
// closed its output; then it closes the connection. If ctx is done first, the
// connection is closed all the same, and the error says so.
func (c *Conn) Shutdown(ctx context.Context) error {
	if err := c.Call(ctx, "shutdown", nil, nil); err != nil {
		return errors.Join(fmt.Errorf("asking the language server to shut down: %w", err), c.Close())
	}
	return c.Exit(ctx)
}

// Exit sends exit, waits until the server has closed its output, and closes the
// connection. It is how a Lean file worker is ended, which knows no shutdown.
func (c *Conn) Exit(ctx context.Context) error {
	if err := c.Notify(ctx, "exit", nil); err != nil {
		return errors.Join(fmt.Errorf("asking the language server to exit: %w", err), c.Close())
	}
	var late error
	select {
	case <-c.done:
	case <-ctx.Done():
		late = fmt.Errorf("waiting for the language server to exit: %w", ctx.Err())
	}
	return errors.Join(late, c.Close())
}
