#!/usr/bin/env bash
# Requires that the program refuses broken scenarios where it should, that reader.py and the program
# agree on every event of every scenario and of a generated log, and that every damage is noticed. With arguments: reads those bundles.
set -euo pipefail
cd "$(dirname "$0")/../.."
coterie=${COTERIE_BIN:-$PWD/.build/release}/coterie
generate=${COTERIE_BIN:-$PWD/.build/release}/coterie-generate
reader() { Tools/reader/read.sh "$@"; }
if [ $# -gt 0 ]; then
  for bundle in "$@"; do reader "$bundle" --quiet; done
  exit
fi
Tools/reader/python.sh Tools/reader/schema.py Fixtures/scenario.schema.json \
  Fixtures/scenarios Fixtures/scenarios-bad
Tools/reader/python.sh Tools/reader/broken.py "$coterie" Fixtures/scenarios-bad
Tools/reader/python.sh Tools/reader/outputs.py "$coterie" \
  Fixtures/scenarios/forks/the-witnessed-history-counts.json
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
# Every scenario's events, so that every kind is read, and a log with forks.
while read -r scenario; do
  name=${scenario#Fixtures/scenarios/}
  name=$here/$(tr / . <<<"${name%.json}")
  "$coterie" -q export "$scenario" -o "$name.cborseq"
done < <(find Fixtures/scenarios -name '*.json' | sort)
"$generate" -q logs "$here" --members 5 --events 400 --seed 11 --authority 150 --forks 5000
for bundle in "$here"/*.cborseq; do
  "$coterie" log "$bundle" --ndjson >"${bundle%.cborseq}.ndjson"
done
reader --pairs "$here"
reader --selftest "$here/links.join-and-close.cborseq"
