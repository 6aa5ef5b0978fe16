package syntax

// Span is a part of the text, in bytes. End is behind its last byte.
type Span struct{ Begin, End int }

// Empty reports whether there is nothing in the span.
func (s Span) Empty() bool { return s.End <= s.Begin }

// In returns the part of a text.
func (s Span) In(text string) string { return text[s.Begin:s.End] }

// Contains reports whether an offset is in the span.
func (s Span) Contains(offset int) bool { return s.Begin <= offset && offset < s.End }

// ExprKind is the form of an expression.
type ExprKind uint8

// The forms of expressions. What is in Name and Args is said with each.
const (
	Opaque     ExprKind = iota // not understood; Name is its text
	Ident                      // Name
	Literal                    // Name is its text: 12, true, null, "abc", 'a'; also this
	Unary                      // Name is "-", "!", "old", "fresh", "allocated", "unchanged" or "#" (cardinality), Args[0]; of old@L(e), Names is L
	Binary                     // Name is the operator
	Chain                      // Names are the operators between Args: a <= b < c
	Apply                      // Args[0] applied to Args[1:]
	Member                     // Args[0].Name
	Index                      // Args[0][Args[1:]]
	Slice                      // Args[0][Args[1]..Args[2]]; a missing bound is nil
	Update                     // Args[0][Args[1] := Args[2]] and so on
	With                       // Args[0].(Names[i] := Args[i+1])
	Forall                     // Vars, Args[0] the range or nil, Args[1] the term
	Exists                     // the same
	SetOf                      // set comprehension: Vars, range, term or nil; Name is "set" or "iset"
	MapOf                      // map comprehension: Vars, range, [key or nil,] value; Name is "map" or "imap"
	SeqDisplay                 // [Args]
	SetDisplay                 // {Args}; Name is "set", "iset" or "multiset"
	MapDisplay                 // map[Args[0] := Args[1], ...]
	SeqInit                    // seq(Args[0], Args[1])
	If                         // if Args[0] then Args[1] else Args[2]
	Match                      // match Args[0]; Args[1:] the right-hand sides, Names the patterns
	Let                        // var Vars := Args[:n-1]; Args[n-1]. Name is ":=", ":|" or ":-"
	Lambda                     // Vars => Args[0]
	Tuple                      // (Args)
	Then                       // a statement before an expression: Name is its text, Stmt what it is, Args[0]
	Convert                    // Args[0] as Type, or is (Name)
	MultisetOf                 // multiset(Args[0])
)

// Expr is an expression. Trees are not changed once they are made; equal parts
// may be shared.
type Expr struct {
	Kind ExprKind
	Span
	Name  string
	Names []string
	Args  []*Expr
	Vars  []Variable
	Type  *Type
	// Patterns are those of Match, as Names are their texts; nil for one that was
	// not understood.
	Patterns []*Pattern
	// New says more of "new ...", whose kind is Opaque.
	New *Allocation
	// Stmt is the statement of Then, or nil if it is none by itself.
	Stmt *Stmt
}

// Pattern is what a value is matched with.
type Pattern struct {
	// Name is a variable, a constructor, perhaps qualified, "_", or the text of a
	// literal. It is empty for a tuple and for alternatives.
	Name    string
	Literal bool
	// Args are within the parentheses of a constructor or a tuple; Applied says
	// that there are such parentheses.
	Args    []*Pattern
	Applied bool
	// Or are alternatives: case A | B.
	Or   []*Pattern
	Type *Type
}

// Allocation is what stands behind "new".
type Allocation struct {
	// Type is the class, or the type of an array's elements; nil if it is inferred.
	Type *Type
	// Array says that lengths in brackets follow.
	Array   bool
	Lengths []*Expr
	// Init is a function from indices, or a display of the elements; or nil.
	Init *Expr
	// Called says that a constructor (or, in old programs, a method), is called
	// with Args. Its name is behind the dot of the type or, if the type has
	// arguments, it is Constructor.
	Called      bool
	Constructor string
	Args        []*Expr
}

