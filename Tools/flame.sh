#!/usr/bin/env bash
# Draws where the time of a cold replay goes: Tools/flame.sh LOG [KEYRING]. Wants perf.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product coterie-bench
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
perf record -q -F 1999 -g -o "$here/perf.data" .build/release/coterie-bench replay "$1" "${2:-none}"
perf script -i "$here/perf.data" -F ip,sym 2>/dev/null | swift demangle --simplified |
  python3 Tools/flame.py Documentation/figures/replay.svg
