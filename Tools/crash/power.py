"""Power losses: images of what a disk may hold when everything that was not synced is kept, lost,
torn at sectors, or any mixture of these, file by file and name by name."""

import os
import random
import shutil
import subprocess

from ground import Fault, Ground, read, renumber, write
from scenes import posted
from traces import Traces

SECTOR = 512


class File:
    """What a disk may hold of a file: what was synced, and changes since, in their order."""

    def __init__(self, content=b""):
        self.content = bytearray(content)
        self.changes = []

    def sync(self):
        for change in self.changes:
            apply(self.content, change)
        self.changes = []

    def image(self, chance, mode):
        content = bytearray(self.content)
        for change in self.changes:
            is_kept = change[0] == "durable" or mode == "all"
            if mode == "some":
                is_kept = is_kept or chance.random() < 0.5
            if is_kept:
                apply(content, change)
            elif mode == "some" and change[0] == "write" and chance.random() < 0.5:
                tear(content, change, chance)
        return content


def apply(content, change):
    kind, offset, bytes_ = change
    if kind == "size":
        grown = offset - len(content)
        content[offset:] = b"" if grown < 0 else bytes(grown)
        return
    if len(content) < offset + len(bytes_):
        content.extend(bytes(offset + len(bytes_) - len(content)))
    content[offset : offset + len(bytes_)] = bytes_