// Type is a type as it is written.
type Type struct {
	// Name is its name, "()" of a tuple, "->", "~>" or "-->" of functions (whose
	// result is the last of Args), without the "?" of types that include null.
	Name string
	Args []Type
	// Nullable says that the type was written with "?".
	Nullable bool
}

// Variable is a parameter, a local, bound or member variable.
type Variable struct {
	Name string
	// Type is nil where it is inferred.
	Type  *Type
	Ghost bool
	// Pattern is set where values are taken apart: var (x, y) := e.
	Pattern *Pattern
	Span
}

// ClauseKind is the word that a specification clause begins with.
type ClauseKind string

// The kinds of clauses.
const (
	Requires  ClauseKind = "requires"
	Ensures   ClauseKind = "ensures"
	Invariant ClauseKind = "invariant"
	Decreases ClauseKind = "decreases"
	Modifies  ClauseKind = "modifies"
	Reads     ClauseKind = "reads"
)

// Clause is a part of a specification.
type Clause struct {
	Kind ClauseKind
	// Span is the whole clause with its word.
	Span
	// Attributes are the names of its attributes, such as "error".
	Attributes []string
	// Exprs are what it lists; one for requires, ensures and invariant.
	Exprs []*Expr
}

// DeclKind is the word that a declaration begins with.
type DeclKind string

// The kinds of declarations. Predicates are functions to bool.
const (
	Method      DeclKind = "method"
	Lemma       DeclKind = "lemma"
	Constructor DeclKind = "constructor"
	Iterator    DeclKind = "iterator"
	Function    DeclKind = "function"
	Predicate   DeclKind = "predicate"
	Module      DeclKind = "module"
	Class       DeclKind = "class"
	Trait       DeclKind = "trait"
	Datatype    DeclKind = "datatype"
	TypeDecl    DeclKind = "type"
	Constant    DeclKind = "const"
	Field       DeclKind = "var"
	Import      DeclKind = "import"
	Include     DeclKind = "include"
	Export      DeclKind = "export"
	Unknown     DeclKind = "unknown" // not understood
)

// Decl is a declaration.
type Decl struct {
	Kind DeclKind
	// Words are the words that it begins with, for example "ghost", "method" or
	// "inductive", "predicate".
	Words []string
	Name  string
	// Span is the whole declaration, NameAt its name.
	Span
	NameAt     Span
	Attributes []string
	TypeParams []string
	// Params are also the further fields of one declaration: var x: int, y: int.
	Params  []Variable
	Results []Variable
	// ResultType is a function's.
	ResultType *Type
	Clauses    []Clause
	// Body is a method's or a lemma's, nil if it has none.
	Body *Stmt
	// Value is a function's body or a constant's value, nil if it has none.
	Value *Expr
	// BodySpan is the body with its braces, empty if there is none.
	BodySpan Span
	// Constructors are a datatype's.
	Constructors []DatatypeConstructor
	// Members are a module's, a class's or a datatype's declarations.
	Members []*Decl
	// Extends are the traits of a class.
	Extends []Type
	// Path are the names of the modules and the class that it is in.
	Path []string
}

// DatatypeConstructor is one of a datatype.
type DatatypeConstructor struct {
	Name   string
	Fields []Variable
}

// QualifiedName joins the names of what the declaration is in and its own with dots.
func (d *Decl) QualifiedName() string {
	name := ""
	for _, p := range d.Path {
		name += p + "."
	}
	return name + d.Name
}

// Callable reports whether the declaration has a body of statements.
func (d *Decl) Callable() bool {
	switch d.Kind {
	case Method, Lemma, Constructor, Iterator:
		return true
	}
	return false
}

