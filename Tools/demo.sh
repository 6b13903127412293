#!/usr/bin/env bash
# A group of three members, each written by processes of their own into a store of their own, with a
# concurrent removal, a divergence, and its healing. Shows what `coterie replay` says of each.
set -euo pipefail
cd "$(dirname "$0")/.."
coterie=$PWD/.build/release/coterie
act() { # MEMBER NAME WHAT...: one process
  local store=$here/$1.coterie
  shift
  "$PWD/.build/release/coterie-generate" act "$store" "$@" >/dev/null
}
quiet=${1:-}
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
export COTERIE_KEYRING=$here/keyring

say() { [ -n "$quiet" ] || printf '\n\033[1m%s\033[0m\n' "$*"; }
# Hands what one member holds to another, as a bundle through a pipe.
give() {
  "$coterie" -q export "$here/$1.coterie" -o "$here/$1.cborseq"
  "$coterie" -q import "$here/$1.cborseq" --store "$here/$2.coterie" >/dev/null
}
# Replays all three and requires an exit code.
replay() {
  local wanted=$1 got=0
  "$coterie" replay "$here"/{ann,bob,cat}.coterie >"$here/out" || got=$?
  [ -n "$quiet" ] || cat "$here/out"
  [ "$got" = "$wanted" ] || { cat "$here/out" >&2; echo "expected exit $wanted, got $got" >&2; exit 1; }
}

say "Ann founds a group and invites Bob as admin and Cat as member."
act ann ann found; act ann ann invite bob admin
give ann bob; act bob bob accept; give bob ann
act ann ann invite cat member
give ann cat; act cat cat accept; give cat ann; give cat bob
act cat cat post "hello"; give cat ann; give cat bob
replay 0

say "At the same time, without knowing of each other: Ann removes Bob; Bob removes Cat; Cat writes."
act ann ann remove bob
act bob bob remove cat
act cat cat post "still here"
replay 1

say "They exchange what they have. Bob's removal of Cat falls: who stands above him took his right."
for from in ann bob cat; do for to in ann bob cat; do [ $from = $to ] || give $from $to; done; done
replay 0

say "Bob's key signs two conflicting events: a fork, which everyone can prove."
act bob bob fork "another history"
give bob ann; give bob cat
replay 1
[ -n "$quiet" ] || "$coterie" log "$here/ann.coterie"
[ -z "$quiet" ] || echo "demonstration: four replays as expected"
