#!/usr/bin/env bash
# Measures the commands that people wait for on logs of 1 000 to 10 000 000 events, and draws how they
# grow. About an hour, 30 GB of disk: Tools/growth.sh FOLDER [SIZES]
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1 sizes=${2:-1000,10000,100000,1000000,10000000}
for program in coterie coterie-generate coterie-bench; do swift build -c release --product "$program"; done
python3 Tools/growth.py measure "$folder" --sizes "$sizes"
python3 Tools/growth.py draw "$folder/growth.json" Documentation/figures/growth.svg
python3 Tools/growth.py table "$folder/growth.json"
