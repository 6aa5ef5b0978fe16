# ansatz: a proof-search workbench. `make prove` and `make test` are all that a newcomer needs.

GO      ?= go
ANSATZ   = bin/ansatz
PROBLEMS = benchmarks/bundled/first.lean
QUESTIONS = benchmarks/bundled/find.lean
PROGRAM  = benchmarks/bundled/loops.dfy

.PHONY: prove test build bench table clean

## prove: build, install npm Lean if there is no Lean, prove and solve bundled problems, show a proof tree, annotate a Dafny program
prove: build
	$(ANSATZ) provers install lean
	$(ANSATZ) prove $(PROBLEMS) --timeout 1m || test $$? -eq 1
	$(ANSATZ) show sum_equals_product --depth 4 --nodes 40
	$(ANSATZ) solve $(QUESTIONS) --name '*_equations' --name 'heads_and_legs' --name 'lowest_point' --timeout 1m --method both || test $$? -eq 1
	$(ANSATZ) show heads_and_legs --depth 3 --nodes 20
	@if command -v dafny >/dev/null; then \
	  echo "$(ANSATZ) verify $(PROGRAM)"; $(ANSATZ) verify $(PROGRAM) || test $$? -eq 1; \
	  echo "$(ANSATZ) prove $(PROGRAM)"; $(ANSATZ) prove $(PROGRAM) --timeout 1m || test $$? -eq 1; \
	else \
	  echo "There is no dafny on PATH, so no program is annotated. On Debian 12: apt-get install --no-install-recommends dafny"; \
	  echo "Then: $(ANSATZ) prove $(PROGRAM)"; \
	fi

## test: install what the tests need, run vet, staticcheck, gofmt and all tests with the race detector
test:
	scripts/test.sh

## build: the program, as bin/ansatz
build:
	@scripts/need.sh
	$(GO) build -o $(ANSATZ) ./cmd/ansatz

## bench: the figures of the README, measured here
bench: build
	$(GO) test -run '^$$' -bench . -benchmem ./search/... ./lean

## table: the tables of strategies and of the policy's parts in the README, of the problems of miniF2F in DATASET=FILE.jsonl
table: build
	$(if $(DATASET),,$(error give the problems: make table DATASET=valid.jsonl))
	$(ANSATZ) bench run benchmarks/minif2f-core.toml --dataset $(DATASET)
	$(ANSATZ) bench run benchmarks/minif2f-parts.toml --dataset $(DATASET)
	$(ANSATZ) bench report minif2f-core --format markdown
	$(ANSATZ) bench report minif2f-parts --format markdown

clean:
	rm -rf bin
