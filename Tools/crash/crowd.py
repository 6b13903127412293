"""Several programs at one store, some of which are killed, stopped, or never end."""

import ctypes
import fcntl
import os
import random
import subprocess
import threading
import time

import lmdb_file
from ground import Fault
from scenes import posted

READERS = 126


def crowd(ground, kills, seed=1):
    """Three writers that are killed at random; what they said that they posted must be there."""
    ground.good("init", ground.store)
    ground.good("group", "create", "Club", "-s", ground.store)
    chance, lock = random.Random(seed), threading.Lock()
    counts = {"kills": 0, "acknowledged": 0, "busy": 0}
    acknowledged, faults = {}, []

    def write(writer):
        number = 0
        while counts["kills"] < kills:
            number += 1
            words = f"writer {writer}, message {number}"
            child = subprocess.Popen(
                [ground.coterie, "message", "post", words, "-s", ground.store],
                env=ground.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            with lock:
                pause = chance.expovariate(1 / (pace[0] * 0.7))
            try:
                output, errors = child.communicate(timeout=pause)
            except subprocess.TimeoutExpired:
                child.kill()
                output, errors = child.communicate()
            with lock:
                note(child.returncode, words, output, errors)

    def note(status, words, output, errors):
        if status == -9:
            counts["kills"] += 1
        elif status == 5 and "another program writes" in errors:
            counts["busy"] += 1
        elif status != 0:
            faults.append(f"{words}: {status}: {errors}")
        for line in output.splitlines():
            if line.endswith("  message.post"):
                acknowledged[line[:64]] = words

    start = time.time()
    ground.good("message", "post", "the first", "-s", ground.store)
    pace = [time.time() - start]
    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    ground.verify()
    held = ground.messages()
    counts["acknowledged"] = len(acknowledged)
    for number, words in acknowledged.items():
        if held.get(number, {}).get("text") != words:
            faults.append(f"{words!r} is lost")
    return counts, faults


class Readers:
    """Read transactions of this process, which the program does not know of."""

    def __init__(self, path, count):
        lmdb = lmdb_file.LMDB
        self.environment = ctypes.c_void_p()
        lmdb_file.check(lmdb.mdb_env_create(ctypes.byref(self.environment)))
        lmdb_file.check(lmdb.mdb_env_set_maxdbs(self.environment, 32))
        lmdb_file.check(lmdb.mdb_env_set_mapsize(self.environment, ctypes.c_size_t(1 << 30)))
        flags = lmdb_file.NOSUBDIR | lmdb_file.NOTLS
        lmdb_file.check(lmdb.mdb_env_open(self.environment, path.encode(), flags, 0o600))
        for _ in range(count):
            transaction = ctypes.c_void_p()
            status = lmdb.mdb_txn_begin(
                self.environment, None, 0x20000, ctypes.byref(transaction)
            )
            lmdb_file.check(status)

    def write(self):
        """Begins to write and does not end."""
        transaction = ctypes.c_void_p()
        status = lmdb_file.LMDB.mdb_txn_begin(
            self.environment, None, 0, ctypes.byref(transaction)
        )
        lmdb_file.check(status)


def apart(body):
    """Runs `body` in a process that then waits to be killed; answers its id."""
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            body()
            os.write(go, b"1")
            time.sleep(600)
        finally:
            os._exit(1)
    os.close(go)
    if os.read(ready, 1) != b"1":
        raise Fault("the other process did not begin")
    os.close(ready)
    return child


def end(child):
    os.kill(child, 9)
    os.waitpid(child, 0)


def post(ground, words):
    return ground.run("message", "post", words, "-s", ground.store)


def others(ground):
    """Readers and writers that hold a store and are killed."""
    ground.good("init", ground.store)
    ground.good("group", "create", "Club", "-s", ground.store)
    first = posted(ground.good("message", "post", "the first", "-s", ground.store))
    data = f"{ground.store}/log.mdb"
    counts, faults = {}, []

    def require(what, holds, run=None):
        counts[what] = 1
        if not holds:
            faults.append(f"{what}: {run}")

    child = apart(lambda: Readers(data, READERS))
    run = post(ground, "while the table of readers is full")
    said = run.status == 5 and "too many programs read" in run.errors
    require("a full table of readers is said", said, run)
    end(child)
    run = post(ground, "once they were killed")
    require("killed readers are forgotten", run.status == 0, run)

    child = apart(lambda: Readers(data, 1))
    before = os.path.getsize(data)
    for number in range(40):
        post(ground, f"behind a reader, {number}")
    grown = os.path.getsize(data) - before
    end(child)
    before = os.path.getsize(data)
    for number in range(40):
        post(ground, f"once it was killed, {number}")
    after = os.path.getsize(data) - before
    require("pages are used again once a reader is killed", after < grown / 2, (grown, after))

    child = apart(lambda: Readers(data, 0).write())
    end(child)
    run = post(ground, "after a writer that was killed in its transaction")
    require("a lock whose holder was killed is taken over", run.status == 0, run)

    def hold():
        hold.file = open(f"{ground.store}/writer", "w")
        fcntl.flock(hold.file, fcntl.LOCK_EX)

    child = apart(hold)
    run = post(ground, "while another one writes")
    said = run.status == 5 and "another program writes" in run.errors
    require("a writer that holds the store is said", said, run)
    end(child)
    run = post(ground, "once it was killed")
    require("a killed writer lets go", run.status == 0, run)

    ground.verify()
    if ground.messages().get(first, {}).get("text") != "the first":
        faults.append("the first message is lost")
    return counts, faults
