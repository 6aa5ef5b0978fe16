// What is not understood is kept, and what comes behind it is read.
method First() {
  x := 1;
  this is no statement at all;
  y ::= 2;
  while true { z := + ; z := 3; }
  if { what }
  w := 4;
}
function Second(): int { 1 + }
nonsense here { with (brackets) [and] }
method Third(x: ) { }
class Fourth { method Inner() { } garbage method Last() { } }
datatype Fifth = | | A
lemma Sixth() ensures { }
method Seventh() { assert true; }
