package interpret

import (
	"slices"
	"sort"
)

// maxLength bounds collections, so that a loop that doubles one ends.
const maxLength = 1 << 14

func emptySet() Value      { return Value{kind: Set, p: &set{}} }
func emptyMultiset() Value { return Value{kind: Multiset, p: &bag{}} }
func emptyMap() Value      { return Value{kind: Map, p: &mapping{}} }

// room reports whether a collection of n elements may be made, which costs steps.
func (m *machine) room(n int) bool {
	if n > maxLength {
		m.limit("a collection is too large")
	}
	m.charge(n / 16)
	return m.err == nil
}

func (m *machine) compare(v, w Value) int {
	budget := comparisonBudget
	c := compare(v, w, &budget)
	if spent := comparisonBudget - budget; spent > 16 {
		m.charge(spent / 16)
	}
	if budget <= 0 {
		m.limit("a value is too large to be compared")
	}
	return c
}

// equal compares two values. Different kinds are the sign of a wrong guess of a
// type, about which nothing should be said.
func (m *machine) equal(v, w Value) bool {
	if v.kind != w.kind {
		m.confused("==")
		return false
	}
	if v.kind == Func && v.p != w.p {
		m.unsupported("equality of functions")
		return false
	}
	return m.compare(v, w) == 0
}

// find looks a value up in a sorted list.
func (m *machine) find(list []Value, v Value) (at int, found bool) {
	at = sort.Search(len(list), func(i int) bool { return m.compare(list[i], v) >= 0 })
	return at, at < len(list) && m.compare(list[at], v) == 0
}

func (m *machine) setOf(list []Value) Value {
	if !m.room(len(list)) {
		return Value{}
	}
	list = slices.Clone(list)
	slices.SortFunc(list, m.compare)
	return Value{kind: Set, p: &set{slices.CompactFunc(list, func(v, w Value) bool { return m.compare(v, w) == 0 })}}
}

func (m *machine) multisetOf(v Value) Value {
	switch v.kind {
	case Multiset:
		return v
	case Seq, Set:
	default:
		return m.confused("multiset")
	}
	list := v.elements()
	if !m.room(len(list)) {
		return Value{}
	}
	list = slices.Clone(list)
	slices.SortFunc(list, m.compare)
	b := &bag{}
	for i, x := range list {
		if i > 0 && m.compare(list[i-1], x) == 0 {
			b.counts[len(b.counts)-1]++
		} else {
			b.list, b.counts = append(b.list, x), append(b.counts, 1)
		}
	}
	return Value{kind: Multiset, p: b}
}

// count is how often a value is in a multiset.
func (m *machine) count(b *bag, v Value) int64 {
	if at, ok := m.find(b.list, v); ok {
		return b.counts[at]
	}
	return 0
}

// merge combines two multisets element by element.
func (m *machine) merge(a, b *bag, count func(x, y int64) int64) Value {
	if !m.room(len(a.list) + len(b.list)) {
		return Value{}
	}
	r := &bag{}
	i, j := 0, 0
	for i < len(a.list) || j < len(b.list) {
		c := 0
		switch {
		case i == len(a.list):
			c = 1
		case j == len(b.list):
			c = -1
		default:
			c = m.compare(a.list[i], b.list[j])
		}
		var v Value
		var x, y int64
		if c <= 0 {
			v, x = a.list[i], a.counts[i]
			i++
		}
		if c >= 0 {
			v, y = b.list[j], b.counts[j]
			j++
		}
		if n := count(x, y); n > 0 {
			r.list, r.counts = append(r.list, v), append(r.counts, n)
		}
	}
	return Value{kind: Multiset, p: r}
}

func (m *machine) mapSet(p *mapping, k, v Value) *mapping {
	at, found := m.find(p.keys, k)
	if found {
		values := slices.Clone(p.values)
		values[at] = v
		return &mapping{p.keys, values}
	}
	if !m.room(len(p.keys) + 1) {
		return p
	}
	return &mapping{slices.Insert(slices.Clone(p.keys), at, k), slices.Insert(slices.Clone(p.values), at, v)}
}

func (m *machine) mapGet(p *mapping, k Value) (Value, bool) {
	if at, found := m.find(p.keys, k); found {
		return p.values[at], true
	}
	return Value{}, false
}

