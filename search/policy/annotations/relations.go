package annotations

import (
	"math/big"
	"slices"

	"github.com/ansatz-prover/ansatz/dafny/interpret"
	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// Relations between numbers are read off the values that they have when the
// program runs: a term that is a linear combination of others in every snapshot
// is proposed to be one (Nguyen, Kapur, Weimer and Forrest, "Using dynamic
// analysis to discover polynomial and array invariants", 2012).

const (
	// maxColumns bounds the terms that are related with each other.
	maxColumns = 44
	// spareRows is how many more snapshots than terms are wanted before a relation
	// counts for anything.
	spareRows = 4
	// maxCoefficient and maxRelation bound what a relation may look like; what is
	// longer is most often a coincidence.
	maxCoefficient = 200
	maxRelation    = 7
)

// column is a term with its values.
type column struct {
	expr   *syntax.Expr
	values []*big.Rat
	// moves says that it mentions something that the loop changes.
	moves bool
}

// relate proposes equations between the integers, and those of the functions of
// the specification that are about them.
func (g *generator) relate() {
	if len(g.snaps) < 6 {
		return
	}
	columns := g.columns()
	if len(columns) == 0 {
		return
	}
	var basis [][]*big.Rat // reduced rows, each of the values and how it is combined
	var used []int
	explained := make(map[string]bool)
	for i := range columns {
		c := columns[i]
		if c.expr.Kind == syntax.Binary && slices.ContainsFunc(c.expr.Args, func(e *syntax.Expr) bool { return explained[e.String()] }) {
			continue // a product of what is known to be a sum of others says nothing new
		}
		if len(used)+spareRows > len(g.snaps) {
			break
		}
		rest, combination := reduce(c.values, basis, len(used))
		if pivot(rest) < 0 {
			explained[c.expr.String()] = true
			g.relation(columns, used, c, combination)
			continue
		}
		basis = append(basis, extended(rest, combination))
		used = append(used, i)
	}
}

// A basis row has the values and behind them, how it is made of the columns used:
// the row is the column itself less the combination.
func extended(values, combination []*big.Rat) []*big.Rat { return append(values, combination...) }

// reduce takes from a column's values what the rows before explain. combination
// says by how much of each used column; the last entry is 1, for the column.
func reduce(values []*big.Rat, basis [][]*big.Rat, used int) (rest, combination []*big.Rat) {
	n := len(values)
	rest = make([]*big.Rat, n)
	for i, v := range values {
		rest[i] = new(big.Rat).Set(v)
	}
	combination = make([]*big.Rat, used+1)
	for i := range combination {
		combination[i] = new(big.Rat)
	}
	combination[used].SetInt64(1)
	for _, row := range basis {
		p := pivot(row[:n])
		if rest[p].Sign() == 0 {
			continue
		}
		factor := new(big.Rat).Quo(rest[p], row[p])
		term := new(big.Rat)
		for i := range rest {
			rest[i].Sub(rest[i], term.Mul(factor, row[i]))
		}
		for i, c := range row[n:] {
			combination[i].Sub(combination[i], term.Mul(factor, c))
		}
	}
	return rest, combination
}

func pivot(values []*big.Rat) int {
	return slices.IndexFunc(values, func(v *big.Rat) bool { return v.Sign() != 0 })
}

// relation proposes that a combination of columns is zero.
func (g *generator) relation(columns []column, used []int, last column, combination []*big.Rat) {
	scale := big.NewInt(1)
	for _, c := range combination {
		d := new(big.Int).Mul(scale, c.Denom())
		scale = d.Quo(d, new(big.Int).GCD(nil, nil, scale, c.Denom()))
	}
	var left, right *syntax.Expr
	terms, moves := 0, false
	for i, c := range combination {
		if c.Sign() == 0 {
			continue
		}
		col := last
		if i < len(used) {
			col = columns[used[i]]
		}
		n := new(big.Int).Quo(new(big.Int).Mul(c.Num(), scale), c.Denom())
		if !n.IsInt64() || n.Int64() > maxCoefficient || n.Int64() < -maxCoefficient {
			return
		}
		terms++
		moves = moves || col.moves
		if n.Sign() > 0 {
			left = summand(left, col.expr, n.Int64())
		} else {
			right = summand(right, col.expr, -n.Int64())
		}
	}
	if terms > maxRelation || terms < 2 || !moves {
		return
	}
	if left == nil {
		left = number(0)
	}
	if right == nil {
		right = number(0)
	}
	g.add(binary("==", left, right), "relation", 0.95-0.05*float64(terms))
}

func summand(sum, x *syntax.Expr, n int64) *syntax.Expr {
	if n != 1 {
		if x.Kind == syntax.Literal && x.Name == "1" {
			x = number(n)
		} else {
			x = binary("*", number(n), x)
		}
	}
	if sum == nil {
		return x
	}
	return binary("+", sum, x)
}

// columns are the terms to relate, the simplest first, with their values in all
// snapshots. Terms that are not defined everywhere are left out, as are those
// with equal values in all snapshots but for one of them.
func (g *generator) columns() (list []column) {
	add := func(e *syntax.Expr) {
		if len(list) < maxColumns {
			if values := numbers(e, g.snaps); values != nil {
				list = append(list, column{e, values, mentions(e, g.loop.modified) || mentions(e, g.loop.written)})
			}
		}
	}
	add(number(1))
	var simple []*syntax.Expr
	for _, b := range g.bounds {
		if b.Kind != syntax.Literal {
			simple = append(simple, b)
		}
	}
	if len(simple) > 6 {
		simple = simple[:6]
	}
	moving := make([]*syntax.Expr, 0, len(g.ints))
	for _, v := range g.ints {
		moving = append(moving, name(v))
	}
	if len(moving) > 8 {
		moving = moving[:8]
	}
	// Calls come before the variables: an accumulator is to be expressed by them.
	for _, e := range slices.Concat(simple, moving) {
		add(e)
	}
	calls := g.calls()
	for _, c := range calls {
		add(c)
	}
	factors := slices.Concat(moving, simple[:min(len(simple), 3)])
	for i, x := range factors {
		for _, y := range factors[i:] {
			if i < len(moving) {
				add(binary("*", x, y))
			}
		}
	}
	for _, c := range calls[:min(len(calls), 6)] {
		for _, x := range moving[:min(len(moving), 4)] {
			add(binary("*", x, c))
		}
	}
	if len(moving) <= 3 {
		for _, x := range moving {
			add(binary("*", binary("*", x, x), x))
		}
	}
	return list
}

// maxCalls bounds the calls of functions that are related.
const maxCalls = 14

// calls are calls of integral functions that the specification makes, said of the
// loop's variables.
func (g *generator) calls() (list []*syntax.Expr) {
	seen := make(map[string]bool)
	v := newVariants(g.loop, g.counters, g.integral)
	isSeq := func(n string) bool {
		return slices.ContainsFunc(g.seqs, func(s syntax.Variable) bool { return s.Name == n })
	}
	// How many snapshots a variant may be defined in tells whether it is of use.
	for _, f := range g.know.formulas {
		f.expr.Walk(func(e *syntax.Expr) bool {
			if e.Kind != syntax.Apply || e.Args[0].Kind != syntax.Ident {
				return true
			}
			d := g.functions[e.Args[0].Name]
			if d == nil || g.classify(d.ResultType) != classInt || seen[e.String()] {
				return true
			}
			seen[e.String()] = true
			forms := []*syntax.Expr{e}
			if c := cuttable(e, isSeq); c != nil {
				forms = append(forms, c)
			}
			for _, form := range forms {
				tried := 0
				v.of(form, func(c *syntax.Expr) bool {
					tried++
					if text := c.String(); len(list) < maxCalls && g.inScope(c) && (!seen[text] || text == e.String()) {
						seen[text] = true
						if numbers(c, g.snaps) != nil {
							list = append(list, c)
						}
					}
					return len(list) < maxCalls && tried < 120
				})
			}
			return true
		})
	}
	return list
}

// numbers are a term's values in all snapshots, or nil if it has none in one.
func numbers(e *syntax.Expr, snaps []*interpret.Snapshot) []*big.Rat {
	values := make([]*big.Rat, len(snaps))
	for i, s := range snaps {
		v, err := s.Eval(e)
		if err != nil || !v.IsInt() {
			return nil
		}
		values[i] = new(big.Rat).SetInt(v.Int())
	}
	return values
}
