package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// Canonical is the specification as TOML with nothing left to defaults. Equal
// specifications have equal texts, and [Parse] reads it back as an equal one, if
// the specification is one that [Spec.Check] accepts.
func (s Spec) Canonical() []byte { return s.write(func(field) bool { return true }) }

// Hash is the SHA-256, in hexadecimal, of what results depend on. It leaves out
// what the run is called and what it is for (name, description, dataset.origin),
// what only the report depends on (pass_at), how many trials run at the same time
// (workers), and the names of the dataset's files (dataset.files): what was in
// them is what counts, and [trial.Dataset] has the hash of that.
func (s Spec) Hash() string {
	sum := sha256.Sum256(s.write(func(f field) bool { return !f.beside }))
	return hex.EncodeToString(sum[:])
}

func (s Spec) write(wanted func(field) bool) []byte {
	var b strings.Builder
	table := ""
	for _, f := range ofKind(s.Kind) {
		if !wanted(f) {
			continue
		}
		key := f.key
		if parent, rest, dotted := strings.Cut(f.key, "."); dotted {
			if key = rest; parent != table {
				table = parent
				fmt.Fprintf(&b, "\n[%s]\n", table)
			}
		}
		fmt.Fprintf(&b, "%s = %s\n", key, format(f.at(&s)))
	}
	if s.Kind == trial.Prover {
		for i := range s.Probe.Targets {
			b.WriteString("\n[[probe.target]]\n")
			one := Spec{Probe: Probe{Targets: s.Probe.Targets[i : i+1]}}
			for _, f := range targetFields {
				fmt.Fprintf(&b, "%s = %s\n", f.key, format(f.at(&one)))
			}
		}
		return []byte(b.String())
	}
	for _, o := range s.Variants {
		fmt.Fprintf(&b, "\n[[variant]]\nname = %s\n", quote(o.Name))
		effective, _ := s.with(o)
		for _, f := range variantFields {
			if slices.ContainsFunc(o.Settings, func(t Setting) bool { return t.Key == f.key }) {
				fmt.Fprintf(&b, "%s = %s\n", f.key, format(f.at(&effective)))
			}
		}
	}
	return []byte(b.String())
}

// format writes the value that a field points to in TOML.
func format(pointer any) string {
	switch v := pointer.(type) {
	case *string:
		return quote(*v)
	case *bool:
		return strconv.FormatBool(*v)
	case *int:
		return strconv.Itoa(*v)
	case *int64:
		return strconv.FormatInt(*v, 10)
	case *uint64:
		return strconv.FormatUint(*v, 10)
	case *time.Duration:
		return quote(duration(*v))
	case *File:
		return quote(v.Given)
	case *[]string:
		return formatList(*v, quote)
	case *[]int:
		return formatList(*v, strconv.Itoa)
	case *[]File:
		return formatList(*v, func(f File) string { return quote(f.Given) })
	}
	panic(fmt.Sprintf("spec: a field of type %T", pointer)) // a mistake in the table
}

func formatList[T any](list []T, each func(T) string) string {
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = each(v)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// duration writes a duration without the zeros of [time.Duration.String].
func duration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// quote writes a basic string of TOML.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r) // what is no UTF-8 becomes U+FFFD
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Expand returns the variants with all of their settings. A run of kind
// [trial.Prover] has its targets as variants.
func (s Spec) Expand() []Variant {
	if s.Kind == trial.Prover {
		var list []Variant
		for _, t := range s.Probe.Targets {
			list = append(list, Variant{Name: t.Name, Search: Search{Prover: t.Prover}})
		}
		return list
	}
	overrides := s.Variants
	if len(overrides) == 0 {
		overrides = []Override{{Name: s.Search.Strategy}}
	}
	var list []Variant
	for _, o := range overrides {
		effective, _ := s.with(o) // Check has said what is wrong
		v := Variant{Name: o.Name, Search: effective.Search, Budget: effective.Budget}
		for _, f := range variantFields {
			if format(f.at(&effective)) != format(f.at(&s)) {
				v.Settings = append(v.Settings, f.key+" = "+plain(f.at(&effective)))
			}
		}
		v.Search.Without = slices.Clone(v.Search.Without)
		list = append(list, v)
	}
	return list
}

// plain writes a value for people, without quotes where it can do without.
func plain(pointer any) string {
	bare := func(text string) string {
		if text == "" || !utf8.ValidString(text) || strings.ContainsAny(text, " ,[]\"\n\t") {
			return quote(text)
		}
		return text
	}
	switch v := pointer.(type) {
	case *string:
		return bare(*v)
	case *time.Duration:
		return duration(*v)
	case *[]string:
		return formatList(*v, bare)
	}
	return format(pointer)
}
