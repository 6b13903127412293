"""Accidents of all kinds on real stores, with the real program: see Tools/crash.sh."""

import collections
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time

import crowd
import damage
import disk
import kills
import power as loss
import scenes
from ground import Fault, Ground


class Report:
    """Prints rows as they come, and counts what did not hold."""

    def __init__(self):
        self.faults = []

    def row(self, name, counts, faults):
        figures = ", ".join(f"{count} {what}" for what, count in counts.items())
        print(f"  {name:24} {figures}, {len(faults)} wrong", flush=True)
        for fault in faults[:4]:
            print(f"    WRONG {fault}", flush=True)
        self.faults += faults


def ground(arguments, name):
    return Ground(f"{arguments.scratch}/{name.replace(' ', '-')}", arguments.coterie, arguments.shim)


def on_all_cores(work, jobs):
    """Runs jobs, of which each answers counts and faults, and hands over what comes of each."""
    with multiprocessing.Pool(os.cpu_count()) as pool:
        yield from pool.imap(work, jobs)
        # What the processes have used counts once they have ended.
        pool.close()
        pool.join()


def of_scene(job):
    """One scene with its accidents; a scene that cannot even begin is a fault."""
    arguments, name, accidents, step = job
    kind = next(scene for scene in scenes.ALL if scene.name == name)
    place = ground(arguments, f"{accidents.__name__} {name}")
    try:
        return name, *accidents(kind(place), step)
    except (Fault, subprocess.TimeoutExpired) as fault:
        return name, {}, [f"{name}: {fault}"]
    finally:
        shutil.rmtree(place.folder)


def each_scene(arguments, report, accidents, step):
    names = [scene.name for scene in scenes.ALL]
    wanted = [name for name in names if not arguments.scenes or name in arguments.scenes]
    jobs = [(arguments, name, accidents, step) for name in wanted]
    total = collections.Counter()
    for name, counts, faults in on_all_cores(of_scene, jobs):
        report.row(name, counts, faults)
        total.update(counts)
    report.row("all", total, [])


def kill(arguments, report):
    """G1: kill -9 before every call that changes a file, and in the midst of every write."""
    each_scene(arguments, report, kills.kill, arguments.step or (1 if arguments.is_full else 19))


def fail(arguments, report):
    """G3: an error at every call that may give it."""
    each_scene(arguments, report, kills.fail, arguments.step or (1 if arguments.is_full else 97))


def lose(job):
    arguments, number, count = job
    return loss.lose(ground(arguments, f"power {number}"), count, seed=number + 1)


def power(arguments, report):
    """G2: power losses while a store is made, written, erased from, compacted, purged, copied."""
    cores = os.cpu_count()
    count = (10_000 if arguments.is_full else 60) // cores
    jobs = [(arguments, number, count) for number in range(cores)]
    for number, (counts, faults) in enumerate(on_all_cores(lose, jobs)):
        report.row(f"story {number + 1}", counts, faults)


def erase(arguments, report):
    """G13: erasures that are killed, 500 of them, at each call in turn; no byte may be left."""
    names = ["message delete", "message delete --here", "history clear"]
    count = (500 if arguments.is_full else 6) // len(names) + 1
    jobs = [(arguments, name, kills.erase, count) for name in names]
    for name, counts, faults in on_all_cores(of_scene, jobs):
        report.row(name, counts, faults)


def crowds(arguments, report):
    """G4: programs at one store that are killed at random, hold it, or never end."""
    count = 1000 if arguments.is_full else 8
    report.row("three writers", *crowd.crowd(ground(arguments, "crowd"), count))
    counts, faults = crowd.others(ground(arguments, "others"))
    report.row("others", {"cases": len(counts)}, faults)


def disks(arguments, report):
    """G5: a disk with ever less room, 64 KiB by 64 KiB, on which is posted and erased."""
    try:
        place = ground(arguments, "disk")
        report.row("levels", *disk.fill(place, 64 if arguments.is_full else 3))
    except (PermissionError, subprocess.CalledProcessError) as problem:
        print(f"  skipped: no small disk can be mounted here: {problem}", flush=True)


def spoil(arguments, report):
    """Damage to the file of a store of this user."""
    count = 400 if arguments.is_full else 16
    report.row("log.mdb", *damage.damage(ground(arguments, "damage"), count))


PARTS = {
    "kill": kill, "erase": erase, "power": power, "fail": fail, "crowd": crowds, "disk": disks,
    "damage": spoil,
}  # fmt: skip


def processor_seconds():
    """What this process and all that it waited for have used."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class Arguments:
    """What is asked for; STEP=N takes only every Nth call where the full form takes each."""

    def __init__(self, words):
        self.is_full = "full" in words
        self.step = int(os.environ.get("STEP", 0))
        self.coterie = os.environ["COTERIE"]
        self.shim = os.environ["COTERIE_SHIM"]
        self.scratch = tempfile.mkdtemp(prefix="coterie-crash.", dir=os.environ.get("SCRATCH"))
        names = [scene.name for scene in scenes.ALL]
        known = {*PARTS, *names, "short", "full"}
        unknown = [word for word in words if word not in known]
        if unknown:
            sys.exit(f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        self.parts = [name for name in PARTS if name in words] or list(PARTS)
        self.scenes = [word for word in words if word in names]


def main():
    arguments = Arguments(sys.argv[1:])
    report = Report()
    try:
        for name in arguments.parts:
            part = PARTS[name]
            start, used = time.time(), processor_seconds()
            print(f"{name}: {part.__doc__}", flush=True)
            part(arguments, report)
            used = processor_seconds() - used
            print(f"  {time.time() - start:.0f} s, {used:.0f} s of processors", flush=True)
    finally:
        shutil.rmtree(arguments.scratch, ignore_errors=True)
    if report.faults:
        sys.exit(f"{len(report.faults)} accidents did not end as they must")


main()
