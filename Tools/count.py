#!/usr/bin/env python3
"""Counts what the tests stand on: python3 Tools/count.py.

Assertions that stay on in a release, by lines of source, in what judges and in what stores; and how
many vectors of our own say no for each that says yes.
"""
import json
import pathlib
import re

root = pathlib.Path(__file__).resolve().parent.parent


def assertions(floors):
    count = lines = 0
    for floor in floors:
        for path in (root / "Sources" / floor).rglob("*.swift"):
            text = path.read_text()
            lines += len(text.splitlines())
            count += len(re.findall(r"\b(?:precondition|preconditionFailure)\(", text))
    return count, lines


print("assertions that stay on in a release")
for name, floors in (
    ("what judges: Events, Judgement, Engine", ("CoterieEvents", "CoterieJudgement", "CoterieEngine")),
    ("what stores: Ledger, Vault, Groups", ("CoterieLedger", "CoterieVault", "CoterieGroups")),
    ("what signs and hashes: Sealing", ("CoterieSealing",)),
):
    count, lines = assertions(floors)
    print(f"  {name:42} {count:5} in {lines:6} lines: one in {lines // max(count, 1)}")


def permissions():
    good = bad = 0
    heading, columns = [], []
    for line in (root / "Fixtures/permissions.txt").read_text().splitlines():
        words = line.split()
        if not words or words[0] in ("#", "letter"):
            continue
        if words[0] == "grid":
            heading, columns = words[1:], []
        elif not columns:
            columns = words
        else:
            for column, cell in zip(columns, words[-len(columns):]):
                if cell == ".":
                    continue
                letters = cell.split("/")
                if heading[0] in ("person", "thing") and column not in ("self", "never"):
                    if words[0] != "never":
                        letters = [letters[0], letters[-1]]
                for letter in letters:
                    good += letter == "+"
                    bad += letter != "+"
    return bad, good


def scenarios():
    good = bad = 0
    for path in (root / "Fixtures/scenarios").rglob("*.json"):
        scenario = json.loads(path.read_text())
        for expected in [scenario.get("expect", {})] + scenario.get("expectations", []):
            for verdict in expected.get("verdicts", {}).values():
                status = verdict if isinstance(verdict, str) else verdict.get("status", "")
                good += status == "effective"
                bad += status != "effective"
            bad += len(expected.get("refused", {}))
    return bad, good


def lines():
    rows = (root / "Fixtures/refusals.txt").read_text().splitlines()
    codes = [row.split()[1] for row in rows if " | " in row and not row.startswith("#")]
    return len(codes) - codes.count("-"), codes.count("-")


kept = len(list((root / "Fixtures/scenarios").rglob("*.json")))
refused = len(list((root / "Fixtures/scenarios-bad").glob("*.json")))
rows = [
    ("cells of permissions.txt", *permissions()),
    ("verdicts that scenarios expect", *scenarios()),
    ("scenario files: refused, run", refused, kept),
    ("command lines: refused, done", *lines()),
]
print("vectors of our own that say no, and yes")
for name, bad, good in rows:
    print(f"  {name:42} {bad:5} : {good:5} = {bad / good:.1f} : 1")
bad, good = sum(row[1] for row in rows), sum(row[2] for row in rows)
print(f"  {'all':42} {bad:5} : {good:5} = {bad / good:.1f} : 1")
