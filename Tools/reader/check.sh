#!/usr/bin/env bash
# Requires that reader.py and the program agree on every event of every scenario and of a generated
# log, and that the reader notices every damage. With arguments: reads those bundles.
set -euo pipefail
cd "$(dirname "$0")/../.."
coterie=${COTERIE_BIN:-$PWD/.build/release}/coterie
generate=${COTERIE_BIN:-$PWD/.build/release}/coterie-generate
reader() { Tools/reader/read.sh "$@"; }
if [ $# -gt 0 ]; then
  for bundle in "$@"; do reader "$bundle" --quiet; done
  exit
fi
Tools/reader/python.sh Tools/reader/schema.py Fixtures/scenario.schema.json Fixtures/scenarios
Tools/reader/python.sh Tools/reader/outputs.py "$coterie" \
  Fixtures/scenarios/forks/the-witnessed-history-counts.json
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
# Every scenario's events, so that every kind is read.
count=0
while read -r scenario; do
  "$coterie" -q export "$scenario" -o "$here/scenario.cborseq"
  "$coterie" log "$here/scenario.cborseq" --ndjson >"$here/scenario.ndjson"
  reader "$here/scenario.cborseq" --quiet --events "$here/scenario.ndjson" >"$here/out" || {
    echo "$scenario"; cat "$here/out"; exit 1; }
  count=$((count + 1))
done < <(find Fixtures/scenarios -name '*.json' | sort)
echo "$count scenarios: the same on every event"
"$generate" -q logs "$here" --members 5 --events 400 --seed 11 --authority 150 --forks 5000
"$coterie" log "$here/m0.cborseq" --ndjson >"$here/m0.ndjson"
echo -n "a generated log: "
reader "$here/m0.cborseq" --quiet --events "$here/m0.ndjson"
"$coterie" -q export Fixtures/scenarios/links/join-and-close.json -o "$here/links.cborseq"
reader --selftest "$here/links.cborseq"
