package npm

import (
	"path/filepath"

	"github.com/ansatz-prover/ansatz/provers/process"
)

// StackLimit is the stack size that Lean must be started with, in bytes, as
// process.Options.StackLimit has it. Lean recurses deeply on Node's main thread,
// whose stack is the process's; with less, --stack-size below turns an overflow
// into a segmentation fault.
const StackLimit = process.UnlimitedStack

// startup is how Node is told to run Lean: what is needed is the launcher's
// business, so a change of launch.js changes this table and nothing else.
type startup struct {
	// nodeFlags come before the launcher's path.
	nodeFlags []string
	env       []variable
	// prepare are the arguments of the launcher's one-time step. The step is
	// skipped if the launcher's text does not mention the first of them.
	prepare []string
}

type variable struct {
	name  string
	value func(Installation) string
}

func startupTable() startup {
	return startup{
		nodeFlags: []string{"--stack-size=60000"}, // KiB
		env: []variable{
			{"LEAN_WASM_DIR", func(in Installation) string { return in.WasmDir }},
			{"LEAN_PATH", func(in Installation) string { return in.LeanPath }},
			{"LEAN_CACHE", func(in Installation) string { return in.CacheDir }},
			// A user's NODE_OPTIONS (an inspector, preloaded modules) could speak on stdout.
			{"NODE_OPTIONS", func(Installation) string { return "" }},
		},
		prepare: []string{"--prepare"},
	}
}

// Command says how to start Lean with the given arguments, for example
// "--worker" or "--json", "F.lean", in a process whose stack may grow to
// [StackLimit]. The environment is what must be added to that of the parent.
func (in Installation) Command(args ...string) (argv, env []string) {
	table := startupTable()
	argv = append(argv, in.Node)
	argv = append(argv, table.nodeFlags...)
	argv = append(argv, in.Launcher)
	argv = append(argv, args...)
	for _, v := range table.env {
		env = append(env, v.name+"="+v.value(in))
	}
	return argv, env
}

// cacheFolder holds what the launcher prepares. Each launcher has its own, so
// that none runs on what another has made.
func cacheFolder(dir, launcherDigest string) string {
	return filepath.Join(dir, "cache", launcherDigest[:12])
}
