"""The commands in which accidents happen, each with what must hold before and after."""

import os
import re
import shutil

import lmdb_file
from ground import Fault, read, write
from traces import Traces

ID = re.compile(r"^([0-9a-f]{64})  message\.post$", re.M)


def posted(run):
    """The id of the message that the program said it has posted; None if it said nothing."""
    found = ID.search(run.output)
    return found[1] if found else None


class Scene:
    """One command on a store of a few messages.

    `again` are the codes with which the same command may end when it is tried again after it was
    killed: 9 where the rules refuse to do twice what was done already. `failed` are those with which
    it may end where the system refuses something.
    """

    name = ""
    words = ()
    again = (0,)
    failed = (5,)

    def __init__(self, ground):
        self.ground = ground
        ground.keep("empty")
        self.begin()
        ground.keep(self.name)

    def begin(self):
        """Makes everything that is there before the command, in an empty folder."""
        self.acknowledged = {}
        self.victims = {}
        self.prepare()

    def post(self, words, *more):
        run = self.ground.good("message", "post", words, *more, "-s", self.ground.store)
        self.acknowledged[posted(run)] = words
        return posted(run)

    def prepare(self):
        ground = self.ground
        ground.good("init", ground.store)
        ground.good("group", "create", "Club", "-s", ground.store)
        for number in range(3):
            self.post(f"the message number {number} that stays")

    def victim(self, words):
        """A message that is to be erased, and everything it would be known by."""
        number = self.post(words)
        del self.acknowledged[number]
        self.victims[number] = Traces(words, self.ground)
        return number

    def run(self, **accident):
        return self.ground.run(*self.words, **accident)

    def check(self, run):
        """After an accident and the next opening."""
        self.ground.good("replay", self.ground.store)
        messages = self.ground.messages()
        for number, words in self.acknowledged.items():
            if messages.get(number, {}).get("text") != words:
                raise Fault(f"{words!r} is lost")
        for number, traces in self.victims.items():
            if messages.get(number, {}).get("text") is None:
                traces.check(self.ground)
            elif run.status == 0 and not self.survives:
                raise Fault("what was erased can be read still")
        self.look(run, messages)

    survives = False

    def look(self, run, messages):
        pass

    def check_again(self):
        """After the command was tried again."""
        for number, traces in self.victims.items():
            traces.check(self.ground)


    def read_back(self, number, store):
        """What is attached to a message must be what was sent."""
        output = f"{self.ground.folder}/saved"
        self.ground.good("message", "read", number, "-s", store, "-o", output)
        if read(output) != read(f"{self.ground.folder}/attachment"):
            raise Fault("an attachment is not what was sent")


class Init(Scene):
    name = "init"
    again = (0, 5)

    def prepare(self):
        self.words = ("init", self.ground.store)

    def check(self, run):
        if run.status == 0:
            self.check_again()

    def check_again(self):
        self.ground.good("group", "create", "Club", "-s", self.ground.store)
        self.ground.good("replay", self.ground.store)


class Create(Scene):
    name = "group create"

    def prepare(self):
        self.ground.good("init", self.ground.store)
        self.words = ("group", "create", "Club", "-s", self.ground.store)

    def check(self, run):
        self.ground.good("replay", self.ground.store)
        if run.status == 0:
            group = run.output.strip()
            self.ground.good("message", "post", "hello", "-g", group, "-s", self.ground.store)

    def check_again(self):
        self.ground.good("verify", self.ground.store)


class Post(Scene):
    name = "message post"

    def prepare(self):
        super().prepare()
        self.words = ("message", "post", "the words of this scene", "-s", self.ground.store)

    def look(self, run, messages):
        number = posted(run)
        if number and messages.get(number, {}).get("text") != self.words[2]:
            raise Fault("the program said that it has posted what is not there")


class Attach(Post):
    name = "message post --file"

    def prepare(self):
        super().prepare()
        write(f"{self.ground.folder}/attachment", bytes(range(256)) * 6000)
        file = f"{self.ground.folder}/attachment"
        self.words = ("message", "post", "--file", file, "-s", self.ground.store)

    def look(self, run, messages):
        number = posted(run)
        if number:
            self.read_back(number, self.ground.store)


class NewKey(Scene):
    name = "key new"

    def prepare(self):
        super().prepare()
        self.words = ("key", "new", "-s", self.ground.store)

    def look(self, run, messages):
        keys = self.ground.good("key", "list", "-s", self.ground.store).output
        if run.status == 0 and run.output.split()[0] not in keys:
            raise Fault("the program said that it has made a key which is not there")


