"""A folder with a keyring and stores, on which the real program is run and accidents happen."""

import json
import os
import re
import shutil
import signal
import subprocess

KEYRING_LINE = re.compile(rb"device=(\d+) inode=([\d,]+)")


class Fault(Exception):
    """Something that must hold does not."""


class Run:
    """What a run of the program came to."""

    def __init__(self, words, done, calls):
        self.words = words
        self.status = done.returncode
        self.output = done.stdout.decode(errors="replace")
        self.errors = done.stderr.decode(errors="replace")
        self.calls = calls

    @property
    def is_ended(self):
        """Whether a signal ended it."""
        return self.status < 0

    def __str__(self):
        return f"coterie {' '.join(self.words)}: {self.status}\n{self.output}{self.errors}"


class Ground:
    """The folder; `root` is what counts for the shim."""

    def __init__(self, folder, coterie, shim, root=None):
        self.folder = folder
        self.root = root or f"{folder}/root"
        self.coterie = coterie
        self.shim = shim
        self.log = f"{folder}/calls"
        os.makedirs(self.root, exist_ok=True)

    @property
    def store(self):
        return f"{self.root}/a.coterie"

    def environment(self, **more):
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": self.root,
            "COTERIE_KEYRING": f"{self.root}/keyring",
            "XDG_RUNTIME_DIR": self.folder,
            "SWIFT_BACKTRACE": "enable=no",
            "TERM": "dumb",
            **more,
        }

    def run(
        self,
        *words,
        do=None,
        count=None,
        record=None,
        log=False,
        before=(),
        hurry=False,
        typed=b"",
    ):
        """Runs the program; `do` is an accident for the shim at the nth of the calls `count`."""
        more = {}
        if do or record or log or hurry:
            more = {"LD_PRELOAD": self.shim, "COTERIE_SHIM_ROOT": self.root}
            more["COTERIE_SHIM_LOG"] = self.log
            if os.path.exists(self.log):
                os.unlink(self.log)
        if do:
            more["COTERIE_SHIM_DO"] = do
        if count:
            more["COTERIE_SHIM_COUNT"] = f",{','.join(count)},"
        if record:
            more["COTERIE_SHIM_RECORD"] = record
        if hurry:
            more["COTERIE_SHIM_HURRY"] = "1"
        done = subprocess.run(
            [*before, self.coterie, *words],
            env=self.environment(**more),
            cwd=self.folder,
            input=typed,
            capture_output=True,
            timeout=120,
        )
        # A signal under strace or a shell comes back as 128 and its number.
        if before and done.returncode > 128:
            done.returncode = 128 - done.returncode
        return Run(words, done, self.calls() if more else [])

    def calls(self):
        """The calls of the last run, in order: name, what about, how much."""
        try:
            with open(self.log, "rb") as file:
                lines = file.read().decode(errors="replace").splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            parts = line.split(" ")
            found.append((parts[1], " ".join(parts[2:-1]).replace(self.root, ""), parts[-1]))
        return found

    def good(self, *words):
        run = self.run(*words)
        if run.status != 0:
            raise Fault(f"was to succeed: {run}")
        return run

    # Keeping and bringing back

    def keep(self, name):
        """Copies the folder as it is now."""
        kept = f"{self.folder}/{name}"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self.root, kept, symlinks=True)
        write(f"{kept}.inodes", json.dumps(inodes(self.root)).encode())

    def bring_back(self, name):
        """Puts a copy in place, and tells the keyring the new inodes of its files."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(f"{self.folder}/{name}", self.root, symlinks=True)
        old = json.loads(read(f"{self.folder}/{name}.inodes"))
        new = inodes(self.root)
        renumber(f"{self.root}/keyring", {old[path]: new[path] for path in old}, self.root)

    # Looking

    def messages(self, group=None):
        """Every message of a group by its id, as the program lists it."""
        words = ["-n", "100000", "--json", "-s", self.store, *(["-g", group] if group else [])]
        run = self.good("message", "list", *words)
        return {each["id"]: each for each in json.loads(run.output)["result"]["messages"]}

    def verify(self):
        self.good("verify", self.store)

    def files(self):
        """The bytes of every file, by path below the root."""
        found = {}
        for folder, _, names in os.walk(self.root):
            for name in names:
                path = f"{folder}/{name}"
                if os.path.isfile(path) and not os.path.islink(path):
                    found[path[len(self.root) + 1 :]] = read(path)
        return found


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, bytes_):
    with open(path, "wb") as file:
        file.write(bytes_)


def inodes(root):
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            found[f"{folder}/{name}"[len(root) :]] = os.lstat(f"{folder}/{name}").st_ino
    return found


def renumber(keyring, numbers, root):
    """Makes a copied keyring name the copies of the files that it named."""
    if not os.path.exists(keyring):
        return
    device = os.stat(root).st_dev

    def line(match):
        new = [numbers.get(int(each), 0) for each in match[2].split(b",")]
        return b"device=%d inode=%s" % (device, b",".join(b"%d" % each for each in new))

    write(keyring, KEYRING_LINE.sub(line, read(keyring)))


def name_of(status):
    """How a program ended."""
    return signal.Signals(-status).name if status < 0 else f"exit {status}"
