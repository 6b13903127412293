"""Kills at every call that changes a file, and errors at every call that could give one."""

import collections
import subprocess

from ground import Fault

CHANGING = (
    "write", "pwrite", "writev", "pwritev", "ftruncate", "fallocate", "fsync", "fdatasync", "fchmod",
    "rename", "link", "symlink", "unlink", "rmdir", "mkdir", "create",
)  # fmt: skip
WRITING = ("write", "pwrite", "writev", "pwritev")
LOOKING = ("read", "pread", "open", "opendir", "access", "stat", "lstat", "flock")

# What strace calls the calls that the shim stands before.
KERNEL = {
    "write": "write", "pwrite64": "pwrite", "writev": "write", "pwritev": "pwrite",
    "ftruncate": "ftruncate", "fallocate": "fallocate", "fsync": "fsync", "fdatasync": "fdatasync",
    "fchmod": "fchmod", "rename": "rename", "renameat2": "rename", "renameat": "rename",
    "link": "link", "linkat": "link", "symlink": "symlink", "symlinkat": "symlink",
    "unlink": "unlink", "unlinkat": "unlink", "rmdir": "rmdir", "mkdir": "mkdir",
    "mkdirat": "mkdir", "openat": "create", "open": "create", "creat": "create", "msync": "msync",
    "truncate": "truncate",
}  # fmt: skip

# Each error with the calls that may give it.
ERRORS = {
    "ENOSPC": (28, tuple(name for name in CHANGING if name not in ("unlink", "rmdir"))),
    "EIO": (5, CHANGING + LOOKING),
    "EINTR": (4, WRITING + ("read", "pread", "open", "create", "flock", "fsync", "fdatasync")),
    "EMFILE": (24, ("open", "create", "opendir")),
    "ENOMEM": (12, ("mmap", "malloc")),
    "short": ("short", WRITING + ("read", "pread")),
}


def kernel_calls(scene):
    """Every call that changes a file of the ground, as the kernel sees it: name -> how many."""
    ground = scene.ground
    trace = f"{ground.folder}/trace"
    names = ",".join(f"?{name}" for name in KERNEL)
    before = ("strace", "-f", "-qq", "-y", "-s", "0", "-o", trace, "-e", f"trace={names}")
    run = scene.run(before=before)
    if run.status != 0:
        raise Fault(f"was to succeed under strace: {run}")
    found = collections.Counter()
    for line in open(trace, errors="replace"):
        words = line.split(None, 1)[1]
        name = KERNEL.get(words.split("(")[0])
        if not name or "resumed>" in words.split("(")[0]:
            continue
        if name == "create" and "O_CREAT" not in words:
            continue
        if ground.root in words or "(1<" in words:
            found[name] += 1
    return found


def require_whole_sight(scene):
    """The shim must see every call that the kernel sees, else kills would be left out."""
    scene.ground.bring_back(scene.name)
    kernel = kernel_calls(scene)
    scene.ground.bring_back(scene.name)
    calls = scene.run(count=CHANGING, log=True).calls
    shim = collections.Counter(name.removesuffix("v") for name, _, _ in calls)
    if kernel != shim:
        raise Fault(f"{scene.name}: the kernel sees {dict(kernel)}, the shim {dict(shim)}")


def at_every_call(scene, accident, names, step=1):
    """Runs a scene with an accident at its first call of these names, at its second, and so on,
    until a run sees none; hands over each run after the accident."""
    number = 1
    while True:
        scene.ground.bring_back(scene.name)
        run = scene.run(do=f"{accident}@{number}", count=names)
        if len(run.calls) < number:
            if run.status != 0:
                raise Fault(f"was to succeed without an accident: {run}")
            return
        yield number, run
        number += step


def tell(scene, accident, number, run, fault):
    call = run.calls[number - 1] if len(run.calls) >= number else ("?", "?", "?")
    place = f"{accident} at call {number} ({' '.join(call)}), {run.status}"
    words = f"{scene.name}: {place}: {fault}"
    if run.errors and str(run.errors) not in str(fault):
        words += f"\n    {run.errors.strip()}"
    return words


def check_after(scene, run):
    """What must hold after a kill, and once the same act is tried again."""
    scene.check(run)
    check_retry(scene)


def check_retry(scene):
    """The same act must succeed, or be refused because it was done, and all must be well then."""
    again = scene.run()
    if again.status not in scene.again:
        raise Fault(f"the same act again does not succeed: {again}")
    scene.check(again)
    scene.check_again()


def kill(scene, step=1):
    """Kills at every call that changes a file, before it, and in writes also in their midst."""
    require_whole_sight(scene)
    faults, count = [], 0
    for accident, names in (("kill", CHANGING), ("half", WRITING)):
        for number, run in at_every_call(scene, accident, names, step):
            count += 1
            try:
                if run.status != -9:
                    raise Fault(f"was to be killed: {run}")
                check_after(scene, run)
            except (Fault, subprocess.TimeoutExpired) as fault:
                faults.append(tell(scene, accident, number, run, fault))
    return {"kills": count}, faults


def erase(scene, count):
    """Kills so many erasures, each at another call than the one before."""
    require_whole_sight(scene)
    scene.ground.bring_back(scene.name)
    calls = len(scene.run(count=CHANGING, log=True).calls)
    faults, counts = [], collections.Counter()
    for place in range(count):
        number = place % calls + 1
        scene.ground.bring_back("empty")
        scene.begin()
        run = scene.run(do=f"kill@{number}", count=CHANGING)
        counts["erasures"] += len(scene.victims)
        counts["kills"] += run.status == -9
        try:
            check_after(scene, run)
        except (Fault, subprocess.TimeoutExpired) as fault:
            faults.append(tell(scene, "kill", number, run, fault))
    return counts, faults


def fail(scene, step=1):
    """Gives every error at every call that may give it."""
    faults, counts = [], collections.Counter()
    for name, (accident, names) in ERRORS.items():
        for number, run in at_every_call(scene, accident, names, step):
            counts["errors"] += 1
            counts[name] += 1
            counts["refused"] += run.status != 0
            try:
                check_failed(run, scene.failed)
                scene.check(run) if run.status == 0 else check_retry(scene)
            except (Fault, subprocess.TimeoutExpired) as fault:
                faults.append(tell(scene, name, number, run, fault))
    return counts, faults


def check_failed(run, codes):
    """An error must be overcome, or said clearly with the code for what cannot be used."""
    if run.is_ended:
        raise Fault("a signal ended the program")
    if run.status not in (0, *codes):
        raise Fault(f"exit {run.status} is not the code for what cannot be used")
    if run.status == 5 and "coterie" not in [line[:7] for line in run.errors.splitlines()]:
        raise Fault("nothing says what went wrong")
