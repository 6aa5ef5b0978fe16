package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sourcegraph/jsonrpc2"
)

// Direction tells the two directions of a connection apart.
type Direction int

// The directions of messages.
const (
	ToServer Direction = iota
	FromServer
)

// String returns "to" or "from".
func (d Direction) String() string {
	if d == ToServer {
		return "to"
	}
	return "from"
}

// The defaults of [Options].
const (
	DefaultMaxMessage   = 64 << 20
	DefaultMaxUnsent    = 64 << 20
	DefaultMaxUnhandled = 1 << 16
	DefaultCloseTimeout = 3 * time.Second

	// maxConcurrentRequests bounds the requests of the server that OnRequest
	// answers at a time.
	maxConcurrentRequests = 64
	// writeErrorGrace is how long the reader has to find out why the server
	// takes no input any more.
	writeErrorGrace = 500 * time.Millisecond
)

// Options shapes a connection. The zero value is useful.
type Options struct {
	// OnNotification, if set, gets every notification of the server, in order,
	// from one goroutine, after the [Document] that it concerns has taken it
	// in. It must not wait for a [Conn.Call]: a call returns only after all
	// notifications that came before its response were handled.
	OnNotification func(method string, params json.RawMessage)
	// OnRequest, if set, answers requests of the server, each in its own
	// goroutine. To leave one to the built-in answers, return [ErrNotHandled];
	// a [*ResponseError] is sent as it is. The context ends with the
	// connection.
	OnRequest func(ctx context.Context, method string, params json.RawMessage) (result any, err error)
	// Configuration answers each item of workspace/configuration; nil answers null.
	Configuration func(section string) any
	// Tap, if set, sees the body of every message at the moment that it is
	// written or was read. It may be called from two goroutines at once, and
	// must neither block nor keep or change the bytes.
	Tap func(d Direction, message []byte)

	// MaxMessage bounds the body of a message of the server, in bytes; zero
	// means [DefaultMaxMessage].
	MaxMessage int64
	// MaxGarbage is how many bytes that are no message the server may write
	// before that breaks the protocol. Only whole lines between messages can
	// be skipped. Zero allows none.
	MaxGarbage int64
	// MaxUnsent bounds what may wait for a server that does not read, in bytes;
	// zero means [DefaultMaxUnsent].
	MaxUnsent int64
	// MaxUnhandled bounds the notifications that may wait for OnNotification;
	// zero means [DefaultMaxUnhandled].
	MaxUnhandled int
	// CloseTimeout bounds how long Close waits; zero means [DefaultCloseTimeout].
	CloseTimeout time.Duration
}

// Conn is a connection to a language server. Its methods may be used by several
// goroutines at once.
type Conn struct {
	opts   Options
	wire   *wire
	rpc    *jsonrpc2.Conn
	nextID atomic.Uint64

	events  queue         // notifications, and marks of responses between them
	done    chan struct{} // closed when the connection is broken
	drained chan struct{} // closed when, after that, all notifications were handled
	loops   sync.WaitGroup

	requestMu sync.Mutex
	requests  sync.WaitGroup // those being answered by OnRequest
	answering int            // how many they are
	ending    bool           // no more are begun

	errMu sync.Mutex
	err   error

	callMu sync.Mutex
	calls  map[jsonrpc2.ID]chan struct{} // closed when all before the response is handled

	docMu     sync.Mutex
	documents map[string]*Document // by URI
	versions  atomic.Int64         // the last version of any document
}

// NewConn starts to speak over a stream, which it closes in the end. Closing
// the stream must make its Read and Write return. The connection ends when ctx
// is done.
func NewConn(ctx context.Context, rwc io.ReadWriteCloser, opts Options) *Conn {
	opts.setDefaults()
	c := &Conn{
		opts:      opts,
		done:      make(chan struct{}),
		drained:   make(chan struct{}),
		calls:     make(map[jsonrpc2.ID]chan struct{}),
		documents: make(map[string]*Document),
	}
	c.events.init(opts.MaxUnhandled)
	c.wire = &wire{
		rwc:       rwc,
		frames:    newFrameReader(rwc, opts.MaxMessage, opts.MaxGarbage),
		maxUnsent: opts.MaxUnsent,
		tap:       opts.Tap,
		fail:      c.fail,
		received:  make(chan []byte),
		closed:    make(chan struct{}),
		wakeWrite: make(chan struct{}, 1),
		wakeRead:  make(chan struct{}, 1),
	}
	c.loops.Go(c.wire.readLoop)
	c.loops.Go(c.wire.writeLoop)
	c.loops.Go(c.dispatch)
	c.rpc = jsonrpc2.NewConn(ctx, c.wire, handler{c},
		jsonrpc2.SetLogger(silent{}), jsonrpc2.OnRecv(c.mark))
	c.loops.Go(func() {
		// jsonrpc2 closes after the end of its own reading, of the context, or
		// of Close: this is the one place that learns of all of them.
		<-c.rpc.DisconnectNotify()
		if err := ctx.Err(); err != nil {
			c.fail(fmt.Errorf("%w: %w", ErrClosed, context.Cause(ctx)))
		}
		c.fail(ErrClosed)
		c.endRequests()
		c.events.close()
	})
	return c
}

