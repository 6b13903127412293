#!/usr/bin/env bash
# Lets accidents happen to real stores under the real program: Tools/crash.sh [short|full] [PART…]
# [SCENE…]. Prints a row for each; exit 1 if anything was lost, torn, unclear or ended by a signal.
# Parts: kill erase power fail crowd disk damage. Scenes: commands such as "store purge", for kill and
# fail. STEP=N takes every Nth call instead of each.
set -euo pipefail
cd "$(dirname "$0")/.."
export COTERIE=${COTERIE:-$PWD/.build/release/coterie}
[ -x "$COTERIE" ] || swift build -c release --product coterie
# In memory: what a disk keeps is part of the model, and thousands of files are synced.
export SCRATCH=${SCRATCH:-/dev/shm}
COTERIE_SHIM=$(mktemp --suffix .so)
export COTERIE_SHIM
trap 'rm -f "$COTERIE_SHIM"' EXIT
clang -O1 -Wall -Wextra -Werror -shared -fPIC -o "$COTERIE_SHIM" Tools/crash/shim.c -ldl -lpthread
python3 -B Tools/crash/crash.py "$@"
