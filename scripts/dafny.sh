#!/usr/bin/env bash
# Installs Debian's package dafny (2.3.0, with Mono and z3) unless there is a dafny
# on PATH. Exit status: 0 there is one, 3 it could not be fetched, 4 this machine
# cannot get one in this way. The last line on stderr says why.
set -euo pipefail
command -v dafny >/dev/null && exit 0

cannot() { echo "$1" >&2; exit 4; }
command -v apt-get >/dev/null || cannot "there is no dafny on PATH and no apt-get to install it with"
root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || cannot "there is no dafny on PATH, and installing it needs root or sudo"
  root=(sudo)
fi

# A mirror can be away for a moment.
for attempt in 1 2 3; do
  if "${root[@]}" apt-get update -qq >&2; then
    # After an update that succeeded, a package that is not listed does not exist.
    apt-cache show dafny >/dev/null 2>&1 || cannot "there is no dafny on PATH, and this distribution has no package dafny (Debian 12 has)"
    if "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends dafny >&2 && command -v dafny >/dev/null; then
      exit 0
    fi
  fi
  echo "could not install Dafny (attempt $attempt of 3)" >&2
  [ "$attempt" = 3 ] || sleep $((attempt * 5))
done
echo "Debian's package dafny could not be fetched; is the mirror of apt-get reachable?" >&2
exit 3
