#!/usr/bin/env bash
# Runs the tests with a sanitizer: Tools/sanitize.sh address|thread [FILTER]. Exit 1 on a finding.
set -euo pipefail
cd "$(dirname "$0")/.."
kind="${1:?address or thread}"
scratch="${COTERIE_SANITIZE_BUILD:-/tmp/coterie-$kind}"
# A test that ends a program on purpose would be taken for a leak; LMDB keeps what it maps.
export ASAN_OPTIONS="detect_leaks=0:allocator_may_return_null=1:${ASAN_OPTIONS:-}"
suppressions="suppressions=$PWD/Tools/sanitize/thread.supp:print_suppressions=0"
export TSAN_OPTIONS="halt_on_error=0:exitcode=66:$suppressions:${TSAN_OPTIONS:-}"
# What a sanitizer takes itself is not held against the readers of damaged stores.
export COTERIE_SANITIZED=1
swift build --build-tests --sanitize="$kind" --scratch-path "$scratch" | tail -n 1
swift test --skip-build --sanitize="$kind" --scratch-path "$scratch" ${2:+--filter "$2"}
