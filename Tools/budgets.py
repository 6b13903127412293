#!/usr/bin/env python3
"""Prints what the largest inputs cost: python3 Tools/budgets.py [FOLDER OF RELEASE PROGRAMS].

Seconds of the processor and peak memory, each of one process: logs of 10 000 events verified, bombs
of 64 MiB refused, and a chain of a million events on a stack of 256 KiB. Exit 1 if a bomb is taken
for a log, or if anything ends by a signal. Nothing is judged by its time.
"""
import os
import struct
import subprocess
import sys
import tempfile

from measuring import after, run

programs = sys.argv[1] if len(sys.argv) > 1 else ".build/release"
size = 64 << 20
failed = False


def head(major, value):
    for bits, code, form in ((1 << 8, 24, ">B"), (1 << 16, 25, ">H"), (1 << 32, 26, ">I")):
        if value < 24:
            return bytes([major << 5 | value])
        if value < bits:
            return bytes([major << 5 | code]) + struct.pack(form, value)
    return bytes([major << 5 | 27]) + struct.pack(">Q", value)


def bundle_bombs(data):
    """Names, how each begins, and what is repeated."""
    start = after(data, 0)
    founding = after(data, start)
    second = after(data, founding)
    third = after(data, second)
    good = data[:third]
    yield "nothing but zeros", b"", b"\0"
    yield "nested arrays", b"", b"\x81"
    yield "nested tags", b"", b"\xc1"
    yield "indefinite arrays", b"", b"\x9f"
    yield "an array of 2^63 items", b"\x9b\x80" + bytes(7), b"\0"
    yield "a string of 2^63 bytes", b"\x5b\x80" + bytes(7), b"\0"
    yield "a string of 64 MiB", head(2, size - 5), b"\0"
    yield "a good start, then zeros", good, b"\0"
    yield "a good start, then nested arrays", good, b"\x83"
    yield "a good start, then items of one byte", good, b"\x83\x40\xf6\xf6"
    yield "a good start, then one item of 64 MiB", good + b"\x83" + head(2, size - len(good)), b"\0"
    yield "a good start, then one event again and again", good, data[second:third]
    yield "one event without its past, again and again", data[:start], data[second:third]


def scenario_bombs():
    yield "a scenario of nested lists", b"", b"["
    yield "a scenario of nested objects", b"", b'{"a":'
    yield "a scenario of one string", b'"', b"a"
    yield "a scenario of one number", b"", b"1"
    yield "a scenario of many steps", b'{"scenario":1,"title":"x","steps":[', b"{},"


def write(path, start, repeated):
    """Writes 64 MiB in small pieces: a child's peak counts what this process holds when it starts."""
    piece = repeated * ((1 << 16) // len(repeated))
    with open(path, "wb") as file:
        file.write(start)
        left = size - len(start)
        while left > 0:
            left -= file.write(piece[:left])


def line(what, one, rest=None):
    seconds, memory = one["processor"], one["memory"] / (1 << 20)
    rest = rest or f"exit {one['exit']}"
    print(f"{what:44} {seconds:7.2f} s {memory:8.1f} MiB  {rest}")


with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
    logs = os.path.join(folder, "logs")
    subprocess.run(
        [f"{programs}/coterie-generate", "logs", logs, "--members", "10", "--events", "10000",
         "--seed", "7", "--logs", "1", "-q"],
        check=True,
    )
    bundle = next(
        os.path.join(logs, name) for name in sorted(os.listdir(logs)) if name.endswith(".cborseq")
    )
    print("verifying 10 000 events of 10 members")
    for mode in ("chain", "every"):
        one = run([f"{programs}/coterie", "replay", bundle, "--signatures", mode])
        failed |= one["exit"] != 0
        line(f"  signatures: {mode}", one)

    print("refusing 64 MiB")
    with open(bundle, "rb") as file:
        good = file.read(1 << 14)
    bombs = [bomb + (".cborseq",) for bomb in bundle_bombs(good)]
    bombs += [bomb + (".json",) for bomb in scenario_bombs()]
    worst = {"processor": 0, "memory": 0}
    for name, start, repeated, ending in bombs:
        path = os.path.join(folder, "bomb" + ending)
        write(path, start, repeated)
        arguments = ["replay", path] if ending == ".cborseq" else ["fixture", "run", path]
        one = run([f"{programs}/coterie"] + arguments)
        failed |= one["exit"] <= 0
        worst = {key: max(worst[key], one[key]) for key in worst}
        line(f"  {name}", one)
        os.remove(path)
    line("  the worst of each", worst, f"of {len(bombs)} bombs")

    print("a chain of 1 000 000 events on a stack of 256 KiB")
    one = run([f"{programs}/coterie-proofs", "deep"])
    failed |= one["exit"] != 0
    line("  made, signed, verified and judged", one)

sys.exit(1 if failed else 0)
