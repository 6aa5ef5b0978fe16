package rpe

import (
	"context"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/search/fps"
)

// TestRefusedTexts has what must not even be shown to a prover: a judge without
// one refuses it. The table with the real Lean (testdata/pairs.jsonl) has more.
func TestRefusedTexts(t *testing.T) {
	for _, tt := range []struct {
		answer, reference, typ string
		kind                   Kind
		part                   string
	}{
		{"5", "5", "", NoType, "type"},
		{"5", "5", " \n", NoType, "type"},
		{"", "5", "Nat", Forbidden, "answer"},
		{"5", "", "Nat", Forbidden, "reference"},
		{"(5 : Nat)) ∧ True ∨ (", "6", "Nat", Forbidden, "answer"},
		{"5", "6) ∨ (True", "Nat", Forbidden, "reference"},
		{"5", "6", "Nat) (h : False", Forbidden, "type"},
		{"⟨5", "6", "Nat", Forbidden, "answer"},
		{"5 -- = 6", "6", "Nat", Forbidden, "answer"},
		{"5 /- -/", "6", "Nat", Forbidden, "answer"},
		{"/-- doc -/ 5", "6", "Nat", Forbidden, "answer"},
		{"5\x00", "6", "Nat", Forbidden, "answer"},
		{"\"a\nb\"", "\"a\"", "String", Forbidden, "answer"},
		{"s!\"{1}\"", "\"1\"", "String", Forbidden, "answer"},
		{"sorry", "6", "Nat", Forbidden, "answer"},
		{"answer", "6", "Nat", SelfReference, "answer"},
		{"answer.succ", "6", "Nat", SelfReference, "answer"},
		{"«answer»", "6", "Nat", SelfReference, "answer"},
		{"by assumption", "6", "Nat", Forbidden, "answer"},
		{"by decide <;> assumption", "6", "Nat", Forbidden, "answer"},
		{"by\n  decide\n  assumption", "6", "Nat", Forbidden, "answer"},
		{"by", "6", "Nat", Forbidden, "answer"},
		{"show Nat by exact 6", "6", "Nat", Forbidden, "answer"},
		{"‹_›", "6", "Nat", Forbidden, "answer"},
		{"?a", "6", "Nat", Forbidden, "answer"},
		{"_root_.Classical.choice ⟨6⟩", "6", "Nat", Forbidden, "answer"},
		{"«Classical».«choose» h", "6", "Nat", Forbidden, "answer"},
		{"open Classical in choice ⟨6⟩", "6", "Nat", Forbidden, "answer"},
		{"5\nend Foo", "6", "Nat", Forbidden, "answer"},
		{"5\n#eval 5", "6", "Nat", Forbidden, "answer"},
		{"5\n@[simp] theorem bad : 5 = 6 := rfl", "6", "Nat", Forbidden, "answer"},
		{"set_option autoImplicit true in 5", "6", "Nat", Forbidden, "answer"},
		{"`(5)", "6", "Nat", Forbidden, "answer"},
	} {
		t.Run(tt.answer, func(t *testing.T) {
			q := Query{Type: tt.typ, Answer: Side{Text: tt.answer}, Reference: Side{Text: tt.reference}}
			r, err := New(Config{}).Judge(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != Failed || r.Kind != tt.kind || r.Part != tt.part {
				t.Errorf("%s %s in the %s: %s; want %s in the %s", r.Status, r.Kind, r.Part, r.Message, tt.kind, tt.part)
			}
			if r.Message == "" {
				t.Error("nothing says why")
			}
		})
	}
}

// TestGivenTexts has contexts that cannot be used.
func TestGivenTexts(t *testing.T) {
	for _, tt := range []struct {
		name  string
		given fps.Binder
		about string
		kind  Kind
	}{
		{"the answer's name is taken", fps.Binder{Name: "answer", Type: "Nat"}, "", GivenNotElaborated},
		{"a type that breaks out", fps.Binder{Name: "n", Type: "Nat) (h : False"}, "", Forbidden},
		{"a name that breaks out", fps.Binder{Name: "n : Nat) (m", Type: "Nat"}, "", Forbidden},
		{"an answer's name with a dot", fps.Binder{Name: "n", Type: "Nat"}, "a.b", GivenNotElaborated},
		{"an answer's name that is a keyword", fps.Binder{Name: "n", Type: "Nat"}, "theorem", GivenNotElaborated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := Query{Type: "Nat", AnswerName: tt.about, Given: []fps.Binder{tt.given}, Answer: Side{Text: "5"}, Reference: Side{Text: "5"}}
			r, err := New(Config{}).Judge(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			if r.Kind != tt.kind || r.Part != "given" {
				t.Errorf("%s in the %s: %s; want %s", r.Kind, r.Part, r.Message, tt.kind)
			}
		})
	}
}

// TestAllowedTexts has answers that look like cheats and are none.
func TestAllowedTexts(t *testing.T) {
	for _, text := range []string{
		"5", "-3", "(1, 2)", "1, 2", "fun _ => 5", "n.choose 2", "Nat.choose 5 2", "⟨2, by decide⟩", "⟨2, (by omega)⟩", "h?", "x'",
		"if 1 < 2 then 1 else 0", "{x | x < 3}", "#[1]", "'a'", `"answer"`, "let y := 2; y + 3", "@HAdd.hAdd Nat Nat Nat _ 2 3", "Set.Icc 0 1", "x.answer", "1 +\n2",
	} {
		q := Query{Type: "T", Answer: Side{Text: text}, Reference: Side{Text: "answer = 5", Proposition: true}}
		if f := q.check(); f != nil {
			t.Errorf("%q is refused: %s: %s", text, f.kind, f.message)
		}
	}
}

// TestStatements shows what Lean is asked.
func TestStatements(t *testing.T) {
	given := []fps.Binder{{Name: "n", Type: "Nat"}, {Type: "Inhabited α"}}
	for _, tt := range []struct {
		name string
		q    Query
		want string
	}{
		{"terms", Query{Type: "Nat", Given: given, Answer: Side{Text: "n + 1"}, Reference: Side{Text: "1 + n"}},
			"theorem ansatz_rpe (n : Nat) [Inhabited α] (answer : Nat) : (answer = (clear% answer; ((n + 1) : Nat))) ↔ (answer = (clear% answer; ((1 + n) : Nat)))"},
		{"a reference about the answer", Query{Type: "Nat", Answer: Side{Text: "5"}, Reference: Side{Text: "answer = 5", Proposition: true}},
			"theorem ansatz_rpe (answer : Nat) : (answer = (clear% answer; ((5) : Nat))) ↔ (answer = 5)"},
		{"deductive, another name", Query{Type: "Nat", AnswerName: "x", Answer: Side{Text: "x < 2", Proposition: true}, Reference: Side{Text: "x = 0 ∨ x = 1", Proposition: true}},
			"theorem ansatz_rpe (x : Nat) : (x < 2) ↔ (x = 0 ∨ x = 1)"},
		{"truth values", Query{Type: "(Prop)", Answer: Side{Text: "True"}, Reference: Side{Text: "2 ∣ 4"}},
			"theorem ansatz_rpe : (True) ↔ (2 ∣ 4)"},
		{"a truth value in question", Query{Type: "Prop", Answer: Side{Text: "True"}, Reference: Side{Text: "answer ↔ 2 ∣ 4", Proposition: true}},
			"theorem ansatz_rpe (answer : Prop) : (answer = (clear% answer; ((True) : Prop))) ↔ (answer ↔ 2 ∣ 4)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := tt.q.Problem()
			if got := strings.Join(strings.Fields(p.Statement), " "); got != tt.want {
				t.Errorf("\ngot  %s\nwant %s", got, tt.want)
			}
			if !strings.HasSuffix(p.Preamble, checkedOptions) {
				t.Errorf("auto-binding is not off at the end of the preamble: %q", p.Preamble)
			}
		})
	}
}

