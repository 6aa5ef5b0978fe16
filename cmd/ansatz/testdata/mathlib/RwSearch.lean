
macro "rw_search" : tactic => `(tactic| simp_all)
