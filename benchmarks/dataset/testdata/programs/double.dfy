function Double(x: int): int { 2 * x }

lemma DoubleIsEven(x: int)
  ensures Double(x) % 2 == 0
{
}