func TestParseGiven(t *testing.T) {
	for _, tt := range []struct{ text, want, err string }{
		{"(n : Nat)", "(n : Nat)", ""},
		{"(n m : Nat) (h : n < m)", "(n : Nat) (m : Nat) (h : n < m)", ""},
		{"{α : Type} [inst : Inhabited α] [Foo α]", "(α : Type) (inst : Inhabited α) [Foo α]", ""},
		{"(f : (x : Nat) → Fin (x + 1))", "(f : (x : Nat) → Fin (x + 1))", ""},
		{"n : Nat", "", "is not in brackets"},
		{"(n)", "", "a name and a colon are missing"},
		{"(n : )", "", "a type is missing"},
		{"(n : Nat", "", "no partner"},
		{"(5 : Nat)", "", "is no name"},
		{"", "", "there are none"},
	} {
		list, err := ParseGiven(tt.text)
		var got []string
		for _, b := range list {
			got = append(got, b.String())
		}
		if strings.Join(got, " ") != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%q: %q, error %v; want %q, error %q", tt.text, got, err, tt.want, tt.err)
		}
	}
}

func TestReadPairs(t *testing.T) {
	for _, tt := range []struct{ text, err string }{
		{`{"answer": "5", "reference": "5", "type": "Nat"}` + "\n\n" + `{"answer": "5", "references": ["5"], "type": "Nat", "expected": "error:forbidden"}`, ""},
		{`{"answer": 5}`, "line 1"},
		{"\n" + `{"answer": "5", "referense": "5"}`, `line 2: json: unknown field "referense"`},
		{`{"answer": "5", "expected": "yes"}`, `expected is "yes"`},
	} {
		pairs, err := ReadPairs(strings.NewReader(tt.text))
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: error %v, want %q", tt.text, err, tt.err)
			}
		case err != nil:
			t.Errorf("%s: %v", tt.text, err)
		case len(pairs) != 2 || pairs[1].Line != 3 || pairs[1].Name != "line_3":
			t.Errorf("%s: %+v", tt.text, pairs)
		}
	}
}
