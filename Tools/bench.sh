#!/usr/bin/env bash
# Measures every figure that has a target, beside its yardstick, on a generated log of 1 000 000 events
# or of the size given: Tools/bench.sh 100000 [RUNS [FIGURES.json]]
set -euo pipefail
cd "$(dirname "$0")/.."
events=${1:-1000000} runs=${2:-5} figures=${3:-}
for program in coterie coterie-generate coterie-bench; do
  swift build -c release --product "$program"
done
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
.build/release/coterie-generate -q logs "$here" --members 10 --events "$events" --seed 3 --authority 10
mv "$here/m0.cborseq" "$here/log.cborseq"
.build/release/coterie-bench table "$here" --runs "$runs" --program .build/release/coterie \
  ${figures:+--to "$figures"}
