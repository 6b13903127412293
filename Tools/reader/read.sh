#!/usr/bin/env bash
# Reads a bundle a second time, with other libraries: read.sh BUNDLE.cborseq [--events LOG.ndjson]
# With --selftest it holds the reader against a group and damages of its own.
# Exit codes: 0 all agrees, 1 something differs or is bad, 2 usage, 4 the bundle cannot be read.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/python.sh" "$here/reader.py" "$@"
