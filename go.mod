module github.com/ansatz-prover/ansatz

go 1.26.8

require (
	github.com/mattn/go-sqlite3 v1.14.53 // indirect
	github.com/sourcegraph/jsonrpc2 v0.2.3 // indirect
)