func (o *Options) setDefaults() {
	if o.MaxMessage <= 0 {
		o.MaxMessage = DefaultMaxMessage
	}
	if o.MaxUnsent <= 0 {
		o.MaxUnsent = DefaultMaxUnsent
	}
	if o.MaxUnhandled <= 0 {
		o.MaxUnhandled = DefaultMaxUnhandled
	}
	if o.CloseTimeout <= 0 {
		o.CloseTimeout = DefaultCloseTimeout
	}
}

// silent replaces jsonrpc2's logger, which writes to standard error.
type silent struct{}

func (silent) Printf(string, ...any) {}

// fail records why the connection ended; the first reason counts.
func (c *Conn) fail(err error) {
	c.errMu.Lock()
	defer c.errMu.Unlock()
	if c.err == nil {
		c.err = err
		close(c.done)
	}
}

// Done is closed when the connection has ended.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err says why the connection ended, or returns nil while it lasts.
func (c *Conn) Err() error {
	c.errMu.Lock()
	defer c.errMu.Unlock()
	return c.err
}

// Close ends the connection, without asking the server to shut down, closes the
// stream and waits for everything to end. If that takes longer than
// [Options.CloseTimeout], it returns an error, and the stream's owner should
// kill the server.
func (c *Conn) Close() error {
	c.fail(ErrClosed)
	ended := make(chan error, 1)
	go func() {
		err := c.rpc.Close()
		if err == nil || errors.Is(err, jsonrpc2.ErrClosed) {
			err = c.wire.Close()
		}
		c.loops.Wait()
		ended <- err
	}()
	timer := time.NewTimer(c.opts.CloseTimeout)
	defer timer.Stop()
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("closing the language server connection: %w", err)
		}
		return nil
	case <-timer.C:
		return fmt.Errorf("closing the language server connection: not done after %v", c.opts.CloseTimeout)
	}
}

// Call sends a request and waits for its response, which is decoded into
// result unless that is nil. It returns only after all notifications that the
// server sent before the response were handled. An error of the server is a
// [*ResponseError] (see [errors.As]).
//
// If ctx is done first, Call sends $/cancelRequest and returns; a late response
// is ignored. Note that Lean goes on elaborating after that.
func (c *Conn) Call(ctx context.Context, method string, params, result any) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	id := c.newID()
	handled := make(chan struct{})
	c.callMu.Lock()
	c.calls[id] = handled
	c.callMu.Unlock()
	defer func() {
		c.callMu.Lock()
		delete(c.calls, id)
		c.callMu.Unlock()
	}()

	call, err := c.rpc.DispatchCall(ctx, method, params, jsonrpc2.PickID(id))
	if err != nil {
		return c.broken(method, err)
	}
	var raw json.RawMessage
	err = call.Wait(ctx, &raw)
	var response *ResponseError
	switch {
	case err == nil || errors.As(err, &response):
	case ctx.Err() != nil:
		c.cancel(id)
		return fmt.Errorf("%s: %w", method, ctx.Err())
	default:
		return c.broken(method, err)
	}
	select {
	case <-handled:
	case <-c.drained:
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
	if response != nil {
		return fmt.Errorf("%s: %w", method, response)
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(raw, result); err != nil {
		return fmt.Errorf("%s: decoding the result: %w", method, protocolError("unexpected result", raw, err))
	}
	return nil
}

// Post sends a request whose response, if one comes at all, is ignored. (A Lean
// file worker never answers initialize.)
func (c *Conn) Post(ctx context.Context, method string, params any) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	id := c.newID()
	if _, err := c.rpc.DispatchCall(ctx, method, params, jsonrpc2.PickID(id)); err != nil {
		return c.broken(method, err)
	}
	c.wire.abandon(id)
	return nil
}

// Notify queues a notification for the server. It does not wait until it is
// sent; messages are sent in the order of the calls.
func (c *Conn) Notify(ctx context.Context, method string, params any) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	if err := c.rpc.Notify(ctx, method, params); err != nil {
		return c.broken(method, err)
	}
	return nil
}

// newID numbers requests from 1. jsonrpc2's own numbers begin with 0, which it
// cannot tell from the null of an error response to an unreadable request.
func (c *Conn) newID() jsonrpc2.ID { return jsonrpc2.ID{Num: c.nextID.Add(1)} }

// cancel tells the server, and jsonrpc2, that a response is not needed any more.
func (c *Conn) cancel(id jsonrpc2.ID) {
	// If this fails the connection is broken, which the next call will say.
	_ = c.rpc.Notify(context.Background(), "$/cancelRequest", map[string]any{"id": id})
	c.wire.abandon(id)
}

// broken says why a message could not be sent or got no response.
func (c *Conn) broken(method string, err error) error {
	if errors.Is(err, jsonrpc2.ErrClosed) {
		<-c.done // the reason is recorded right after the disconnection
	}
	if why := c.Err(); why != nil {
		err = why
	}
	return fmt.Errorf("%s: %w", method, err)
}
