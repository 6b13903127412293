#!/usr/bin/env bash
# Writes Fixtures/why anew: for each code, the explanation of the first event of Fixtures/scenarios
# that has it. A test compares what the program says with these files.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --product coterie
swift build --product coterie-generate
mkdir -p Fixtures/why
bin=$PWD/.build/debug
if [ ! -f Fixtures/why/future-kind.cborseq ]; then
  # A kind of the future has no spelling in a scenario, so it comes from a log.
  here=$(mktemp -d)
  export COTERIE_KEYRING=$here/keyring
  "$bin/coterie-generate" -q act "$here/ann.coterie" ann found > /dev/null
  "$bin/coterie-generate" -q act "$here/ann.coterie" ann kind future.kind > /dev/null
  "$bin/coterie" -q export "$here/ann.coterie" -o Fixtures/why/future-kind.cborseq
  rm -rf "$here"
fi
python3 - .build/debug/coterie <<'PY'
import json, pathlib, subprocess, sys

program = sys.argv[1]
there = pathlib.Path("Fixtures/why")
there.mkdir(exist_ok=True)
wanted = {}
paths = sorted(pathlib.Path("Fixtures/scenarios").rglob("*.json"))
for path in paths + [pathlib.Path("Fixtures/why/future-kind.cborseq")]:
    log = subprocess.run([program, "log", str(path), "--json"], capture_output=True, text=True)
    if log.returncode != 0:
        continue
    for event in json.loads(log.stdout)["result"]["events"]:
        code = event["verdict"]["code"]
        if code and code not in wanted:
            wanted[code] = (str(path), event["n"])
for code, (path, place) in sorted(wanted.items()):
    text = subprocess.run([program, "why", f"#{place}", path], capture_output=True, text=True,
                          check=True).stdout
    (there / f"{code}.txt").write_text(f"$ coterie why '#{place}' {path}\n{text}")
print(len(wanted), "codes:", " ".join(sorted(wanted)))
PY
