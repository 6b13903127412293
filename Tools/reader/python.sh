#!/usr/bin/env bash
# Runs Python with exactly the libraries of requirements.txt, in an environment of its own that lies
# in the cache folder and is made anew whenever requirements.txt changes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
stamp=$(sha256sum "$here/requirements.txt" | cut -c 1-12)
venv=${XDG_CACHE_HOME:-$HOME/.cache}/coterie/reader-$stamp
if [ ! -e "$venv/complete" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: \
    --requirement "$here/requirements.txt" ||
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
      --requirement "$here/requirements.txt"
  touch "$venv/complete"
fi
PYTHONDONTWRITEBYTECODE=1 exec "$venv/bin/python" "$@"
