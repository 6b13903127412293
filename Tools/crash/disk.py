"""Full disks: at each level of free space a store is opened, written to and erased from."""

import os
import shutil
import subprocess

from ground import Fault, Ground
from scenes import posted
from traces import Traces

STEP = 64 << 10


class SmallDisk:
    """A file system in memory of a fixed size; with it the folder in which it stands."""

    def __init__(self, path, size):
        self.path = path
        os.makedirs(path)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", path],
            check=True,
            capture_output=True,
        )

    def close(self):
        subprocess.run(["umount", self.path], check=True, capture_output=True)

    def leave(self, free):
        """Fills the disk but for so many bytes."""
        ballast = f"{self.path}/ballast"
        with open(ballast, "wb") as file:
            status = os.statvfs(self.path)
            left = status.f_bavail * status.f_frsize - free
            if left > 0:
                os.posix_fallocate(file.fileno(), 0, left)


def fill(ground, levels):
    """Tries `levels` levels of free space, 64 KiB apart, from none on; answers what happened."""
    counts = {"levels": 0, "posted": 0, "refused": 0, "erased": 0, "not erased": 0}
    faults = []
    ground.good("init", ground.store)
    ground.good("group", "create", "Club", "-s", ground.store)
    kept = posted(ground.good("message", "post", "that stays", "-s", ground.store))
    victim = posted(ground.good("message", "post", "that is to be gone", "-s", ground.store))
    traces = Traces("that is to be gone", ground)
    for number in range(8):
        ground.good("message", "post", f"message {number}", "-s", ground.store)
    ground.keep("before")
    disk = SmallDisk(f"{ground.folder}/small", 8 << 20)
    try:
        small = Ground(ground.folder, ground.coterie, ground.shim, root=f"{disk.path}/root")
        for level in range(levels):
            small.bring_back("before")
            disk.leave(level * STEP)
            counts["levels"] += 1
            try:
                step(small, counts, kept, victim, traces)
                os.unlink(f"{disk.path}/ballast")
                again(small, kept, victim, traces)
            except (Fault, subprocess.TimeoutExpired) as fault:
                faults.append(f"{level * STEP >> 10} KiB free: {fault}")
            shutil.rmtree(small.root)
    finally:
        disk.close()
    return counts, faults


def step(small, counts, kept, victim, traces):
    run = small.run("message", "post", "on a full disk", "-s", small.store)
    if run.status not in (0, 5) or run.status == 5 and " is full" not in run.errors:
        raise Fault(f"neither posted nor said to be full: {run}")
    counts["posted" if run.status == 0 else "refused"] += 1
    if small.messages().get(kept, {}).get("text") != "that stays":
        raise Fault("a message is lost")
    run = small.run("message", "delete", victim, "--here", "--yes", "-s", small.store)
    if run.status not in (0, 5) or run.status == 5 and " is full" not in run.errors:
        raise Fault(f"neither erased nor said to be full: {run}")
    counts["erased" if run.status == 0 else "not erased"] += 1
    if run.status == 0:
        traces.check(small)
    else:
        raise Fault(f"erasing does not work: {run}")
    small.verify()


def again(small, kept, victim, traces):
    """With room again everything works."""
    small.good("message", "post", "with room again", "-s", small.store)
    held = small.messages()
    if held.get(kept, {}).get("text") != "that stays" or held.get(victim, {}).get("text"):
        raise Fault("a message is lost, or one that was erased is back")
    traces.check(small)
    small.verify()
