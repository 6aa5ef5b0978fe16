// Package runid makes the IDs of runs: short, sortable, and easy to type.
package runid

import (
	"fmt"
	"io"
	"regexp"
	"time"
)

// alphabet is Crockford's base 32: no letter looks like a digit, and the order
// of the bytes is the order of the values.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// New makes an ID such as "260410-f2k7qx" from the time in UTC and two
// random bytes: the date, the time of day in steps of 82 ms, and 10 random
// bits. IDs sort by time.
func New(now time.Time, random io.Reader) (string, error) {
	var noise [2]byte
	if _, err := io.ReadFull(random, noise[:]); err != nil {
		return "", fmt.Errorf("making a run's ID: %w", err)
	}
	now = now.UTC()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	const day, steps = 24 * time.Hour, 1 << 20
	n := uint64(now.Sub(midnight))*steps/uint64(day)<<10 | (uint64(noise[0])<<8|uint64(noise[1]))&(1<<10-1)
	var tail [6]byte
	for i := len(tail) - 1; i >= 0; i-- {
		tail[i] = alphabet[n%32]
		n /= 32
	}
	return now.Format("060102-") + string(tail[:]), nil
}

var pattern = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$`)

// Valid reports whether an ID that a caller chose can be one. It names a file,
// and must not be what [Latest] takes for another run.
func Valid(id string) bool { return pattern.MatchString(id) && !Latest(id) }

// Latest reports whether s is a name for the latest run, whatever its ID is.
func Latest(s string) bool { return s == "last" || s == "latest" }
