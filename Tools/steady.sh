#!/usr/bin/env bash
# Counts what does not shake: instructions and blocks of memory that replaying one event takes, by
# valgrind, as the difference between a log of 11 000 events and one of 1 000. Fails above the limits
# below, which are a tenth above what was measured last; wants the release programs coterie-bench and
# coterie-generate.
set -euo pipefail
cd "$(dirname "$0")/.."
instructions_max=14000
blocks_max=2

here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
# valgrind cannot read the debugging sections of this compiler.
strip --strip-debug -o "$here/bench" .build/release/coterie-bench

count() {
  local log="$here/$1"
  .build/release/coterie-generate -q logs "$log" --members 10 --events "$1" --seed 3 --authority 10
  instructions=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$here/bench" replay "$log/m0.cborseq" "$here/none" 2>&1 | sed -n 's/.*refs: *//p' | tr -d ,)
  blocks=$(valgrind --tool=dhat --dhat-out-file=/dev/null \
    "$here/bench" replay "$log/m0.cborseq" "$here/none" 2>&1 |
    sed -n 's/.*Total:.* in \(.*\) blocks/\1/p' | tr -d ,)
}

count 1000
few_instructions=$instructions few_blocks=$blocks
count 11000
each=$(((instructions - few_instructions) / 10000))
tenths=$(((blocks - few_blocks) / 1000))
echo "instructions an event: $each (at most $instructions_max)"
echo "blocks of memory an event: $((tenths / 10)).$((tenths % 10)) (at most $blocks_max)"
[ "$each" -gt 0 ] && [ "$each" -le "$instructions_max" ] && [ "$tenths" -le $((blocks_max * 10)) ]
