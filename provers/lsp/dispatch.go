package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/sourcegraph/jsonrpc2"
)

// event is a notification, or, if handled is set, the mark that a response came.
type event struct {
	method  string
	params  json.RawMessage
	handled chan struct{}
}

// queue is a bounded queue of events that never makes its writer wait.
type queue struct {
	mu     sync.Mutex
	ready  sync.Cond
	items  []event
	max    int
	closed bool
}

func (q *queue) init(most int) {
	q.max = most
	q.ready.L = &q.mu
}

// push reports whether there was room.
func (q *queue) push(e event) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) >= q.max && e.handled == nil {
		return false
	}
	q.items = append(q.items, e)
	q.ready.Signal()
	return true
}

// pop waits for an event; ok is false when the queue is closed and empty.
func (q *queue) pop() (e event, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.closed {
		q.ready.Wait()
	}
	if len(q.items) == 0 {
		return event{}, false
	}
	e = q.items[0]
	q.items[0] = event{}
	q.items = q.items[1:]
	return e, true
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.ready.Broadcast()
}

// dispatch handles the notifications in order.
func (c *Conn) dispatch() {
	defer close(c.drained)
	for {
		e, ok := c.events.pop()
		if !ok {
			return
		}
		if e.handled != nil {
			close(e.handled)
			continue
		}
		c.toDocument(e.method, e.params)
		if c.opts.OnNotification != nil {
			c.opts.OnNotification(e.method, e.params)
		}
	}
}

// toDocument lets the document that a notification concerns take it in.
func (c *Conn) toDocument(method string, params json.RawMessage) {
	switch method {
	case "textDocument/publishDiagnostics":
		var p PublishDiagnosticsParams
		if err := json.Unmarshal(params, &p); err != nil {
			c.breakOff(protocolError("invalid "+method, params, err))
			return
		}
		if d := c.document(p.URI); d != nil {
			d.publish(p)
		}
	case "$/lean/fileProgress":
		var p FileProgressParams
		if err := json.Unmarshal(params, &p); err != nil {
			c.breakOff(protocolError("invalid "+method, params, err))
			return
		}
		if d := c.document(p.TextDocument.URI); d != nil {
			d.progress(p)
		}
	}
}

// breakOff ends the connection because of an error found after reading.
func (c *Conn) breakOff(err error) {
	c.fail(err)
	go c.wire.Close() // closing may wait for a process to end
}

func (c *Conn) document(uri string) *Document {
	c.docMu.Lock()
	defer c.docMu.Unlock()
	return c.documents[uri]
}

// mark runs in jsonrpc2's read loop before a call gets its response. It puts a
// mark behind the notifications that came before, for the call to wait for.
func (c *Conn) mark(_ *jsonrpc2.Request, response *jsonrpc2.Response) {
	if response == nil {
		return
	}
	if response.Error != nil && response.ID == (jsonrpc2.ID{}) {
		// The null of a server that could not tell which request it was.
		c.breakOff(fmt.Errorf("language server could not read a message: %w", response.Error))
		return
	}
	c.callMu.Lock()
	handled := c.calls[response.ID]
	delete(c.calls, response.ID) // a second response must not close it again
	c.callMu.Unlock()
	if handled != nil {
		c.events.push(event{handled: handled})
	}
}

// handler is Conn as jsonrpc2 sees it. It runs in the read loop and so never
// waits.
type handler struct{ c *Conn }

// Handle implements jsonrpc2.Handler.
func (h handler) Handle(ctx context.Context, rpc *jsonrpc2.Conn, request *jsonrpc2.Request) {
	c := h.c
	var params json.RawMessage
	if request.Params != nil {
		params = *request.Params
	}
	if request.Notif {
		if !c.events.push(event{method: request.Method, params: params}) {
			c.breakOff(fmt.Errorf("flood of notifications: more than %d wait to be handled, the last is %s", c.opts.MaxUnhandled, request.Method))
		}
		return
	}
	if c.opts.OnRequest == nil {
		result, err := c.answer(request.Method, params)
		respond(ctx, rpc, request.ID, result, err)
		return
	}
	begun := c.beginRequest(func() {
		result, err := c.opts.OnRequest(ctx, request.Method, params)
		if errors.Is(err, ErrNotHandled) {
			result, err = c.answer(request.Method, params)
		}
		respond(ctx, rpc, request.ID, result, err)
	})
	if !begun {
		respond(ctx, rpc, request.ID, nil, &ResponseError{Code: CodeRequestFailed, Message: "too many requests at once"})
	}
}

// beginRequest runs f in a goroutine of its own, unless there are too many or
// the connection ends.
func (c *Conn) beginRequest(f func()) bool {
	c.requestMu.Lock()
	defer c.requestMu.Unlock()
	if c.ending || c.answering == maxConcurrentRequests {
		return false
	}
	c.answering++
	c.requests.Go(func() {
		f()
		c.requestMu.Lock()
		c.answering--
		c.requestMu.Unlock()
	})
	return true
}

// endRequests lets no more requests begin and waits for those that did.
func (c *Conn) endRequests() {
	c.requestMu.Lock()
	c.ending = true
	c.requestMu.Unlock()
	c.requests.Wait()
}

// answer has the built-in answers to what servers ask.
func (c *Conn) answer(method string, params json.RawMessage) (any, error) {
	switch method {
	case "client/registerCapability", "client/unregisterCapability",
		"window/workDoneProgress/create", "window/showMessageRequest",
		"workspace/semanticTokens/refresh", "workspace/inlayHint/refresh",
		"workspace/codeLens/refresh", "workspace/diagnostic/refresh",
		"workspace/foldingRange/refresh", "workspace/inlineValue/refresh":
		return nil, nil
	case "workspace/workspaceFolders":
		return nil, nil
	case "workspace/configuration":
		var p struct {
			Items []struct {
				Section string `json:"section"`
			} `json:"items"`
		}
		if err := json.Unmarshal(params, &p); err != nil {
			return nil, &ResponseError{Code: CodeInvalidParams, Message: err.Error()}
		}
		values := make([]any, len(p.Items))
		if c.opts.Configuration != nil {
			for i, item := range p.Items {
				values[i] = c.opts.Configuration(item.Section)
			}
		}
		return values, nil
	case "workspace/applyEdit":
		return map[string]any{"applied": false, "failureReason": "the client changes documents only by itself"}, nil
	}
	return nil, &ResponseError{Code: CodeMethodNotFound, Message: "the client does not know " + method}
}

// respond sends a response. If that fails the connection is broken, which every
// later call will say.
func respond(ctx context.Context, rpc *jsonrpc2.Conn, id jsonrpc2.ID, result any, err error) {
	if err == nil {
		if err = rpc.Reply(ctx, id, result); err == nil || errors.Is(err, jsonrpc2.ErrClosed) {
			return
		}
		err = fmt.Errorf("encoding the result: %w", err)
	}
	var response *ResponseError
	if !errors.As(err, &response) {
		response = &ResponseError{Code: CodeInternalError, Message: err.Error()}
	}
	_ = rpc.ReplyWithError(ctx, id, response)
}
