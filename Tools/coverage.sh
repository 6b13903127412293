#!/usr/bin/env bash
# Runs all tests, and the programs that they start, and prints which regions of Sources were run:
# Tools/coverage.sh [FILE]. With a file of Sources, its lines with how often each was run.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch="${COTERIE_COVERAGE_BUILD:-/tmp/coterie-coverage}"
profiles="$scratch/profiles"
tools=$(dirname "$(readlink -f "$(command -v swift)")")
products="$scratch/debug"

if [ $# -eq 0 ] || [ ! -e "$scratch/all.profdata" ]; then
  swift build --build-tests --enable-code-coverage --scratch-path "$scratch" | tail -n 1
  rm -rf "$profiles"
  mkdir -p "$profiles"
  # A file for each process: one that is killed spoils no other's counts.
  export LLVM_PROFILE_FILE="$profiles/%p.profraw"
  # There, since a program that is started without this word writes where it stands.
  (
    cd "$profiles"
    "$products"/CoteriePackageTests.xctest --testing-library swift-testing
  ) > "$scratch/tests.log" 2>&1 || grep -E '✘|recorded an issue' "$scratch/tests.log" | tail -n 20
  tail -n 1 "$scratch/tests.log"
  find "$profiles" -name '*.profraw' -size +0 > "$scratch/profiles.txt"
  "$tools/llvm-profdata" merge -sparse -failure-mode=all -f "$scratch/profiles.txt" \
    -o "$scratch/all.profdata" 2> "$scratch/merge.log"
fi

objects=("$products/CoteriePackageTests.xctest" -object "$products/coterie")
if [ $# -gt 0 ]; then
  "$tools/llvm-cov" show "${objects[@]}" -instr-profile "$scratch/all.profdata" "$1"
  exit
fi
"$tools/llvm-cov" export "${objects[@]}" -instr-profile "$scratch/all.profdata" -summary-only \
  -ignore-filename-regex '/(Tests|Tools|\.build)/|/checkouts/' > "$scratch/coverage.json"
python3 - "$scratch/coverage.json" <<'PYTHON'
import collections
import json
import sys

rows = collections.defaultdict(lambda: [0, 0])
files = []
for file in json.load(open(sys.argv[1]))["data"][0]["files"]:
    name = file["filename"]
    if "/Sources/" not in name:
        continue
    regions = file["summary"]["regions"]
    path = name.split("/Sources/")[1]
    rows[path.split("/")[0]][0] += regions["covered"]
    rows[path.split("/")[0]][1] += regions["count"]
    files.append((regions["count"] - regions["covered"], regions["count"], path))


def line(name, covered, count):
    print(f"  {name:28} {covered:6} of {count:6} regions  {100 * covered / max(count, 1):5.1f} %")


for name in sorted(rows):
    line(name, *rows[name])


def total(floors):
    return [sum(rows[floor][part] for floor in floors) for part in (0, 1)]


line("rules: Judgement", *total(["CoterieJudgement"]))
line("codec: Wire, Events", *total(["CoterieWire", "CoterieEvents"]))
line("all", *total(list(rows)))
print("files with most regions that were not run")
for missing, count, path in sorted(files, reverse=True)[:25]:
    print(f"  {missing:5} of {count:5}  {path}")
PYTHON
