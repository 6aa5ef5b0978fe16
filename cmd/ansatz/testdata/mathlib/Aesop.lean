module
public section

-- The interpreter does not find extracted terms of other modules in Lean from npm.
set_option compiler.extract_closed false

macro "aesop" : tactic => `(tactic| simp_all)
