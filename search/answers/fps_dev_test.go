//go:build fpsdev

package answers

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

type item struct{ T, Name string }
type record struct {
	Informal_answer     string
	Informal_problem    string
	Intros, Outros      []item
	Formal_answer       string
	Formal_answer_type  string
	Core                bool
}

var lit = regexp.MustCompile(`OfNat\.ofNat [^()]*(?:\([^()]*\) )?\(nat_lit (\d+)\)`)

func numbersOf(s string) string { return strings.Join(regexp.MustCompile(`\d+`).FindAllString(s, -1), " ") }

func TestDev(t *testing.T) {
	onlyCore := os.Getenv("CORE") == "1"
	verbose := os.Getenv("V") != ""
	var times []time.Duration
	for _, f := range []string{"minif2f_solving", "formal_math500", "putnam_solving"} {
		file, _ := os.Open("/work/shared/datasets/fps/" + f + ".jsonl")
		sc := bufio.NewScanner(file)
		sc.Buffer(nil, 1<<26)
		n, right, inList, allRight := 0, 0, 0, 0
		for line := 0; sc.Scan(); line++ {
			var r record
			if err := json.Unmarshal(sc.Bytes(), &r); err != nil { t.Fatal(err) }
			if onlyCore && !r.Core { continue }
			n++
			var hyps, hypsAll []provers.Hypothesis
			var target []string
			for _, i := range append(slices.Clone(r.Intros), r.Outros...) {
				h := provers.Hypothesis{Names: []string{i.Name}, Type: i.T}
				hypsAll = append(hypsAll, h)
				if tt := term.Parse(i.T); strings.Contains(i.T, "answer") && tt.Mentions("answer") {
					target = append(target, "("+i.T+")")
				} else { hyps = append(hyps, h) }
			}
			tgt := strings.Join(target, " ∧ ")
			tgt = regexp.MustCompile(`\banswer\b`).ReplaceAllString(tgt, "?w")
			if len(target) == 1 { tgt = tgt[1:len(tgt)-1] }
			start := time.Now()
			gs := Values(Question{Hypotheses: hyps, Target: tgt, Answer: "?w", Type: r.Formal_answer_type}, 8)
			d1 := time.Since(start)
			start = time.Now()
			all, complete := All(Question{Hypotheses: append([]provers.Hypothesis{{Names: []string{"answer"}, Type: r.Formal_answer_type}}, hypsAll...), Answer: "answer", Type: r.Formal_answer_type})
			d2 := time.Since(start)
			times = append(times, d1, d2)
			fa := r.Formal_answer
			var nums []string
			for _, m := range lit.FindAllStringSubmatch(fa, -1) { nums = append(nums, m[1]) }
			want := strings.Join(nums, " ")
			neg := strings.Count(fa, "Neg.neg")
			if strings.Contains(fa, "HPow") { want = "?" + want }
			match := func(s string) bool {
				if fa == "" { return false }
				return numbersOf(s) == want && want != "" && strings.Count(s, "-") == neg
			}
			ok := len(gs) > 0 && (match(gs[0].Term) || strings.HasPrefix(fa, "Or") && strings.Contains(want, numbersOf(gs[0].Term)))
			if ok { right++ } else {
				for _, g := range gs { if match(g.Term) { inList++; break } }
			}
			var at []string
			for _, v := range all { at = append(at, v.Term) }
			aok := complete && match(strings.Join(at, " "))
			if aok { allRight++ }
			if verbose && (!ok || !aok || d1+d2 > 500*time.Millisecond) || os.Getenv("V") == "2" {
				src := ""
				for _, h := range hypsAll { src += h.Names[0] + ": " + h.Type + " ;; " }
				fmt.Printf("%s:%d values=%v all=%v ans=%q type=%s want=%s\n   %s\n   guesses %v\n   all %v %v  %v %v\n", f, line, ok, aok, r.Informal_answer, r.Formal_answer_type, want, src, gs, at, complete, d1, d2)
			}
		}
		fmt.Printf("== %s n=%d first=%d inlist=%d all=%d\n", f, n, right, inList, allRight)
	}
	slices.Sort(times)
	fmt.Println("median", times[len(times)/2], "p95", times[len(times)*95/100], "max", times[len(times)-1])
}
