#!/usr/bin/env bash
# Installs what is missing and runs all tests. README's second command; .ci/run calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
Tools/install.sh tests

echo "== format"
swift format lint --strict --recursive Sources Tests Tools Package.swift

echo "== build: every import must be declared in the manifest"
swift build --build-tests --explicit-target-dependency-import-check error

echo "== release programs"
swift build -c release --product coterie
swift build -c release --product coterie-generate
swift build -c release --product coterie-scopes
swift build -c release --product coterie-bench

echo "== scenarios"
.build/release/coterie fixture run Fixtures/scenarios | tail -n 1

echo "== small scopes: every graph of one event, one in 20 of two events, in every order"
.build/release/coterie-scopes --events 2 --share 20

echo "== simulated worlds in which things go wrong"
Tools/simulate.sh 60

echo "== demonstration, written by separate processes"
Tools/demo.sh --quiet

echo "== the format, read a second time in Python"
Tools/reader/check.sh

echo "== a second judge, written from the definition, on all scenarios and a thousand random ones"
python3 Tools/judge/judge.py .build/release/coterie Fixtures/scenarios
python3 Tools/judge/judge.py .build/release/coterie --seeds 1-1000

echo "== instructions and memory of an event"
Tools/steady.sh

echo "== the library in an app of its own"
Tools/embed/check.sh

echo "== reports of 30 and 3 000 events, in a browser"
Tools/browser/check.sh

echo "== kills, power losses, errors, full disks and damage, some of each"
Tools/crash.sh short

echo "== tests"
swift test --parallel