class Lock(Scene):
    """A store gets a passphrase, and with it another key under which everything is sealed."""

    name = "key passwd"
    typed = b"open sesame\n"
    # 6 where it was set already and nobody has unlocked it since.
    again = (0, 6)

    def prepare(self):
        super().prepare()
        self.words = ("key", "passwd", "--passphrase-fd", "0", "-s", self.ground.store)

    def run(self, **accident):
        return self.ground.run(*self.words, typed=self.typed, **accident)

    def unlock(self):
        words = ("-s", self.ground.store)
        if self.ground.run("key", "list", *words).status == 6:
            run = self.ground.run("unlock", "--passphrase-fd", "0", *words, typed=self.typed)
            if run.status != 0:
                raise Fault(f"the passphrase does not open it: {run}")

    def check(self, run):
        self.unlock()
        super().check(run)

    def check_again(self):
        self.unlock()
        super().check_again()


class Unlock(Lock):
    name = "key passwd --remove"

    def prepare(self):
        super().prepare()
        super().run()
        self.words = ("key", "passwd", "--remove", "-s", self.ground.store)

    def run(self, **accident):
        # What waits in memory lies elsewhere, and is not brought back.
        self.unlock()
        return super().run(**accident)


class Import(Scene):
    name = "import"

    def prepare(self):
        super().prepare()
        bundle = f"{self.ground.folder}/more.cborseq"
        self.ground.keep("before-import")
        more = [self.post(f"the message number {number} of the bundle") for number in range(4)]
        self.ground.good("export", self.ground.store, "-o", bundle)
        for number in more:
            del self.acknowledged[number]
        self.more = more
        self.ground.bring_back("before-import")
        self.words = ("import", bundle, "-s", self.ground.store)

    def look(self, run, messages):
        if run.status == 0 and not all(each in messages for each in self.more):
            raise Fault("the program said that it has taken in what is not there")


class Export(Scene):
    name = "export"

    def prepare(self):
        super().prepare()
        self.output = f"{self.ground.root}/out.cborseq"
        self.words = ("export", self.ground.store, "-o", self.output)

    def look(self, run, messages):
        if os.path.exists(self.output):
            self.check_again()
        elif run.status == 0:
            raise Fault("the program said that it has written what is not there")

    def check_again(self):
        self.ground.good("replay", self.output)
        bundle = read(self.output)
        if not all(words.encode() in bundle for words in self.acknowledged.values()):
            raise Fault("the bundle lacks contents that the store holds")


class Erase(Scene):
    name = "message delete"
    again = (0, 9)

    def prepare(self):
        super().prepare()
        ground = self.ground
        ground.good("prefs", "set", "full-delete", "on", "-s", ground.store)
        number = self.victim("words that are to be gone for good")
        self.post("the message that came afterwards")
        self.words = ("message", "delete", number, "--yes", "-s", ground.store)


class EraseHere(Erase):
    name = "message delete --here"
    again = (0, 3)

    def prepare(self):
        super().prepare()
        self.words = (*self.words[:3], "--here", *self.words[3:])


class Clear(Scene):
    name = "history clear"
    again = (0, 9)

    def prepare(self):
        super().prepare()
        self.acknowledged.clear()
        for number in range(3):
            self.victim(f"the words number {number} that are cleared")
        self.words = ("history", "clear", "--yes", "-s", self.ground.store)


class Forget(Scene):
    name = "group forget"
    again = (0, 3)

    def prepare(self):
        super().prepare()
        self.acknowledged.clear()
        self.victim("words of a group that is forgotten")
        self.words = ("group", "forget", "--yes", "-s", self.ground.store)

    def run(self, **accident):
        # The program waits before it forgets, so that it can be stopped.
        return super().run(hurry=True, **accident)

    def check(self, run):
        self.ground.good("store", "stats", "-s", self.ground.store)
        groups = self.ground.good("group", "list", "-s", self.ground.store).output
        if not groups.strip():
            self.check_again()


class Compact(Scene):
    name = "store compact"
    survives = True

    def prepare(self):
        super().prepare()
        self.erase()
        self.words = ("store", "compact", "-s", self.ground.store)

    def erase(self):
        number = self.victim("words that were gone before")
        self.ground.good("message", "delete", number, "--here", "--yes", "-s", self.ground.store)


