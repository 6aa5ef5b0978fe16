// Package defaults fills in options.
package defaults

import "time"

// Set gives an option its default, if it has no value that makes sense.
func Set[T int | int64 | time.Duration](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}
