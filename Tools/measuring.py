"""What the measuring tools share: one process with what it costs, and where items of CBOR end."""
import os
import subprocess
import tempfile
import time


def run(words, **named):
    """One process: wall seconds, processor seconds, peak memory in bytes, exit status (negative: a
    signal), and what it wrote.

    Errors go to a file, so that a process that writes many of them never waits for its reader.
    """
    with tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, **named
        )
        with process.stdout:
            output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        return {
            "wall": wall,
            "processor": usage.ru_utime + usage.ru_stime,
            "memory": usage.ru_maxrss * 1024,
            "exit": process.returncode,
            "output": output.decode(errors="replace"),
            "errors": errors.read().decode(errors="replace"),
        }


def after(data, place):
    """Where the item at a place ends: of definite length, as bundles have them."""
    major, low = data[place] >> 5, data[place] & 31
    width = {24: 1, 25: 2, 26: 4, 27: 8}.get(low, 0)
    value = int.from_bytes(data[place + 1 : place + 1 + width], "big") if width else low
    place += 1 + width
    if major in (2, 3):
        return place + value
    if major in (4, 5):
        for _ in range(value * (2 if major == 5 else 1)):
            place = after(data, place)
        return place
    return after(data, place) if major == 6 else place
