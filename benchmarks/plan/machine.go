package plan

import (
	"bufio"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// ThisMachine describes the machine that the process runs on, as far as it tells.
// It has no name in it: reports are passed on.
func ThisMachine() trial.Machine {
	m := trial.Machine{System: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.GOMAXPROCS(0)}
	m.Processor = field("/proc/cpuinfo", "model name")
	if kilobytes, err := strconv.ParseInt(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"), 10, 64); err == nil {
		m.Memory = kilobytes << 10
	}
	return m
}

// field is the first value of a name in a file of "name : value" lines.
func field(path, name string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }() // opened for reading
	for lines := bufio.NewScanner(file); lines.Scan(); {
		key, value, found := strings.Cut(lines.Text(), ":")
		if found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
