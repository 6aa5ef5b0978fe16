#!/usr/bin/env bash
# Installs what the tests need and runs all of them. Nothing is skipped silently:
# a test that cannot run here says why.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/need.sh

# A registry can be away for a moment; that must not look like a failing test.
fetch() {
  local what=$1; shift
  for attempt in 1 2 3; do
    "$@" && return 0
    echo "could not get $what (attempt $attempt of 3)" >&2
    [ "$attempt" = 3 ] || sleep $((attempt * 5))
  done
  echo "ERROR: $what could not be fetched. Is the registry reachable? This is no test failure; run again later." >&2
  exit 3
}

echo "== Go modules"
fetch "the Go modules" go mod download

echo "== gofmt"
unformatted=$(gofmt -l $(git ls-files '*.go'))
[ -z "$unformatted" ] || { echo "not formatted:"; echo "$unformatted"; exit 1; }

echo "== go vet"
go vet ./...

echo "== staticcheck"
go tool staticcheck ./...

echo "== npm Lean"
mkdir -p bin
go build -o bin/ansatz ./cmd/ansatz
export ANSATZ_TEST_LEAN_DIR=${ANSATZ_TEST_LEAN_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/ansatz/lean-npm}
fetch "npm Lean" bin/ansatz provers install lean --dir "$ANSATZ_TEST_LEAN_DIR"

echo "== Dafny"
status=0
scripts/dafny.sh || status=$?
case $status in
  0) export ANSATZ_TEST_DAFNY=1 ;; # no test may do without it
  3) echo "ERROR: Dafny could not be installed, for the reason above. This is no test failure; run again later." >&2; exit 3 ;;
  4) echo "SKIPPED: the tests with the real Dafny, for the reason above. Install Dafny 2.3 or 4 and put dafny on PATH to run them." >&2 ;;
  *) exit "$status" ;;
esac

echo "== tests"
# One package at a time: two npm Leans at once would need twice the memory.
go test -race -p 1 -timeout 30m ./...
