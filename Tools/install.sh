#!/usr/bin/env bash
# Installs what the build needs and this machine lacks: libsodium, LMDB, libqrencode and libzstd with
# their headers. With "tests" also what the tests need: Python with venv, flock, strace, the shells whose
# completions are tested, mandoc, the browser in which reports are tested, and valgrind.
set -euo pipefail

wanted=(libsodium-dev liblmdb-dev libqrencode-dev libzstd-dev pkg-config)
if [ "${1:-}" = tests ]; then
  wanted+=(python3 python3-venv util-linux strace zsh fish mandoc chromium valgrind binutils)
fi
missing=()
for name in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
done
if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  echo "installing: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
fi
command -v swift >/dev/null || { echo "a Swift 6.3 toolchain must be on the PATH" >&2; exit 1; }
