lemma A()
  ensures true
{ }