#!/usr/bin/env bash
# Runs Python with exactly the libraries of requirements.txt, in an environment of its own that lies
# in the cache folder and is made anew whenever requirements.txt changes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
stamp=$(sha256sum "$here/requirements.txt" | cut -c 1-12)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/coterie
venv=$cache/browser-$stamp
mkdir -p "$cache"
# Tests run side by side: one makes the environment, the others wait for it.
exec 9>"$venv.lock"
flock 9
if [ ! -e "$venv/complete" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: \
    --requirement "$here/requirements.txt"
  touch "$venv/complete"
fi
exec 9>&-
PYTHONDONTWRITEBYTECODE=1 exec "$venv/bin/python" "$@"
