//go:build unix && !linux

package process

import (
	"syscall"
	"time"
)

// TreeSupported says whether this system lets a process tree be seen. Where it
// does not, [Options.MemoryLimit] is not enforced, [Process.Memory] fails, and
// descendants that left the process group are not found.
const TreeSupported = false

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// awaitExit returns false at once: one cannot wait here without reaping.
func awaitExit(int) bool { return false }

// tree knows nothing of descendants on this system.
type tree struct{}

func (*tree) init(int, string)          {}
func (*tree) memory() int64             { return 0 }
func (*tree) cpu() time.Duration        { return 0 }
func (*tree) busy() bool                { return false }
func (*tree) signal(syscall.Signal) int { return 0 }
