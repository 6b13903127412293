#!/usr/bin/env bash
# Makes Fixtures/divergence anew: for each cause that coterie diff names, two logs that differ by it.
# The logs are made by the program and its generator; the damage is done with Python.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --product coterie
swift build --product coterie-generate
bin=$PWD/.build/debug
there=$PWD/Fixtures/divergence
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
export COTERIE_KEYRING=$here/keyring
cd "$here"
act() { "$bin/coterie-generate" -q act "$@" > /dev/null; }
give() { "$bin/coterie" -q export "$1" -o gift.cborseq && "$bin/coterie" -q import gift.cborseq -s "$2" > /dev/null; }

# A group of three in two stores.
act ann.coterie ann found
for who in bob cat; do
  act ann.coterie ann invite $who admin
  give ann.coterie bob.coterie
  act bob.coterie $who accept
  give bob.coterie ann.coterie
done
act ann.coterie ann post hello
give ann.coterie bob.coterie
cp -r ann.coterie common.coterie

pair() { rm -rf "${there:?}/$1"; mkdir -p "$there/$1"; echo "$1" > "$there/$1/cause"; }
bundle() { "$bin/coterie" -q export "$1" -o "$2"; }
plain() { mkdir -p "$2"; "$bin/coterie" -q store backup -s "$1" "$here/plain.coterie"; cp "$here/plain.coterie/log.mdb" "$2/"; rm -rf "$here/plain.coterie"; }

pair missing-events
act ann.coterie ann role bob member
act ann.coterie ann post "who lacks this"
act bob.coterie bob post "and who lacks that"
bundle ann.coterie "$there/missing-events/a.cborseq"
bundle bob.coterie "$there/missing-events/b.cborseq"

pair damaged-log
bundle ann.coterie "$there/damaged-log/a.cborseq"
python3 - "$there/damaged-log" <<'PY'
import pathlib, sys
folder = pathlib.Path(sys.argv[1])
data = bytearray((folder / "a.cborseq").read_bytes())
data[len(data) * 2 // 3] ^= 1
(folder / "b.cborseq").write_bytes(data)
PY

pair rules-version
bundle ann.coterie "$there/rules-version/a.cborseq"
python3 - "$there/rules-version" <<'PY'
import pathlib, sys
folder = pathlib.Path(sys.argv[1])
data = (folder / "a.cborseq").read_bytes()
(folder / "b.cborseq").write_bytes(data.replace(b"\x65rules\x01", b"\x65rules\x02", 1))
PY

pair fork
give ann.coterie bob.coterie
bundle bob.coterie whole.cborseq
act ann.coterie ann post "on one device"
act bob.coterie ann post "on the other"
bundle ann.coterie "$there/fork/a.cborseq"
bundle bob.coterie "$there/fork/b.cborseq"

pair stale-checkpoint
"$bin/coterie" -q verify --mend ann.coterie > /dev/null
bundle ann.coterie "$there/stale-checkpoint/a.cborseq"
plain ann.coterie "$there/stale-checkpoint/b.coterie"
digest=$("$bin/coterie" state ann.coterie --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["result"]["digest"])')
python3 - "$there/stale-checkpoint/b.coterie/log.mdb" "$digest" <<'PY'
import pathlib, sys
path, digest = pathlib.Path(sys.argv[1]), bytes.fromhex(sys.argv[2])
data = path.read_bytes()
assert digest in data
path.write_bytes(data.replace(digest, bytes(32)))
PY

pair engine-defect
bundle ann.coterie "$there/engine-defect/a.cborseq"
plain ann.coterie "$there/engine-defect/b.coterie"
python3 - "$there/engine-defect/b.coterie/log.mdb" <<'PY'
import pathlib, sys
# An admission of an owner's act: no code, no cause, rank 5, path [], ... as another engine noted it.
path = pathlib.Path(sys.argv[1])
data = path.read_bytes()
record = bytes.fromhex("86f6f60580")
assert record in data
path.write_bytes(data.replace(record, bytes.fromhex("86f6f60480"), 1))
PY
ls -R "$there"
