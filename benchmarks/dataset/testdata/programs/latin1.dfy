lemma A() {}
// ÿ
