#!/usr/bin/env bash
# Damages a real store in eight ways, in so many copies, and reads and salvages each in a process
# that may take a second and 64 MiB: Tools/hostile.sh [FILES [SEED [MESSAGES]]]. Exit 1 if one did not come back.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product coterie-hostile | tail -n 1
# In memory: some tens of thousands of files are written and synced.
TMPDIR="${COTERIE_HOSTILE_FOLDER:-/dev/shm}" .build/release/coterie-hostile "${1:-16000}" "${2:-1}" "${3:-400}"
