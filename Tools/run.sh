#!/usr/bin/env bash
# Installs what is missing, builds a release, and runs the main job on real input. README's first
# command.
set -euo pipefail
cd "$(dirname "$0")/.."
Tools/install.sh
swift build -c release --product coterie
swift build -c release --product coterie-generate
Tools/demo.sh
