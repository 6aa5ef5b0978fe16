package interpret

import (
	"math/big"
	"strconv"
	"strings"
)

// Kind is the kind of a value.
type Kind uint8

// The kinds of values.
const (
	Invalid  Kind = iota // no value: a variable that was not assigned
	Int                  // integers, nat and newtypes included
	Real                 // rationals
	Bool                 // true and false
	Char                 // a code point
	Seq                  // sequences, strings included
	Set                  // finite sets
	Multiset             // finite multisets
	Map                  // finite maps
	Tuple                // tuples
	Data                 // values of datatypes
	Ref                  // null, arrays and objects
	Func                 // functions
)

// Value is a value of Dafny. Values never change; what a reference refers to does.
type Value struct {
	kind Kind
	// n is a small integer, a truth value, a code point or a reference.
	n int64
	// p is what does not fit in n.
	p any
}

type (
	sequence struct{ list []Value }
	// set is sorted and has no duplicates.
	set struct{ list []Value }
	// bag is sorted; counts belong to the elements of list.
	bag struct {
		list   []Value
		counts []int64
	}
	// mapping is sorted by keys.
	mapping struct{ keys, values []Value }
	tuple   struct{ list []Value }
	data    struct {
		constructor *constructor
		fields      []Value
	}
	closure struct {
		params int
		call   func(m *machine, args []Value) Value
	}
)

// Kind returns the kind of the value.
func (v Value) Kind() Kind { return v.kind }

// IsInt reports whether the value is an integer.
func (v Value) IsInt() bool { return v.kind == Int }

// Int returns an integer; it is nil for other values. The caller may keep it.
func (v Value) Int() *big.Int {
	if v.kind != Int {
		return nil
	}
	if b, ok := v.p.(*big.Int); ok {
		return new(big.Int).Set(b)
	}
	return big.NewInt(v.n)
}

// Int64 returns an integer that fits.
func (v Value) Int64() (n int64, ok bool) { return v.n, v.kind == Int && v.p == nil }

// Bool returns a truth value; it is false for other values.
func (v Value) Bool() bool { return v.kind == Bool && v.n != 0 }

// Equal reports whether two values are equal. Equal functions may be found to differ.
func (v Value) Equal(w Value) bool {
	budget := comparisonBudget
	return compare(v, w, &budget) == 0 && budget > 0
}

func boolean(b bool) Value {
	if b {
		return Value{kind: Bool, n: 1}
	}
	return Value{kind: Bool}
}

func integer(n int64) Value     { return Value{kind: Int, n: n} }
func character(r rune) Value    { return Value{kind: Char, n: int64(r)} }
func reference(id int) Value    { return Value{kind: Ref, n: int64(id)} }
func rational(r *big.Rat) Value { return Value{kind: Real, p: r} }
func seqOf(list []Value) Value  { return Value{kind: Seq, p: &sequence{list}} }
func tupleOf(list []Value) Value {
	return Value{kind: Tuple, p: &tuple{list}}
}

func text(s string) Value {
	var list []Value
	for _, r := range s {
		list = append(list, character(r))
	}
	return seqOf(list)
}

// elements are those of a sequence, a set, a multiset or a map's keys; those of a
// multiset once each.
func (v Value) elements() []Value {
	switch p := v.p.(type) {
	case *sequence:
		return p.list
	case *set:
		return p.list
	case *bag:
		return p.list
	case *mapping:
		return p.keys
	case *tuple:
		return p.list
	case *data:
		return p.fields
	}
	return nil
}

// comparisonBudget bounds the parts of values that one comparison looks at: values
// may share parts, so that they are much larger than the memory they take.
const comparisonBudget = 100_000

