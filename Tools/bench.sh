#!/usr/bin/env bash
# Measures cold replay, import, append and memory on generated logs of 10 000 and 100 000 events, or of
# the sizes given: Tools/bench.sh 1000000
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product coterie-generate
swift build -c release --product coterie-bench
[ $# -gt 0 ] || set -- 10000 100000
for events in "$@"; do
  here=$(mktemp -d)
  .build/release/coterie-generate -q logs "$here" --members 10 --events "$events" --seed 3 --authority 10
  .build/release/coterie-bench measure "$here/m0.cborseq" "$here"
  rm -rf "$here"
  echo
done
