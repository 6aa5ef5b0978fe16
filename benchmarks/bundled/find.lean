/-!
Problems that ask for an answer. `ansatz solve benchmarks/bundled/find.lean`
looks for the answers and proves them; the references, in find.answers.json, are
read only afterwards, to compare.
-/

/-- Counts down in steps of one and up in steps of two. -/
def twice : Nat → Nat
  | 0 => 0
  | n + 1 => twice n + 2

/-! Arithmetic that only has to be worked out. -/

theorem power_mod_thirteen : ∃ r : Nat, r = 7 ^ 100 % 13 := by sorry

theorem last_digit : ∃ d : Nat, d = 3 ^ 2024 % 10 := by sorry

theorem squares_up_to_five : ∃ l : List Nat, l = (List.range 5).map (fun n => n * n) := by sorry

theorem sum_to_hundred : ∃ s : Nat, s = (List.range 101).foldl (· + ·) 0 := by sorry

theorem is_large : ∃ b : Bool, b = decide (2 ^ 10 > 1000) := by sorry

theorem seven_divides_ninety_one : ∃ p : Prop, p ↔ 91 % 7 = 0 := by sorry

/-! One value is enough. -/

theorem power_of_two : ∃ n : Nat, 2 ^ n = 4096 := by sorry

theorem cubic_root : ∃ x : Int, x ^ 3 + 2 * x + 33 = 0 := by sorry

theorem inverse_mod_seven : ∃ x : Fin 7, 3 * x = 1 := by sorry

theorem own_function : ∃ n : Nat, twice n = 14 := by sorry

theorem neutral_element : ∃ e : Int, ∀ y : Int, e + y = y := by sorry

theorem sum_and_difference : ∃ x y : Nat, x + y = 11 ∧ x = y + 5 := by sorry

/-! What the hypotheses force. -/

theorem ticket_sale : ∃ answer : Nat, ∀ adults children : Nat,
    adults + children = 30 → 12 * adults + 7 * children = 285 → answer = adults := by sorry

theorem two_digits : ∃ answer : Nat, ∀ a b : Nat, 1 ≤ a ∧ a ≤ 9 → b ≤ 9 →
    10 * a + b = 4 * (a + b) → a * b = 18 → answer = 10 * a + b := by sorry

theorem gcd_and_lcm : ∃ answer : Nat, ∀ n : Nat, 0 < n →
    Nat.gcd n 36 = 12 → Nat.lcm n 36 = 360 → answer = n := by sorry

theorem consecutive_numbers : ∃ answer : Int, ∀ a : Int,
    a + (a + 1) + (a + 2) = 72 → answer = a * (a + 2) := by sorry

theorem pronic_number : ∃ answer : Nat, ∀ x : Nat, x * x + x = 182 → answer = x := by sorry

theorem negative_root : ∃ answer : Int, ∀ x : Int, x < 0 → x * x = 64 → answer = x * x * x := by sorry

theorem square_mod_nine : ∃ answer : Nat, ∀ n : Nat, n % 9 = 4 → answer = (n * n + 5) % 9 := by sorry

theorem missing_digit : ∃ answer : Nat, ∀ d : Nat, d ≤ 9 → 9 ∣ 5400 + 10 * d + 2 → answer = d := by sorry

theorem heads_and_legs : ∃ answer : Nat × Nat, ∀ chickens rabbits : Nat,
    chickens + rabbits = 35 → 2 * chickens + 4 * rabbits = 94 → answer = (chickens, rabbits) := by sorry

theorem mother_and_son : ∃ answer : Nat, ∀ mother son : Nat,
    mother = 4 * son → mother + 20 = 2 * (son + 20) → answer = mother := by sorry

theorem two_equations : ∃ answer : Int, ∀ x y : Int,
    3 * x + 2 * y = 12 → 5 * x - y = 7 → answer = x + y := by sorry

theorem two_factors : ∃ answer : Nat, ∀ p q : Nat, 1 < p → 1 < q → p * q = 221 → answer = p + q := by sorry

theorem square_of_two_digits : ∃ answer : Nat, ∀ n k : Nat, 10 ≤ n ∧ n ≤ 99 →
    n = k * k → n % 10 = 9 → n % 7 = 0 → answer = n := by sorry

theorem quotient_and_remainder : ∃ answer : Nat, ∀ x : Nat, x / 7 = 5 → x % 7 = 3 → answer = x := by sorry

/-! Functions that are known by equations. -/

theorem doubling_plus_one : ∃ answer : Nat, ∀ u : Nat → Nat,
    u 0 = 3 → (∀ n, u (n + 1) = 2 * u n + 1) → answer = u 6 := by sorry

theorem steps_of_three : ∃ answer : Int, ∀ f : Int → Int,
    (∀ x, f (x + 1) = f x + 3) → f 0 = 5 → answer = f 12 := by sorry

theorem fibonacci_digit : ∃ answer : Nat, ∀ f : Nat → Nat,
    f 0 = 0 → f 1 = 1 → (∀ n, f (n + 2) = f (n + 1) + f n) → answer = f 20 % 10 := by sorry

theorem an_operation : ∃ answer : Nat, ∀ op : Nat → Nat → Nat,
    (∀ a b, op a b = a * b + a + b) → answer = op (op 1 2) 3 := by sorry

/-! The largest and the smallest. -/

theorem largest_product : ∃ m : Nat,
    (∀ a b : Nat, a + b = 17 → a * b ≤ m) ∧ ∃ a b : Nat, a + b = 17 ∧ a * b = m := by sorry

theorem sun_zi : ∃ m : Nat, (0 < m ∧ m % 3 = 2 ∧ m % 5 = 3 ∧ m % 7 = 2) ∧
    ∀ k : Nat, 0 < k ∧ k % 3 = 2 ∧ k % 5 = 3 ∧ k % 7 = 2 → m ≤ k := by sorry

theorem lowest_point : ∃ m : Int,
    (∀ x : Int, m ≤ x * x - 6 * x + 4) ∧ ∃ x : Int, x * x - 6 * x + 4 = m := by sorry

/-! The answer may mention what is introduced before it. -/

theorem three_times (n : Nat) : ∃ s : Nat, s = n + n + n := by sorry

theorem pronic_is_even (n : Nat) : ∃ r : Nat, r = (n * (n + 1)) % 2 := by sorry

theorem half_of_double (n : Nat) (h : n % 2 = 0) : ∃ m : Nat, n = m + m := by sorry
