// Every form of a statement.
method Forms(a: array<int>, n: nat) returns (r: int, ghost g: nat)
  requires a.Length > 0 requires {:error "no"} n > 0;
  requires named: true
  modifies a, this`f, set o | o in s
  ensures r == n ensures forall k :: a[k] == old(a[k])
  decreases n, *
{
  var x := 1; var y: int, z;
  ghost var h: seq<int> := [];
  var (p, q) := pair; var w :| w > 0; var v :- Fail();
  x := 1; x, y := y, x; a[0] := *; c.f, c.g := new C(1), new int[n];
  Forms(a, n); c.Do(); x := M.Call();
  x :| assume x > 0;
  if x > 0 { } else if * { x := 1; } else { }
  if k :| 0 <= k < n { }
  if { case x > 0 => x := 2; y := 3; case x <= 0 => }
  match r { case 0 => case Cons(h, t) => x := 4; }
  match r case _ => return;
  while x < n
    invariant x <= n
    invariant {:attribute} true;
    decreases n - x
    modifies a
  { x := x + 1; break; }
  while { case x < n => x := n; }
  while true invariant false
  for i := 0 to n invariant i <= n { continue; }
  for i := n downto * { }
  label here: while true decreases * { break here; }
  return 1, 2;
  return;
  assert x == 1; assert {:focus} tag: x == 2; assert x == 3 by { Lemma(); }
  assume x == 4; expect x == 5, "no";
  forall k | 0 <= k < n { a[k] := 0; }
  forall k, l | k < l ensures P(k, l) { Lemma(k); }
  forall k ensures P(k);
  calc { 1; 2; }
  calc {:x} <= { a; == { Lemma(); assert true; } b; <==> calc { 3; } { } c; }
  print "x", x, '\n'; reveal f(), g; modify a; modify a { x := 1; }
  yield 3; new;
  { var inner := 1; }
}
