#!/usr/bin/env bash
# Fuzzes one reader of untrusted bytes: Tools/fuzz.sh TARGET [RUNS], or Tools/fuzz.sh merge TARGET.
#
# TARGET is one of cbor event bundle scenario command exchange packet store judgement audit. Starts from
# Fixtures/corpora/TARGET and from seeds of real logs; what is found stays in COTERIE_FUZZ_WORK.
# A trap, an input of more than a second of the processor, 64 MiB in one piece or 512 MiB at all ends the run.
set -euo pipefail
cd "$(dirname "$0")/.."
work="${COTERIE_FUZZ_WORK:-/tmp/coterie-fuzz-work}"
scratch="${COTERIE_FUZZ_BUILD:-/tmp/coterie-fuzz-build}"
fuzzer="$scratch/release/coterie-fuzz"
export SWIFT_BACKTRACE=enable=no

build() {
  COTERIE_FUZZ=1 swift build -c release --sanitize=fuzzer --product coterie-fuzz \
    --scratch-path "$scratch" "${@}"
}

prepare() {
  export COTERIE_FUZZ_TARGET="$1"
  mkdir -p "$work/$1/corpus" "$work/$1/seeds" "$work/$1/found" "Fixtures/corpora/$1"
  COTERIE_FUZZ_SEEDS="$work/$1/seeds" "$fuzzer" > /dev/null
}

if [ "${1:-}" = merge ]; then
  prepare "$2"
  rm -rf "$work/$2/least"
  mkdir -p "$work/$2/least"
  "$fuzzer" -merge=1 -max_len="${COTERIE_FUZZ_KEEP:-4096}" "$work/$2/least" "$work/$2/corpus" \
    "$work/$2/seeds" "Fixtures/corpora/$2" 2>&1 | tail -n 1
  exit
fi

target="${1:?a target is missing}"
runs="${2:-1000000}"
build | tail -n 1
prepare "$target"
case "$target" in
  store) length=65536 ;;
  bundle | scenario | exchange) length=8192 ;;
  *) length=4096 ;;
esac
"$fuzzer" -runs="$runs" -max_total_time="${COTERIE_FUZZ_SECONDS:-0}" -timeout=60 \
  -malloc_limit_mb=64 -rss_limit_mb=512 -max_len="$length" -print_final_stats=1 \
  -artifact_prefix="$work/$target/found/" -reload=0 \
  "$work/$target/corpus" "$work/$target/seeds" "Fixtures/corpora/$target" \
  > "$work/$target/log" 2>&1 || { tail -n 40 "$work/$target/log"; exit 1; }
grep -E "stat::|Done" "$work/$target/log"
