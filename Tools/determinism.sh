#!/usr/bin/env bash
# Runs reports of the same logs again and again, with everything changed that must not matter, and
# requires equal bytes: Tools/determinism.sh [RUNS [PROGRAM...]]. The programs are a debug and a
# release build unless named. Exit 1 at the first byte that differs.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-100}
programs=("${@:2}")
if [ ${#programs[@]} -eq 0 ]; then
  swift build --product coterie | tail -n 1
  swift build -c release --product coterie | tail -n 1
  programs=(.build/debug/coterie .build/release/coterie)
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

scenario=Fixtures/scenarios/conflicts/two-owners-resign-then-successor.json
reports=(
  "replay Fixtures/divergence/fork/a.cborseq Fixtures/divergence/fork/b.cborseq --json"
  "replay $scenario"
  "replay $scenario --orders 5 --json"
  "diff Fixtures/divergence/missing-events/a.cborseq Fixtures/divergence/missing-events/b.cborseq"
  "log $scenario --json"
  "state $scenario --json"
  "forks Fixtures/divergence/fork/a.cborseq --json"
  "fixture run Fixtures/scenarios/conflicts --json"
  "fixture run $scenario --json"
  "report $scenario -o $folder/page.html"
  "simulate --seed 7 --members 3 --events 20 --faults all"
)
locales=(C C.UTF-8 de_DE.UTF-8 tr_TR.UTF-8)
zones=(UTC Asia/Kathmandu America/St_Johns Pacific/Apia)

# The sum of all reports of one program in one surrounding; a failing report is part of it.
sum() {
  for report in "${reports[@]}"; do
    rm -f "$folder/page.html"
    echo "== $report"
    # shellcheck disable=SC2086
    "$@" $report 2>&1 || echo "exit $?"
    [ ! -e "$folder/page.html" ] || cat "$folder/page.html"
  done | sed "s|$folder||g" | sha256sum | cut -d ' ' -f 1
}

export SOURCE_DATE_EPOCH=1700000000
first=""
count=0
for ((run = 0; run < runs; run++)); do
  program=${programs[run % ${#programs[@]}]}
  # Swift seeds its hashes by chance unless told otherwise; the kernel places memory by chance.
  surroundings=(env LC_ALL="${locales[run / 2 % 4]}" TZ="${zones[run / 3 % 4]}")
  [ $((run / 4 % 3)) -ne 1 ] || surroundings+=(SWIFT_DETERMINISTIC_HASHING=1)
  [ $((run / 5 % 3)) -ne 1 ] || surroundings+=(setarch -R)
  found=$(sum "${surroundings[@]}" "$program")
  if [ -z "$first" ]; then first=$found; fi
  if [ "$found" != "$first" ]; then
    echo "run $run differs: $program, ${surroundings[*]}"
    exit 1
  fi
  count=$((count + 1))
done
echo "${#reports[@]} reports, $count runs of ${#programs[@]} programs: equal bytes, $first"