// HasWord reports whether the declaration begins with a word, such as "ghost".
func (d *Decl) HasWord(word string) bool {
	for _, w := range d.Words {
		if w == word {
			return true
		}
	}
	return false
}

// StmtKind is the form of a statement.
type StmtKind uint8

// The forms of statements.
const (
	OpaqueStmt  StmtKind = iota // not understood
	Block                       // Body
	VarDecl                     // Vars, Rhs
	Assign                      // Lhs, Rhs; Op
	Call                        // Rhs[0] is the call
	IfStmt                      // Guard, Body is the then part, Else
	Alternative                 // if { case } and match: Cases, Guard of match
	While                       // Guard, Clauses, Body; a loop with cases has Cases
	For                         // Vars[0], Rhs[0] to (Op "to" or "downto") Rhs[1] (nil if open), Clauses, Body
	Return                      // Rhs
	Assert                      // Guard; Body is the proof after "by"
	Assume                      // Guard
	Expect                      // Guard
	ForallStmt                  // Vars, Guard is the range, Clauses, Body
	Calc                        // a calculation: Rhs are its lines, Cases the hints (blocks and calculations)
	Print                       // Rhs
	Jump                        // break, continue, yield
	Other                       // reveal, modify, new and such; Op is the word
)

// Stmt is a statement.
type Stmt struct {
	Kind StmtKind
	Span
	Op         string
	Ghost      bool
	Attributes []string
	Guard      *Expr // nil also where it is "*"
	Vars       []Variable
	Lhs        []*Expr
	Rhs        []*Expr
	Clauses    []Clause
	// Body are the statements of a block; for other forms it has one element, the
	// block. Cases are the bodies of cases.
	Body  []*Stmt
	Else  *Stmt
	Cases []*Stmt
	// Pattern is a case's, nil if the case has a Guard, or was not understood.
	Pattern *Pattern
}

// Program is a whole text.
type Program struct {
	Text   string
	Tokens []Token
	Lines  *Lines
	// Decls are the declarations at the top level.
	Decls []*Decl
	// Opaque are the parts that were not understood, with the reason. They are
	// declarations of kind [Unknown], statements or expressions.
	Opaque []*Error
}

// All yields every declaration, what is in modules and classes included, in the
// order of the text.
func (p *Program) All(yield func(*Decl) bool) {
	var visit func(list []*Decl) bool
	visit = func(list []*Decl) bool {
		for _, d := range list {
			if !yield(d) || !visit(d.Members) {
				return false
			}
		}
		return true
	}
	visit(p.Decls)
}

// ByName are all declarations by qualified name; of several with one name (in texts
// that Dafny refuses) the last.
func (p *Program) ByName() map[string]*Decl {
	found := make(map[string]*Decl)
	for d := range p.All {
		found[d.QualifiedName()] = d
	}
	return found
}

// At is the innermost declaration that contains an offset, or nil.
func (p *Program) At(offset int) *Decl {
	var found *Decl
	for d := range p.All {
		if d.Contains(offset) {
			found = d
		}
	}
	return found
}

// Walk yields a statement and all within it, outer ones first.
func (s *Stmt) Walk(yield func(*Stmt) bool) {
	s.walk(yield)
}

func (s *Stmt) walk(yield func(*Stmt) bool) bool {
	if s == nil {
		return true
	}
	if !yield(s) {
		return false
	}
	for _, list := range [][]*Stmt{s.Body, {s.Else}, s.Cases} {
		for _, inner := range list {
			if !inner.walk(yield) {
				return false
			}
		}
	}
	return true
}

// Walk yields an expression and all within it, outer ones first.
func (e *Expr) Walk(yield func(*Expr) bool) { e.walk(yield) }

func (e *Expr) walk(yield func(*Expr) bool) bool {
	if e == nil {
		return true
	}
	if !yield(e) {
		return false
	}
	for _, a := range e.Args {
		if !a.walk(yield) {
			return false
		}
	}
	return true
}
