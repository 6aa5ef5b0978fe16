// Every form of a declaration.
include "other.dfy"
import opened A = B.C
export Name provides x, y reveals z
abstract module M.N refines O {
  export
  import P
  const c: int := 1
  module Inner { }
}
type T(==)
type U<A, B(0)> = map<A, B>
type Even = x: int | x % 2 == 0 witness 2
newtype byte = x: int | 0 <= x < 256
datatype List<T(==)> = Nil | Cons(head: T, ghost tail: List<T>) { function Len(): nat { 0 } }
codatatype Stream = Next(int, Stream)
trait Shape extends Object { method Draw() ensures true }
class {:autocontracts} Node<T> extends Shape, Other {
  var next: Node?<T>, value: T;
  ghost var Repr: set<object>
  static const zero := 0;
  constructor () { new; }
  constructor From(x: T) ensures value == x { value := x; }
  static function method Id(x: int): int { x }
  twostate predicate Grew() reads this { old(next) != next }
}
iterator Count(n: nat) yields (i: int) yield ensures i > 0 { yield 1; }
function F<T>(x: T, y: int := 3): (z: int) requires true reads x decreases y ensures z > 0 { assert true; y }
function {:opaque} G(): int
ghost function H(x: nat): nat { if x == 0 then 0 else H(x - 1) } by method { return 0; }
predicate method Q(s: seq<int>) { forall i :: 0 <= i < |s| ==> s[i] > 0 }
inductive predicate I[nat](x: int) { x == 0 || I(x - 1) }
copredicate C(s: Stream) { true }
lemma {:induction false} {:axiom} L(x: int) ensures x == x
colemma K(s: Stream) ensures C(s) { }
ghost method Noted(x: int) { }
method R<T>(ghost x: T, nameonly y: int) returns (a: int, b: int) { a, b := 1, 2; }
