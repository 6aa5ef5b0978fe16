package spec

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/probe"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// Error is one thing that is wrong with a specification.
type Error struct {
	// File and Line are where, as far as that is known.
	File string
	Line int
	// Message names the key where it is about one.
	Message string
}

// Error implements error.
func (e *Error) Error() string {
	switch {
	case e.File == "":
		return e.Message
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.File, e.Message)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
}

// problem is what is wrong with the value at a place of the document, as
// "variant[1].search.strategy".
type problem struct{ path, message string }

// Check says everything that is wrong with a specification that was put together
// or changed by a program; what [Parse] returns has been checked. The names of
// policies and of their parts are not looked at: the policies know them.
func (s *Spec) Check() error {
	var errs []error
	for _, p := range s.problems() {
		errs = append(errs, &Error{Message: p.message})
	}
	return errors.Join(errs...)
}

func (s *Spec) problems() (list []problem) {
	wrong := func(path, format string, arguments ...any) {
		list = append(list, problem{path, fmt.Sprintf(format, arguments...)})
	}
	for _, f := range ofKind(s.Kind) {
		if w := f.wrong(s); w != "" {
			wrong(f.key, "%s: %s", f.key, w)
		}
	}
	if n := len(s.PassAt); n > 0 && s.PassAt[n-1] > s.Trials && s.Trials > 0 {
		wrong("pass_at", "pass_at: pass@%d needs as many trials, and there are %d", s.PassAt[n-1], s.Trials)
	}
	if s.Kind == trial.Prover {
		s.probeProblems(wrong)
		return list
	}
	if w := s.Search.conflict(); w != "" {
		wrong("search.method", "%s", w)
	}
	names := make(map[string]bool)
	for i, o := range s.Variants {
		path := fmt.Sprintf("variant[%d]", i)
		called := cmp.Or(o.Name, strconv.Itoa(i+1))
		checkName(path, "variant", o.Name, names, wrong)
		effective, failures := s.with(o)
		for _, f := range failures {
			wrong(path+"."+f.path, "variant %s: %s", called, f.message)
		}
		if w := effective.Search.conflict(); w != "" && s.Search.conflict() == "" {
			wrong(path, "variant %s: %s", called, w)
		}
	}
	return list
}

// checkName checks a name among those before it, upper and lower case the same:
// names become names of files.
func checkName(path, what, name string, before map[string]bool, wrong func(path, format string, arguments ...any)) {
	if w := nameable(name); w != "" {
		wrong(path+".name", "%s: name: %s", what, w)
		return
	}
	if lower := strings.ToLower(name); before[lower] {
		wrong(path+".name", "%s: name: %q is there twice", what, name)
	} else {
		before[lower] = true
	}
}

// conflict says which settings cannot be together, or nothing.
func (s Search) conflict() string {
	if s.Prover == "dafny" && s.Method != "" && s.Method != "prove" {
		return fmt.Sprintf("search.method: %q looks for answers, which dafny has none of", s.Method)
	}
	return ""
}

// with is the specification with the settings of a variant, and what is wrong with them.
func (s *Spec) with(o Override) (Spec, []problem) {
	var failures []problem
	out := *s
	for _, setting := range o.Settings {
		i := slices.IndexFunc(variantFields, func(f field) bool { return f.key == setting.Key })
		if i < 0 {
			failures = append(failures, problem{setting.Key, fmt.Sprintf("%s: is no key that a variant may set", setting.Key)})
			continue
		}
		f := variantFields[i]
		value, err := parseValue(setting.Value)
		w := ""
		if err != nil {
			w = fmt.Sprintf("%s is no value", setting.Value)
		} else if w = decode(f.at(&out), value); w == "" {
			w = f.wrong(&out)
		}
		if w != "" {
			failures = append(failures, problem{f.key, f.key + ": " + w})
		}
	}
	return out, failures
}

func (s *Spec) probeProblems(wrong func(path, format string, arguments ...any)) {
	if len(s.Probe.Targets) == 0 {
		wrong("probe", "probe.target: there is none to measure")
	}
	names := make(map[string]bool)
	for i := range s.Probe.Targets {
		path := fmt.Sprintf("probe.target[%d]", i)
		called := cmp.Or(s.Probe.Targets[i].Name, strconv.Itoa(i+1))
		checkName(path, "target", s.Probe.Targets[i].Name, names, wrong)
		one := Spec{Probe: Probe{Targets: s.Probe.Targets[i : i+1]}}
		failed := false
		for _, f := range targetFields[1:] {
			if w := f.wrong(&one); w != "" {
				wrong(path+"."+f.key, "target %s: %s: %s", called, f.key, w)
				failed = true
			}
		}
		if failed {
			continue
		}
		said := make(map[string]bool) // several operations may lack the same
		for _, operation := range s.Probe.Operations {
			if !slices.Contains(probe.Operations(), operation) {
				continue
			}
			if err := s.Probe.Targets[i].Probe().Check(operation); err != nil && !said[err.Error()] {
				said[err.Error()] = true
				wrong(path, "target %s: %v", called, err)
			}
		}
	}
}
