package process

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// TreeSupported says whether this system lets a process tree be seen. Where it
// does not, [Options.MemoryLimit] is not enforced, [Process.Memory] fails, and
// descendants that left the process group are not found.
const TreeSupported = true

func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// awaitExit waits until the process has ended, without reaping it. It returns
// false if it could not.
func awaitExit(pid int) bool {
	const byPid = 1 // P_PID of waitid(2)
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, byPid, uintptr(pid), 0,
			syscall.WEXITED|syscall.WNOWAIT, 0, 0)
		if errno != syscall.EINTR {
			return errno == 0
		}
	}
}

// identity tells a process from a later one with the same number.
type identity struct {
	pid   int
	start uint64 // clock ticks since boot
}

// tree is what is known of a process and its descendants.
type tree struct {
	cookie []byte

	mu sync.Mutex
	// seen holds the root and the descendants that were ever seen and still
	// live, so that they are known also after they lost their parent.
	seen map[identity]struct{}
}

func (t *tree) init(root int, cookie string) {
	t.cookie = []byte(cookie)
	start, _, _ := stat(root)
	t.seen = map[identity]struct{}{{root, start}: {}}
}

// memory sums the resident sets of the tree, in bytes.
func (t *tree) memory() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	var pages int64
	for _, pid := range t.look() {
		pages += residentPages(pid)
	}
	return pages * int64(os.Getpagesize())
}

// cpu is the processor time of all processes of the tree that are alive.
func (t *tree) cpu() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ticks int64
	for _, pid := range t.look() {
		ticks += cpuTicks(pid)
	}
	return time.Duration(ticks) * (time.Second / userHZ)
}

// busy reports whether any thread of the tree runs, wants to, or waits for a disk,
// at this moment.
func (t *tree) busy() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, pid := range t.look() {
		tasks := "/proc/" + strconv.Itoa(pid) + "/task"
		for _, thread := range numbers(tasks) {
			data, err := os.ReadFile(tasks + "/" + strconv.Itoa(thread) + "/stat")
			if err != nil {
				continue // the thread ended
			}
			// The state follows the name in parentheses, which may hold anything.
			if rest := data[bytes.LastIndexByte(data, ')')+1:]; len(rest) > 1 && strings.IndexByte("RD", rest[1]) >= 0 {
				return true
			}
		}
	}
	return false
}

// look finds the living members of the tree from parent to child, beginning
// with all that were seen before. The caller holds mu.
func (t *tree) look() []int {
	var queue []int
	for id := range t.seen {
		if start, _, alive := stat(id.pid); alive && start == id.start {
			queue = append(queue, id.pid)
		} else {
			delete(t.seen, id)
		}
	}
	known := make(map[int]bool, len(queue))
	var members []int
	for len(queue) > 0 {
		pid := queue[0]
		queue = queue[1:]
		if known[pid] {
			continue
		}
		known[pid] = true
		start, _, alive := stat(pid)
		if !alive {
			continue
		}
		members = append(members, pid)
		t.seen[identity{pid, start}] = struct{}{}
		queue = append(queue, children(pid)...)
	}
	return members
}

// signal sends a signal to each member of the tree that can be found, and
// returns how many were alive.
func (t *tree) signal(sig syscall.Signal) (alive int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	targets := make(map[int]bool)
	for _, pid := range t.look() {
		targets[pid] = true
	}
	for _, pid := range t.orphans() {
		targets[pid] = true
	}
	for pid := range targets {
		if syscall.Kill(pid, sig) == nil {
			alive++
		}
	}
	return alive
}

// orphans finds every living process that carries the cookie.
func (t *tree) orphans() []int {
	var found []int
	for _, pid := range numbers("/proc") {
		if pid == os.Getpid() || !t.marked(pid) {
			continue
		}
		if _, _, alive := stat(pid); alive {
			found = append(found, pid)
		}
	}
	return found
}

// marked reports whether a process carries the cookie in its environment. That
// of processes of other users cannot be read; they are not ours.
func (t *tree) marked(pid int) bool {
	environ, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	return err == nil && bytes.Contains(environ, t.cookie)
}

// stat reads when a process started and its parent; alive is false for one that
// is gone or only waits to be reaped.
func stat(pid int) (start uint64, parent int, alive bool) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, 0, false
	}
	// The second field is the name in parentheses, which may hold anything.
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	const state, ppid, startTime = 0, 1, 19 // counted from the third field, see proc_pid_stat(5)
	if len(fields) <= startTime {
		return 0, 0, false
	}
	parent, _ = strconv.Atoi(fields[ppid])
	start, err = strconv.ParseUint(fields[startTime], 10, 64)
	return start, parent, err == nil && !strings.Contains("ZX", fields[state])
}

// children lists the children of all threads of a process. On a kernel without
// that list (CONFIG_PROC_CHILDREN) it looks at every process.
func children(pid int) []int {
	tasks := "/proc/" + strconv.Itoa(pid) + "/task"
	var all []int
	listed := false
	for _, thread := range numbers(tasks) {
		data, err := os.ReadFile(tasks + "/" + strconv.Itoa(thread) + "/children")
		if err != nil {
			continue // the thread ended
		}
		listed = true
		for _, field := range strings.Fields(string(data)) {
			if child, err := strconv.Atoi(field); err == nil {
				all = append(all, child)
			}
		}
	}
	if listed {
		return all
	}
	for _, child := range numbers("/proc") {
		if _, parent, alive := stat(child); alive && parent == pid {
			all = append(all, child)
		}
	}
	return all
}

// numbers lists the entries of a directory that are numbers.
func numbers(dir string) []int {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1) // an incomplete list is better than none
	list := make([]int, 0, len(names))
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// userHZ is the unit of the times in /proc/PID/stat, the same on every Linux
// that programs see (see times(2)).
const userHZ = 100

// cpuTicks is the time that a process has run, in user and in kernel mode.
func cpuTicks(pid int) int64 {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	const userTime, systemTime = 11, 12 // counted from the third field
	if len(fields) <= systemTime {
		return 0
	}
	user, _ := strconv.ParseInt(fields[userTime], 10, 64)
	system, _ := strconv.ParseInt(fields[systemTime], 10, 64)
	return user + system
}

func residentPages(pid int) int64 {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages
}