def tear(content, change, chance):
    """Keeps some sectors of a write, and perhaps the length that the whole of it gave the file."""
    _, offset, bytes_ = change
    end = offset + len(bytes_)
    if chance.random() < 0.5 and len(content) < end:
        content.extend(bytes(end - len(content)))
    place = offset
    while place < end:
        after = min(end, (place // SECTOR + 1) * SECTOR)
        if chance.random() < 0.5:
            apply(content, ("write", place, bytes_[place - offset : after - offset]))
        place = after


class Folder:
    """What a disk may hold of a folder: names that were synced, and changes since."""

    def __init__(self, names=()):
        self.names = dict(names)
        self.now = dict(names)
        self.changes = []

    def change(self, what, number, counterpart=None):
        self.changes.append((what, number, counterpart))
        if number is None:
            self.now.pop(what, None)
        else:
            self.now[what] = number

    def sync(self):
        self.names = dict(self.now)
        self.changes = []


class Disk:
    """The files and folders below a root as a record of the shim changes them."""

    def __init__(self, root):
        self.root = root
        self.files = {}
        self.folders = {}
        self.renames = 0
        self.root_number = self.take_over(root)

    def take_over(self, path):
        """What stands there before anything is recorded is on the disk."""
        number = os.lstat(path).st_ino
        if os.path.isdir(path):
            names = {name: self.take_over(f"{path}/{name}") for name in os.listdir(path)}
            self.folders[number] = Folder(names)
        else:
            with open(path, "rb") as file:
                self.files[number] = File(file.read())
        return number

    def folder_of(self, path):
        """The folder that a path stands in, and its name there."""
        parts = os.path.relpath(path, self.root).split("/")
        folder = self.folders[self.root_number]
        for part in parts[:-1]:
            folder = self.folders[folder.now[part]]
        return folder, parts[-1]

    def do(self, line):
        words = line.split()
        kind = words[0]
        if kind == "create":
            folder, name = self.folder_of(words[1])
            if int(words[2]) in self.files:
                raise Fault("the file system uses inodes again; give SCRATCH on one that does not")
            self.files[int(words[2])] = File()
            folder.change(name, int(words[2]))
        elif kind == "mkdir":
            folder, name = self.folder_of(words[1])
            self.folders[int(words[2])] = Folder()
            folder.change(name, int(words[2]))
        elif kind in ("rename", "link"):
            source, old = self.folder_of(words[1])
            target, new = self.folder_of(words[2])
            number = source.now[old]
            self.renames += 1
            if kind == "rename":
                source.change(old, None, self.renames)
            target.change(new, number, self.renames)
        elif kind in ("unlink", "rmdir"):
            folder, name = self.folder_of(words[1])
            folder.change(name, None)
        elif kind == "sync":
            thing = self.files.get(int(words[1])) or self.folders.get(int(words[1]))
            if thing:
                thing.sync()
        elif kind == "write":
            change = (int(words[2]), bytes.fromhex(words[4]) if len(words) > 4 else b"")
            kind = "durable" if words[3] == "1" else "write"
            self.files[int(words[1])].changes.append((kind, *change))
        elif kind in ("trunc", "grow"):
            file = self.files[int(words[1])]
            size = int(words[2])
            if kind == "trunc" or size > self.size(file):
                file.changes.append(("size", size, b""))

    @staticmethod
    def size(file):
        content = bytearray(file.content)
        for change in file.changes:
            apply(content, change)
        return len(content)

    # Images

    def image(self, path, chance, mode):
        """Writes an image; answers the number in it of each file that it holds."""
        chosen = {}
        numbers = {}
        self.write(self.root_number, path, chance, mode, chosen, numbers)
        return numbers

    def write(self, number, path, chance, mode, chosen, numbers):
        os.mkdir(path, 0o700)
        for name, inner in self.names(self.folders[number], chance, mode, chosen).items():
            place = f"{path}/{name}"
            if inner in self.folders:
                self.write(inner, place, chance, mode, chosen, numbers)
                continue
            with open(os.open(place, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(self.files[inner].image(chance, mode))
            numbers[inner] = os.lstat(place).st_ino

    @staticmethod
    def names(folder, chance, mode, chosen):
        names = dict(folder.names)
        cut = chance.randrange(len(folder.changes) + 1)
        in_order = chance.random() < 0.5
        for place, (name, number, rename) in enumerate(folder.changes):
            is_kept = mode == "all"
            if mode == "some":
                is_kept = place < cut if in_order else chance.random() < 0.5
            # Both halves of a rename are on the disk, or neither.
            if rename is not None:
                is_kept = chosen.setdefault(rename, is_kept)
            if not is_kept:
                continue
            if number is None:
                names.pop(name, None)
            else:
                names[name] = number
        return names


MODES = ["none", "all", "some", "some", "some", "some", "some", "some"]


def cuts(lines):
    """Where power may be lost: after each change, more often around what makes things last."""
    places = []
    for place, line in enumerate(lines):
        kind = line.split(None, 1)[0]
        is_barrier = kind in ("sync", "ack", "rename") or kind == "write" and line.split()[3] == "1"
        places += [place] * (3 if is_barrier else 1)
        if is_barrier:
            places += [place + 1] * 2
    return [place for place in places if place <= len(lines)] + [len(lines)]


def images(disk, lines, count, chance):
    """Makes `count` images of a record, each cut elsewhere: hands over the cut and a writer."""
    places = cuts(lines)
    wanted = sorted(places[number * len(places) // count % len(places)] for number in range(count))
    done = 0
    for number, cut in enumerate(wanted):
        while done < cut:
            disk.do(lines[done])
            done += 1
        mode = MODES[number % len(MODES)]
        yield cut, mode, lambda path, mode=mode: disk.image(path, chance, mode)


class Story:
    """Commands one after the other, recorded, with what each promised once it had ended."""

    def __init__(self, ground):
        self.ground = ground
        self.record = f"{ground.folder}/record"
        self.present = {}
        self.deleted = {}
        self.traces = {}
        self.files = {}
        self.attachment = None
        self.copied = None
        self.group = None
        self.steps = 0
        write(f"{ground.folder}/attachment", random.Random(1).randbytes(1_500_000))
        self.disk = Disk(ground.root)
        self.tell()

    def good(self, *words):
        """Runs a command with a record, and notes that it was acknowledged."""
        run = self.ground.run(*words, record=self.record)
        if run.status != 0:
            raise Fault(f"was to succeed: {run}")
        with open(self.record, "a") as file:
            file.write("ack\n")
        self.steps += 1
        return run

    def post(self, words):
        number = posted(self.good("message", "post", words, "-g", self.group, "-s", self.store))
        self.present[number] = (self.steps, words)
        return number

    def delete(self, number, *how):
        words = self.present[number][1]
        self.ground.good = self.good
        self.traces[number] = Traces(words, self.ground)
        del self.ground.good
        # From the moment that it begins it may be gone, and once it ends it must be.
        self.deleted[number] = self.steps
        self.good("message", "delete", number, *how, "--yes", "-g", self.group, "-s", self.store)

    def tell(self):
        ground = self.ground
        self.store = ground.store
        self.good("init", self.store)
        self.group = self.good("group", "create", "Club", "-s", self.store).output.strip()
        self.group_step = self.steps
        numbers = [self.post(f"the message number {number}") for number in range(4)]
        attachment = f"{ground.folder}/attachment"
        run = self.good("message", "post", "--file", attachment, "-s", self.store)
        self.attachment = (self.steps, posted(run))
        self.good("prefs", "set", "full-delete", "on", "-s", self.store)
        self.delete(self.post("words that are to be gone"))
        self.delete(numbers[1], "--here")
        self.good("store", "compact", "-s", self.store)
        self.post("after compacting")
        self.good("store", "purge", "-s", self.store)
        self.post("after purging")
        self.good("export", self.store, "-o", f"{ground.root}/out.cborseq")
        path = f"{ground.root}/out.cborseq"
        self.files[path] = (self.steps, read(path))
        self.good("key", "new", "-s", self.store)
        self.take_in()
        self.good("store", "backup", f"{ground.root}/b.coterie", "-s", self.store)
        self.copied = self.steps
        self.post("the last of all")

    def take_in(self):
        """Imports another group, made in a store that is not recorded."""
        other = Ground(f"{self.ground.folder}/other", self.ground.coterie, self.ground.shim)
        other.good("init", other.store)
        other.good("group", "create", "Choir", "-s", other.store)
        words = "words of another group"
        number = posted(other.good("message", "post", words, "-s", other.store))
        bundle = f"{other.folder}/other.cborseq"
        other.good("export", other.store, "-o", bundle)
        self.good("import", bundle, "-s", self.store)
        self.imported = (self.steps, number, words)

    # Checking an image

    def check(self, ground, acknowledged, is_thorough):
        store = f"{ground.root}/a.coterie"
        if not os.path.exists(store):
            if acknowledged >= 1:
                raise Fault("the store is gone")
            ground.good("init", store)
            return
        if acknowledged < self.group_step:
            ground.good("verify", store)
            ground.good("group", "create", "Chess", "-s", store)
            return
        # One process that reads every event and opens every content.
        bundle = f"{ground.folder}/bundle"
        ground.good("export", store, "-o", bundle)
        held = read(bundle)
        for number, (step, words) in self.present.items():
            if step > acknowledged:
                continue
            if number not in self.deleted or acknowledged < self.deleted[number]:
                if words.encode() not in held:
                    raise Fault(f"{words!r} is lost")
            elif acknowledged > self.deleted[number]:
                if words.encode() in held:
                    raise Fault(f"{words!r} was erased and can be read")
                self.traces[number].check(ground)
        step, _, words = self.imported
        if step <= acknowledged and words.encode() not in held:
            raise Fault(f"{words!r} is lost")
        for path, (step, content) in self.files.items():
            place = path.replace(self.ground.root, ground.root)
            if step <= acknowledged and (not os.path.exists(place) or read(place) != content):
                raise Fault(f"{path} is not what was written")
        if is_thorough:
            self.check_thoroughly(ground, store, acknowledged)

    def check_thoroughly(self, ground, store, acknowledged):
        ground.good("verify", store)
        stores = [store]
        if self.copied <= acknowledged:
            stores.append(f"{ground.root}/b.coterie")
            ground.good("verify", stores[1])
        step, number = self.attachment
        saved = f"{ground.folder}/saved"
        for place in stores if step <= acknowledged else []:
            ground.good("message", "read", number, "-g", self.group, "-s", place, "-o", saved)
            if read(saved) != read(f"{self.ground.folder}/attachment"):
                raise Fault("an attachment is not what was sent")
        ground.good("message", "post", "after the loss", "-g", self.group, "-s", store)
        ground.good("verify", store)


def lose(ground, count, seed=1):
    """Tells a story and checks `count` images of it; answers counts and what did not hold."""
    story = Story(ground)
    lines = read(story.record).decode().splitlines()
    chance = random.Random(seed)
    counts, faults = {"images": 0, "cuts": set()}, []
    folder = f"{ground.folder}/image"
    for cut, mode, make in images(story.disk, lines, count, chance):
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        numbers = make(f"{folder}/root")
        image = Ground(folder, ground.coterie, ground.shim)
        renumber(f"{image.root}/keyring", numbers, image.root)
        acknowledged = sum(line == "ack" for line in lines[:cut])
        counts["images"] += 1
        counts["cuts"].add(cut)
        try:
            story.check(image, acknowledged, counts["images"] % 5 == 0)
        except (Fault, subprocess.TimeoutExpired) as fault:
            before = lines[cut - 1][:90] if cut else "the start"
            faults.append(
                f"cut {cut} behind {before!r}, {acknowledged} acknowledged, {mode} kept: {fault}"
            )
            if os.environ.get("KEEP"):
                shutil.copytree(folder, f"{os.environ['KEEP']}/{len(faults)}", dirs_exist_ok=True)
    counts["cuts"] = len(counts["cuts"])
    counts["steps acknowledged"] = story.steps
    return counts, faults
