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

programs = sys.argv[1] if len(sys.argv) > 1 else ".build/release"
size = 64 << 20
failed = False


def run(arguments):
    """Exit status (negative: a signal), seconds of the processor, peak memory in MiB, output."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    seconds = usage.ru_utime + usage.ru_stime
    return child.returncode, seconds, usage.ru_maxrss / 1024, text


def head(major, value):
    for bits, code, form in ((1 << 8, 24, ">B"), (1 << 16, 25, ">H"), (1 << 32, 26, ">I")):
        if value < 24:
            return bytes([major << 5 | value])
        if value < bits:
            return bytes([major << 5 | code]) + struct.pack(form, value)
    return bytes([major << 5 | 27]) + struct.pack(">Q", value)


def after(data, place):
    """Where the CBOR item at a place ends; bundles have arrays, maps, strings, numbers and null."""
    major, info = data[place] >> 5, data[place] & 31
    place += 1
    value = info
    if info >= 24:
        length = 1 << (info - 24)
        value = int.from_bytes(data[place:place + length], "big")
        place += length
    if major in (2, 3):
        return place + value
    if major in (4, 5):
        for _ in range(value * (major - 3)):
            place = after(data, place)
    return place


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


def line(what, seconds, memory, rest):
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
        status, seconds, memory, text = run(
            [f"{programs}/coterie", "replay", bundle, "--signatures", mode]
        )
        failed |= status != 0
        line(f"  signatures: {mode}", seconds, memory, f"exit {status}")

    print("refusing 64 MiB")
    with open(bundle, "rb") as file:
        good = file.read(1 << 14)
    bombs = [bomb + (".cborseq",) for bomb in bundle_bombs(good)]
    bombs += [bomb + (".json",) for bomb in scenario_bombs()]
    worst = (0, 0)
    for name, start, repeated, ending in bombs:
        path = os.path.join(folder, "bomb" + ending)
        write(path, start, repeated)
        arguments = ["replay", path] if ending == ".cborseq" else ["fixture", "run", path]
        status, seconds, memory, text = run([f"{programs}/coterie"] + arguments)
        failed |= status <= 0
        worst = (max(worst[0], seconds), max(worst[1], memory))
        line(f"  {name}", seconds, memory, f"exit {status}")
        os.remove(path)
    line("  the worst of each", worst[0], worst[1], f"of {len(bombs)} bombs")

    print("a chain of 1 000 000 events on a stack of 256 KiB")
    status, seconds, memory, text = run([f"{programs}/coterie-proofs", "deep"])
    failed |= status != 0
    line("  made, signed, verified and judged", seconds, memory, f"exit {status}")

sys.exit(1 if failed else 0)
