package languageserver

import (
	"slices"
	"sync"
)

// file is what the server has said about one document.
type file struct {
	uri string

	mu          sync.Mutex
	status      string // of the compilation, the last that was told
	message     string // with it
	symbols     []symbol
	diagnostics []diagnostic
	exception   string // of the server, while it worked at this

	// changed has a value when any of this changed.
	changed chan struct{}
}

func newFile(uri string) *file { return &file{uri: uri, changed: make(chan struct{}, 1)} }

// update changes what is known.
func (f *file) update(change func()) {
	f.mu.Lock()
	change()
	f.mu.Unlock()
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

// snapshot is what is known at one moment. Its lists are never changed.
type snapshot struct {
	status, message string
	symbols         []symbol
	diagnostics     []diagnostic
	exception       string
}

func (f *file) snapshot() snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	return snapshot{f.status, f.message, f.symbols, f.diagnostics, f.exception}
}

// compiled reports whether the front end is done.
func (s snapshot) compiled() bool { return s.ended() || s.status == resolutionSucceeded }

// ended reports whether nothing more will come.
func (s snapshot) ended() bool {
	return s.status == parsingFailed || s.status == resolutionFailed || s.status == internalException
}

// find returns the declaration whose name is at a place.
func (s snapshot) find(at symbol) (symbol, bool) {
	i := slices.IndexFunc(s.symbols, func(other symbol) bool { return other.NameRange.Start == at.NameRange.Start })
	if i < 0 {
		return symbol{}, false
	}
	return s.symbols[i], true
}
