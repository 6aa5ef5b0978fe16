package interpret

import "github.com/ansatz-prover/ansatz/dafny/syntax"

// Locals returns the types of a method's parameters, results and local variables
// by their names. The types of local variables that are declared without one are
// inferred as well as it can be done; those that cannot be are left out. Of several
// variables of one name, the first one counts.
func (in *Interpreter) Locals(d *syntax.Decl) (types map[string]syntax.Type) {
	types = map[string]syntax.Type{}
	var err error
	defer guard(&err) // what was inferred before a fault is right
	r := &routine{in: in, decl: d, class: in.owner(d)}
	c := r.compiler()
	var found []*scope
	c.locals = &found
	for _, list := range [2][]syntax.Variable{d.Params, d.Results} {
		for _, v := range list {
			c.bind(v.Name, v.Type)
		}
	}
	c.results = d.Results
	if d.Body != nil {
		c.block(d.Body)
	}
	for _, v := range found {
		if _, ok := types[v.name]; !ok && complete(v.typ) {
			types[v.name] = *v.typ
		}
	}
	return types
}
