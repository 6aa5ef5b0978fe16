// Loops without invariants: ansatz prove benchmarks/bundled/loops.dfy
method Gauss(n: nat) returns (s: nat)
  ensures 2 * s == n * (n + 1)
{
  var i := 0;
  s := 0;
  while i < n
  {
    i := i + 1;
    s := s + i;
  }
}

method Fill(a: array<int>, value: int)
  modifies a
  ensures forall i :: 0 <= i < a.Length ==> a[i] == value
{
  var i := 0;
  while i < a.Length
  {
    a[i] := value;
    i := i + 1;
  }
}

method Largest(a: array<int>) returns (m: int)
  requires a.Length > 0
  ensures exists i :: 0 <= i < a.Length && a[i] == m
  ensures forall i :: 0 <= i < a.Length ==> a[i] <= m
{
  m := a[0];
  var i := 1;
  while i < a.Length
  {
    if a[i] > m { m := a[i]; }
    i := i + 1;
  }
}
