#!/usr/bin/env bash
# Reads bundles with reader.py, in a virtual environment of its own, and requires that it agrees with
# the program on every event, and that it notices every damage. With arguments: reads those bundles.
set -euo pipefail
cd "$(dirname "$0")/../.."
coterie=$PWD/.build/release/coterie
generate=$PWD/.build/release/coterie-generate
venv=${XDG_CACHE_HOME:-$HOME/.cache}/coterie/reader-venv
if ! "$venv/bin/python" -c 'import cbor2, pycose, nacl, pycddl, jsonschema' 2>/dev/null; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r Tools/reader/requirements.txt
fi
export PYTHONDONTWRITEBYTECODE=1
reader() { "$venv/bin/python" Tools/reader/reader.py "$@"; }
if [ $# -gt 0 ]; then
  for bundle in "$@"; do reader "$bundle"; done
  exit
fi
"$venv/bin/python" Tools/reader/schema.py Fixtures/scenario.schema.json Fixtures/scenarios
"$venv/bin/python" Tools/reader/outputs.py "$coterie" Fixtures/scenarios/forks/the-witnessed-history-counts.json
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"$generate" -q logs "$here" --members 5 --events 400 --seed 11 --authority 150 --forks 5000
cp "$here/m0.cborseq" "$here/generated.cborseq"
"$coterie" -q export Fixtures/scenarios/conflicts/removed-admin-forges-later.json -o "$here/forged.cborseq"
"$coterie" -q export Fixtures/scenarios/links/join-and-close.json -o "$here/links.cborseq"
# Every scenario's events, so that every kind is read.
find Fixtures/scenarios -name '*.json' | sort | while read -r scenario; do
  "$coterie" -q export "$scenario" -o "$here/scenario.cborseq"
  "$coterie" log "$here/scenario.cborseq" --ndjson >"$here/scenario.ndjson"
  reader "$here/scenario.cborseq" --events "$here/scenario.ndjson" >"$here/out" || {
    echo "$scenario"; cat "$here/out"; exit 1; }
done
echo "every scenario: the same on every event"
for name in generated forged links; do
  "$coterie" log "$here/$name.cborseq" --ndjson >"$here/$name.ndjson"
  echo -n "$name: "
  reader "$here/$name.cborseq" --events "$here/$name.ndjson"
done
reader --selftest "$here/links.cborseq"
