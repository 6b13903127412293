#!/usr/bin/env bash
# Makes reports of generated logs (30 and 3 000 events, forks, two logs that differ) and holds each
# in a real browser against the program's other outputs. With COTERIE_LARGE=1 also one of 100 000
# events, which must open within 2 s on a machine that does nothing else.
# With a folder as argument it leaves pictures of each page there.
set -euo pipefail
cd "$(dirname "$0")/../.."
coterie=${COTERIE_BIN:-$PWD/.build/release}/coterie
generate=${COTERIE_BIN:-$PWD/.build/release}/coterie-generate
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
export COTERIE_KEYRING=$here/keyring
check() {
  local name=$1 shots=()
  shift
  if [ -n "$pictures" ]; then
    mkdir -p "$pictures/$name"
    shots=(--shots "$pictures/$name")
  fi
  echo -n "$name  "
  Tools/browser/python.sh Tools/browser/check.py "$coterie" "${shots[@]}" "$@"
}
pictures=${1:-}
logs() { "$generate" -q logs "$here/$1" --seed 7 --logs 2 "${@:2}"; }
logs small --members 10 --events 30
check small "$here"/small/*.cborseq
logs middle --members 10 --events 3000
check middle "$here"/middle/*.cborseq
logs apart --members 10 --events 3000 --diverge
check apart "$here"/apart/*.cborseq
logs forks --members 6 --events 400 --authority 150 --forks 5000
check forks "$here"/forks/*.cborseq
[ -n "${COTERIE_LARGE:-}" ] || exit 0
logs large --members 10 --events 100000
check large --within 2 "$here"/large/*.cborseq
