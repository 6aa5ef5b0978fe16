#!/usr/bin/env bash
# Says what is missing to build ansatz, and how to get it.
set -euo pipefail
command -v go >/dev/null || { echo "ansatz needs Go 1.26 or newer: https://go.dev/doc/install" >&2; exit 3; }
command -v "${CC:-gcc}" >/dev/null || { echo "ansatz needs a C compiler for SQLite: apt-get install gcc, or set CC" >&2; exit 3; }
