package lsp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	maxHeaderLine = 4 << 10  // bytes; the reader's buffer must not be smaller
	maxHeader     = 32 << 10 // bytes of all header lines of one message
)

// frameReader reads the protocol's base layer: header lines, an empty line, and
// as many bytes as Content-Length says.
type frameReader struct {
	r          *bufio.Reader
	maxMessage int64
	garbage    int64 // bytes that may still be skipped before a header
}

func newFrameReader(r io.Reader, maxMessage, maxGarbage int64) *frameReader {
	return &frameReader{r: bufio.NewReaderSize(r, 2*maxHeaderLine), maxMessage: maxMessage, garbage: maxGarbage}
}

// next returns the body of the next message. The error is io.EOF if the stream
// ended between two messages.
func (f *frameReader) next() ([]byte, error) {
	length, err := f.header()
	if err != nil {
		return nil, err
	}
	if length > f.maxMessage {
		start, _ := f.r.Peek(f.r.Buffered()) // without waiting for more
		return nil, protocolError(fmt.Sprintf("message of %d bytes, more than the %d allowed", length, f.maxMessage), start, nil)
	}
	// The buffer grows with what arrives: a wrong length must not cost memory.
	var body bytes.Buffer
	if n, err := io.CopyN(&body, f.r, length); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, protocolError(fmt.Sprintf("output ended after %d of a message's %d bytes", n, length), body.Bytes(), io.ErrUnexpectedEOF)
		}
		return nil, fmt.Errorf("reading a message from the language server: %w", err)
	}
	return body.Bytes(), nil
}

// header reads header lines up to the empty line that ends them and returns the
// value of Content-Length.
func (f *frameReader) header() (int64, error) {
	length := int64(-1)
	for size := 0; ; {
		line, err := f.r.ReadSlice('\n')
		size += len(line)
		switch {
		case errors.Is(err, bufio.ErrBufferFull) || err == nil && len(line) > maxHeaderLine:
			if length < 0 && f.skip(line) {
				size -= len(line)
				continue
			}
			return 0, protocolError("header line too long", line, nil)
		case errors.Is(err, io.EOF) && size == 0:
			return 0, io.EOF
		case errors.Is(err, io.EOF):
			return 0, protocolError("output ended within a header", line, io.ErrUnexpectedEOF)
		case err != nil:
			return 0, fmt.Errorf("reading a header from the language server: %w", err)
		case size > maxHeader:
			return 0, protocolError("header too long", line, nil)
		}
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" && length >= 0 {
			return length, nil
		}
		name, value, found := strings.Cut(text, ":")
		switch {
		case found && strings.EqualFold(strings.TrimSpace(name), "Content-Length"):
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err != nil || n < 0 {
				return 0, protocolError("invalid Content-Length", line, nil)
			}
			if length >= 0 && length != n {
				return 0, protocolError("contradictory Content-Length", line, nil)
			}
			length = n
		case found && isToken(name):
			// Content-Type or another header: nothing depends on it.
		case length < 0 && f.skip(line):
			size -= len(line)
		default:
			return 0, protocolError("not a message header", f.excerpt(line), nil)
		}
	}
}

// skip uses up some of the garbage that is allowed.
func (f *frameReader) skip(line []byte) bool {
	f.garbage -= int64(len(line))
	return f.garbage >= 0
}

// excerpt adds to a line what already arrived after it.
func (f *frameReader) excerpt(line []byte) []byte {
	all := append([]byte(nil), line...)
	more, _ := f.r.Peek(f.r.Buffered())
	return append(all, more...)
}

// isToken reports whether s can be the name of a header (RFC 9110, 5.6.2).
func isToken(s string) bool {
	if s == "" {
		return false
	}
	for _, c := range []byte(s) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		digit := '0' <= c && c <= '9'
		if !letter && !digit && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return true
}

// writeFrame writes one message with its header.
func writeFrame(w io.Writer, body []byte) error {
	frame := make([]byte, 0, len(body)+32)
	frame = fmt.Appendf(frame, "Content-Length: %d\r\n\r\n", len(body))
	_, err := w.Write(append(frame, body...))
	return err
}