// contains is the operator "in".
func (m *machine) contains(v, c Value) bool {
	if list := c.elements(); len(list) > 0 && list[0].kind != v.kind {
		m.confused("in")
		return false
	}
	switch p := c.p.(type) {
	case *sequence:
		for _, x := range p.list {
			if m.charge(1); m.err != nil || m.equal(x, v) {
				return m.err == nil
			}
		}
		return false
	case *set:
		_, found := m.find(p.list, v)
		return found
	case *bag:
		return m.count(p, v) > 0
	case *mapping:
		_, found := m.find(p.keys, v)
		return found
	}
	m.confused("in")
	return false
}

// size is what |v| is.
func (m *machine) size(v Value) Value {
	switch p := v.p.(type) {
	case *sequence:
		return integer(int64(len(p.list)))
	case *set:
		return integer(int64(len(p.list)))
	case *mapping:
		return integer(int64(len(p.keys)))
	case *bag:
		sum := int64(0)
		for _, n := range p.counts {
			sum += n
		}
		return integer(sum)
	}
	return m.confused("| |")
}

// collectionOp computes + - * of collections.
func (m *machine) collectionOp(op string, v, w Value) Value {
	switch a := v.p.(type) {
	case *sequence:
		b, ok := w.p.(*sequence)
		if !ok || op != "+" {
			return m.confused(op)
		}
		if len(a.list) == 0 {
			return w
		}
		if len(b.list) == 0 {
			return v
		}
		if !m.room(len(a.list) + len(b.list)) {
			return Value{}
		}
		list := make([]Value, 0, len(a.list)+len(b.list))
		return seqOf(append(append(list, a.list...), b.list...))
	case *set:
		if b, ok := w.p.(*set); ok {
			return m.setOp(op, a, b)
		}
	case *bag:
		b, ok := w.p.(*bag)
		if !ok {
			return m.confused(op)
		}
		switch op {
		case "+":
			return m.merge(a, b, func(x, y int64) int64 { return x + y })
		case "-":
			return m.merge(a, b, func(x, y int64) int64 { return x - y })
		case "*":
			return m.merge(a, b, func(x, y int64) int64 { return min(x, y) })
		}
	case *mapping:
		return m.mapOp(op, a, w)
	}
	return m.confused(op)
}

func (m *machine) setOp(op string, a, b *set) Value {
	var list []Value
	switch op {
	case "+":
		return m.setOf(append(slices.Clone(a.list), b.list...))
	case "-", "*":
		for _, x := range a.list {
			if _, found := m.find(b.list, x); found == (op == "*") {
				list = append(list, x)
			}
		}
		return Value{kind: Set, p: &set{list}}
	}
	return m.confused(op)
}

func (m *machine) mapOp(op string, a *mapping, w Value) Value {
	switch b := w.p.(type) {
	case *mapping:
		if op != "+" {
			break
		}
		r := a
		for i, k := range b.keys {
			r = m.mapSet(r, k, b.values[i])
		}
		return Value{kind: Map, p: r}
	case *set:
		if op != "-" {
			break
		}
		r := &mapping{}
		for i, k := range a.keys {
			if _, found := m.find(b.list, k); !found {
				r.keys, r.values = append(r.keys, k), append(r.values, a.values[i])
			}
		}
		return Value{kind: Map, p: r}
	}
	return m.confused(op)
}

// within is the operator <= of collections: a prefix, a subset.
func (m *machine) within(v, w Value) bool {
	if v.kind != w.kind {
		m.confused("<=")
		return false
	}
	switch a := v.p.(type) {
	case *sequence:
		b := w.p.(*sequence)
		if len(a.list) > len(b.list) {
			return false
		}
		for i, x := range a.list {
			if !m.equal(x, b.list[i]) {
				return false
			}
		}
		return true
	case *set:
		for _, x := range a.list {
			if !m.contains(x, w) {
				return false
			}
		}
		return true
	case *bag:
		for i, x := range a.list {
			if m.count(w.p.(*bag), x) < a.counts[i] {
				return false
			}
		}
		return true
	}
	m.confused("<=")
	return false
}

func (m *machine) disjoint(v, w Value) bool {
	if v.kind != w.kind || v.kind != Set && v.kind != Multiset {
		m.confused("!!")
		return false
	}
	for _, x := range v.elements() {
		if m.contains(x, w) {
			return false
		}
	}
	return true
}
