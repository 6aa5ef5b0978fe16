package soundness_test

import "strings"

// given is the program that the tables change: a bit of everything that is executed.
const given = `// A program without annotations.
datatype List = Nil | Cons(head: int, tail: List)

function Sum(xs: List): int
{
  match xs
  case Nil => 0
  case Cons(x, rest) => x + Sum(rest)
}

function Length(xs: List): nat
{
  if xs.Nil? then 0 else 1 + Length(xs.tail)
}

predicate Sorted(s: seq<int>)
{
  forall i, j :: 0 <= i < j < |s| ==> s[i] <= s[j]
}

function Twist(a: int, b: int, c: int): int { a - b + c }

lemma Help(n: nat)
  ensures n * n >= n
{
}

class Counter {
  var value: int
  ghost var log: seq<int>
  constructor () ensures value == 0 { value := 0; }
  method Add(k: nat) returns (old_value: int)
    modifies this
    ensures value == old(value) + k
  {
    old_value := value;
    value := value + k;
  }
  ghost method Note(k: int) modifies this { log := log + [k]; }
}

method Max(a: array<int>) returns (m: int)
  requires a.Length > 0
  ensures forall k :: 0 <= k < a.Length ==> a[k] <= m
{
  m := a[0];
  var i := 1;
  while i < a.Length
  {
    if a[i] > m { m := a[i]; } else { i := i; }
    i := i + 1;
  }
  return m;
}

method Fill(a: array<int>, v: int)
  modifies a
{
  forall k | 0 <= k < a.Length { a[k] := v; }
  var c := new Counter();
  var o := c.Add(2);
  label Done: if o == 0 { }
  print "done", '\n';
}
`

// edit replaces texts in a program, each the first time that it occurs. A text
// that is not there is an error of the test.
func edit(program string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(program, pairs[i]) {
			panic("no " + pairs[i])
		}
		program = strings.Replace(program, pairs[i], pairs[i+1], 1)
	}
	return program
}
