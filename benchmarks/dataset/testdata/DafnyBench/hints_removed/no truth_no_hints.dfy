lemma Trivial()
  ensures 1 == 1
{
}