class Purge(Compact):
    name = "store purge"

    def prepare(self):
        super().prepare()
        self.words = ("store", "purge", "-s", self.ground.store)
        line = re.search(rb"lock=k(\w{64})", read(f"{self.ground.root}/keyring"))
        self.old_key = line[1]

    def check_again(self):
        super().check_again()
        for name, bytes_ in self.ground.files().items():
            if self.old_key in bytes_ or bytes.fromhex(self.old_key.decode()) in bytes_:
                raise Fault(f"the key of before stands in {name} still")


class Backup(Scene):
    name = "store backup"
    again = (0, 5)

    def prepare(self):
        super().prepare()
        file = f"{self.ground.folder}/attachment"
        write(file, bytes(range(256)) * 100)
        run = self.ground.good("message", "post", "--file", file, "-s", self.ground.store)
        self.attached = posted(run)
        self.copy = f"{self.ground.root}/b.coterie"
        self.words = ("store", "backup", self.copy, "-s", self.ground.store)

    def look(self, run, messages):
        if run.status == 0:
            self.check_again()

    def check_again(self):
        self.ground.good("verify", self.copy)
        self.read_back(self.attached, self.copy)


class Upgrade(Scene):
    name = "upgrade"

    def prepare(self):
        super().prepare()
        self.acknowledged.clear()
        log = f"{self.ground.store}/log.mdb"
        lmdb_file.drop(log, ["contents", "timers", "erasures"])
        self.before = lmdb_file.count(log, "events")
        self.words = ("message", "post", "the first after the upgrade", "-s", self.ground.store)

    def look(self, run, messages):
        number = posted(run)
        if number and messages.get(number, {}).get("text") != self.words[2]:
            raise Fault("the program said that it has posted what is not there")
        # Whoever upgraded it first, this run or the next opening: what it was is there, whole.
        kept = f"{self.ground.root}/kept.mdb"
        shutil.copyfile(f"{self.ground.store}/log.mdb.before-upgrade", kept)
        if lmdb_file.count(kept, "events") != self.before or lmdb_file.count(kept, "contents"):
            raise Fault("what was kept is not what the store was")
        os.remove(kept)


class UpgradeAlone(Upgrade):
    name = "store upgrade"

    def prepare(self):
        super().prepare()
        self.words = ("store", "upgrade", "-s", self.ground.store)


class Sync(Scene):
    """Two stores and a folder between them; what is said in one must come to the other."""

    name = "sync"
    # 1 where a packet cannot be read, 7 where the folder cannot be reached.
    failed = (1, 5, 7)

    def prepare(self):
        super().prepare()
        ground = self.ground
        self.other = f"{ground.root}/b.coterie"
        self.spool = f"{ground.root}/spool"
        os.mkdir(self.spool)
        ground.good("init", self.other)
        key = ground.good("key", "new", "-s", self.other).output.split()[0]
        ground.good("invite", "create", key, "admin", "-s", ground.store)
        self.exchange(ground.store, self.other)
        ground.good("invite", "accept", "-s", self.other)
        self.exchange(self.other, ground.store)
        self.words_there = "words from the other store"
        self.there = posted(
            ground.good("message", "post", self.words_there, "-s", self.other)
        )
        self.exchange(self.other)
        self.here = self.post("words for the other store")
        self.words = ("sync", self.spool, "-s", ground.store)

    def exchange(self, *stores):
        for store in stores:
            self.ground.good("sync", self.spool, "-s", store)

    def look(self, run, messages):
        if run.status == 0 and messages.get(self.there, {}).get("text") != self.words_there:
            raise Fault("the program said that it has taken in what is not there")

    def check_again(self):
        self.exchange(self.other, self.ground.store)
        for store in (self.ground.store, self.other):
            for number in (self.here, self.there):
                self.ground.good("message", "read", number, "-s", store)
        self.ground.good("replay", self.ground.store, self.other)


class Salvage(Scene):
    name = "store salvage"
    again = (0, 5)

    def prepare(self):
        super().prepare()
        self.saved = f"{self.ground.root}/saved.coterie"
        self.words = ("store", "salvage", self.ground.store, self.saved)

    def look(self, run, messages):
        if run.status == 0:
            self.ground.good("replay", self.ground.store, self.saved)


ALL = [
    Init, Create, Post, Attach, NewKey, Lock, Unlock, Import, Export, Erase, EraseHere, Clear, Forget,
    Compact, Purge, Backup, Upgrade, UpgradeAlone, Sync, Salvage,
]  # fmt: skip
