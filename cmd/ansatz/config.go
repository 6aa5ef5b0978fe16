package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny"
	"github.com/ansatz-prover/ansatz/lean"
	"github.com/spf13/cobra"
)

// option is a flag that the environment and the configuration file can set too.
type option struct{ flag, env, key, meaning string }

// options is the list of "ansatz help config".
var options = [...]option{
	{"db", "ANSATZ_DB", "db", "the database of searches"},
	{"lean", lean.EnvLean, "lean", "a lean executable, or the folder of a toolchain"},
	{"project", lean.EnvProject, "project", "the folder of a Lake project, for problems that import Mathlib"},
	{"dafny", dafny.EnvDafny, "dafny", "a dafny executable, or the folder of a Dafny"},
	{"npm-dir", "ANSATZ_NPM_DIR", "npm_dir", "the folder of Lean installed from npm"},
	{"workers", "ANSATZ_WORKERS", "workers", "prover processes that work at the same time"},
	{"timeout", "ANSATZ_TIMEOUT", "timeout", `time for each problem, such as "2m"`},
	{"memory-limit", "ANSATZ_MEMORY_LIMIT", "memory_limit", `memory of one worker, such as "10GB"`},
	{"recycle-above", "ANSATZ_RECYCLE_ABOVE", "recycle_above", "memory above which a worker is replaced"},
	{"start-timeout", "ANSATZ_START_TIMEOUT", "start_timeout", "time for the start of a worker"},
	{"policy", "ANSATZ_POLICY", "policy", "what proposes steps"},
}

// envConfig is the environment variable that stands for --config.
const envConfig = "ANSATZ_CONFIG"

// configure gives the flags that are not on the command line the values of the
// environment, or else of the configuration file.
func (a *app) configure(cmd *cobra.Command) error {
	path, explicit := a.config, true
	if path == "" {
		path = a.getenv(envConfig)
	}
	if path == "" {
		explicit = false
		path = filepath.Join(a.userDir("XDG_CONFIG_HOME", ".config"), "ansatz", "config.json")
	}
	file, err := readConfig(path)
	if err != nil && (explicit || !errors.Is(err, fs.ErrNotExist)) {
		return usage(err, "see: ansatz help config")
	}
	for _, o := range options {
		f := cmd.Flags().Lookup(o.flag)
		if f == nil || f.Changed {
			continue
		}
		value, from := a.getenv(o.env), "the environment variable "+o.env
		if value == "" {
			value, from = file[o.key], path+`: "`+o.key+`"`
		}
		if value == "" {
			continue
		}
		if err := f.Value.Set(value); err != nil {
			return usagef("see: ansatz help config", "%s: %q: %w", from, value, err)
		}
	}
	return nil
}

// userDir is a folder of the XDG Base Directory Specification.
func (a *app) userDir(env string, fallback ...string) string {
	if dir := a.getenv(env); filepath.IsAbs(dir) {
		return dir
	}
	home := a.getenv("HOME")
	if home == "" {
		// Without a home, the current folder is a place that the user can see.
		home, _ = os.UserHomeDir()
	}
	return filepath.Join(append([]string{home}, fallback...)...)
}

// database is the path of the database of searches.
func (a *app) database() string {
	if a.db != "" {
		return a.db
	}
	return filepath.Join(a.userDir("XDG_DATA_HOME", ".local", "share"), "ansatz", "ansatz.db")
}

// readConfig reads a configuration file: a JSON object of strings and numbers.
func readConfig(path string) (map[string]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	var raw map[string]any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&raw); err != nil {
		return nil, fmt.Errorf("reading the configuration %s: %w", path, err)
	}
	values := make(map[string]string, len(raw))
	for key, value := range raw {
		if !slices.ContainsFunc(options[:], func(o option) bool { return o.key == key }) {
			return nil, fmt.Errorf("reading the configuration %s: unknown key %q (known: %s)", path, key, strings.Join(configKeys(), ", "))
		}
		switch v := value.(type) {
		case string:
			values[key] = v
		case json.Number:
			values[key] = v.String()
		default:
			return nil, fmt.Errorf("reading the configuration %s: %q must be a string or a number", path, key)
		}
	}
	return values, nil
}

func configKeys() []string {
	keys := make([]string, 0, len(options))
	for _, o := range options {
		keys = append(keys, o.key)
	}
	return keys
}