// compare orders values of all kinds. The order means nothing, except that equal
// values are equal. If the budget is used up, the result is of no use.
func compare(v, w Value, budget *int) int {
	if *budget--; *budget <= 0 {
		return 1
	}
	if v.kind != w.kind {
		return sign(int64(v.kind) - int64(w.kind))
	}
	switch v.kind {
	case Int:
		if v.p == nil && w.p == nil {
			return compareInt64(v.n, w.n)
		}
		return v.big().Cmp(w.big())
	case Real:
		return v.p.(*big.Rat).Cmp(w.p.(*big.Rat))
	case Bool, Char, Ref, Invalid:
		return compareInt64(v.n, w.n)
	case Func:
		if v.p == w.p {
			return 0
		}
		return 1
	}
	if v.p == w.p {
		return 0
	}
	if v.kind == Data {
		if c := compareInt64(int64(v.p.(*data).constructor.id), int64(w.p.(*data).constructor.id)); c != 0 {
			return c
		}
	}
	if c := compareLists(v.elements(), w.elements(), budget); c != 0 {
		return c
	}
	switch p := v.p.(type) {
	case *bag:
		for i, n := range p.counts {
			if c := compareInt64(n, w.p.(*bag).counts[i]); c != 0 {
				return c
			}
		}
	case *mapping:
		return compareLists(p.values, w.p.(*mapping).values, budget)
	}
	return 0
}

func compareLists(a, b []Value, budget *int) int {
	if len(a) != len(b) {
		return sign(int64(len(a)) - int64(len(b)))
	}
	for i := range a {
		if c := compare(a[i], b[i], budget); c != 0 {
			return c
		}
	}
	return 0
}

func sign(n int64) int { return compareInt64(n, 0) }

func compareInt64(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// String writes the value much as Dafny prints it. Large ones are cut.
func (v Value) String() string {
	var b strings.Builder
	v.write(&b, 0)
	return b.String()
}

// maxWritten bounds the text of a value.
const maxWritten = 4000

func (v Value) write(b *strings.Builder, depth int) {
	if b.Len() > maxWritten || depth > 20 {
		b.WriteString("...")
		return
	}
	list := func(opening string, list []Value, closing string) {
		b.WriteString(opening)
		for i, x := range list {
			if b.Len() > maxWritten {
				b.WriteString("...")
				break
			}
			if i > 0 {
				b.WriteString(", ")
			}
			x.write(b, depth+1)
		}
		b.WriteString(closing)
	}
	switch p := v.p.(type) {
	case *big.Int:
		b.WriteString(p.String())
	case *big.Rat:
		b.WriteString(p.RatString())
	case *sequence:
		if len(p.list) > 0 && p.list[0].kind == Char {
			runes := make([]rune, 0, len(p.list))
			for _, x := range p.list {
				runes = append(runes, rune(x.n))
			}
			b.WriteString(strconv.Quote(string(runes)))
			return
		}
		list("[", p.list, "]")
	case *set:
		list("{", p.list, "}")
	case *bag:
		var all []Value
		for i, x := range p.list {
			for n := int64(0); n < p.counts[i] && n < 100; n++ {
				all = append(all, x)
			}
		}
		list("multiset{", all, "}")
	case *mapping:
		b.WriteString("map[")
		for i, k := range p.keys {
			if i > 0 {
				b.WriteString(", ")
			}
			k.write(b, depth+1)
			b.WriteString(" := ")
			p.values[i].write(b, depth+1)
		}
		b.WriteByte(']')
	case *tuple:
		list("(", p.list, ")")
	case *data:
		b.WriteString(p.constructor.name)
		if len(p.fields) > 0 {
			list("(", p.fields, ")")
		}
	default:
		v.writeSmall(b)
	}
}

func (v Value) writeSmall(b *strings.Builder) {
	switch v.kind {
	case Int:
		b.WriteString(strconv.FormatInt(v.n, 10))
	case Bool:
		b.WriteString(strconv.FormatBool(v.n != 0))
	case Char:
		b.WriteString(strconv.QuoteRune(rune(v.n)))
	case Ref:
		if v.n == 0 {
			b.WriteString("null")
		} else {
			b.WriteString("#" + strconv.FormatInt(v.n, 10))
		}
	case Func:
		b.WriteString("function")
	default:
		b.WriteString("?")
	}
}
