package transport

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/provers"
)

// CheckText refuses texts that Dafny would not read as they are.
func CheckText(text string) error {
	problem, at := "", 0
	if i := strings.IndexByte(text, 0); i >= 0 {
		problem, at = "it has a NUL byte", i
	}
	if !utf8.ValidString(text) {
		for i := 0; i < len(text); {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && size == 1 {
				problem, at = "it is not valid UTF-8", i
				break
			}
			i += size
		}
	}
	if problem == "" {
		return nil
	}
	return &provers.Error{
		Kind: provers.InvalidProblem, Doing: "giving a program to Dafny",
		Detail: fmt.Sprintf("%s in line %d, at byte %d of the text", problem, lines(text[:at]), at),
		Hint:   "Write the program as UTF-8 text.",
	}
}
