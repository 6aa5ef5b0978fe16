package treeview

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/provers"
)

// statuses is the order in which outcomes are listed.
var statuses = [...]provers.Status{provers.Solved, provers.Progress, provers.Rejected, provers.Unparsed, provers.Forbidden,
	provers.OutOfBudget, provers.TimedOut, provers.Crashed, provers.Lost, provers.Interrupted}

// OutcomesText counts the outcomes of attempts.
func OutcomesText(counts map[provers.Status]int) string {
	var parts []string
	for _, status := range statuses {
		if n := counts[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", StatusText(status), console.Count(int64(n))))
		}
	}
	return strings.Join(parts, ", ")
}

// StatusText is an outcome's status in words.
func StatusText(s provers.Status) string { return strings.ReplaceAll(string(s), "_", " ") }
