package lsp

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/sourcegraph/jsonrpc2"
)

// wire is the jsonrpc2.ObjectStream of a connection. It differs from the stock
// ones in that writing never blocks, so that a caller's context is honoured
// also while the server does not read, and in that a pending call can be made
// to end by a response of our own: jsonrpc2 keeps the entry of a cancelled call
// until a response comes.
type wire struct {
	rwc       io.ReadWriteCloser
	frames    *frameReader
	maxUnsent int64
	tap       func(Direction, []byte)
	fail      func(error) // records why the connection ends; the first call counts

	received chan []byte   // from readLoop
	closed   chan struct{} // closed by Close

	mu        sync.Mutex
	unsent    [][]byte
	unsentLen int64
	abandoned []jsonrpc2.ID
	isClosed  bool
	wakeWrite chan struct{} // holds a token when unsent may not be empty
	wakeRead  chan struct{} // holds a token when abandoned may not be empty

	closeOnce sync.Once
	closeErr  error
}

// WriteObject implements jsonrpc2.ObjectStream. It queues the message.
func (w *wire) WriteObject(obj any) error {
	body, err := json.Marshal(obj)
	if err != nil {
		return fmt.Errorf("encoding a message: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.isClosed {
		return io.ErrClosedPipe
	}
	// One message is taken whatever its length, so that the limit does not
	// bound the size of documents.
	if len(w.unsent) > 0 && w.unsentLen+int64(len(body)) > w.maxUnsent {
		err := fmt.Errorf("%w: %d bytes wait to be sent", ErrNotReading, w.unsentLen)
		w.fail(err)
		go w.Close() // closing may wait for a process to end
		return err
	}
	w.unsent = append(w.unsent, body)
	w.unsentLen += int64(len(body))
	wake(w.wakeWrite)
	return nil
}

// ReadObject implements jsonrpc2.ObjectStream.
func (w *wire) ReadObject(v any) error {
	for {
		select {
		case body, ok := <-w.received:
			if !ok {
				return io.EOF // readLoop recorded why
			}
			if err := json.Unmarshal(body, v); err != nil {
				err := protocolError("invalid message", body, err)
				w.fail(err)
				return err
			}
			return nil
		case <-w.wakeRead:
			if body, ok := w.responseToAbandoned(); ok {
				return json.Unmarshal(body, v)
			}
		case <-w.closed:
			return io.ErrClosedPipe // whoever closed records why
		}
	}
}

// abandon makes jsonrpc2 forget a call that nobody waits for any more.
func (w *wire) abandon(id jsonrpc2.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.abandoned = append(w.abandoned, id)
	wake(w.wakeRead)
}

// responseToAbandoned makes a response to an abandoned call.
func (w *wire) responseToAbandoned() ([]byte, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.abandoned) == 0 {
		return nil, false
	}
	id := w.abandoned[0]
	w.abandoned = w.abandoned[1:]
	if len(w.abandoned) > 0 {
		wake(w.wakeRead)
	}
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":"abandoned by the client"}}`,
		id, CodeRequestCancelled), true
}

// Close implements jsonrpc2.ObjectStream.
func (w *wire) Close() error {
	w.closeOnce.Do(func() {
		w.mu.Lock()
		w.isClosed = true
		w.mu.Unlock()
		close(w.closed)
		w.closeErr = w.rwc.Close()
	})
	return w.closeErr
}

// readLoop passes on the bodies of messages until the stream ends.
func (w *wire) readLoop() {
	defer close(w.received)
	for {
		body, err := w.frames.next()
		if err != nil {
			select {
			case <-w.closed: // then an error of the stream means nothing
				return
			default:
			}
			if err == io.EOF {
				err = ErrServerClosed
			}
			w.fail(err)
			return
		}
		if w.tap != nil {
			w.tap(FromServer, body)
		}
		select {
		case w.received <- body:
		case <-w.closed:
			return
		}
	}
}

// writeLoop sends what is queued until the stream is closed.
func (w *wire) writeLoop() {
	for {
		select {
		case <-w.wakeWrite:
		case <-w.closed:
			return
		}
		for {
			w.mu.Lock()
			if len(w.unsent) == 0 {
				w.mu.Unlock()
				break
			}
			body := w.unsent[0]
			w.mu.Unlock()

			if w.tap != nil {
				w.tap(ToServer, body)
			}
			if err := writeFrame(w.rwc, body); err != nil {
				w.writeFailed(err)
				return
			}

			w.mu.Lock()
			w.unsent[0] = nil
			w.unsent = w.unsent[1:]
			w.unsentLen -= int64(len(body))
			w.mu.Unlock()
		}
	}
}

// writeFailed ends the connection. A server that dies breaks the pipe of its
// input and ends its output; which is seen first is chance, so the reader,
// which may still have messages to deliver, is left to end the connection if
// it can.
func (w *wire) writeFailed(err error) {
	timer := time.NewTimer(writeErrorGrace)
	defer timer.Stop()
	select {
	case <-w.closed:
	case <-timer.C:
		w.fail(fmt.Errorf("writing to the language server: %w", err))
		w.Close()
	}
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
