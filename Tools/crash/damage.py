"""Damage to the file of one's own store: `verify` must say so, and no signal may end the program."""

import collections
import random

from ground import Fault, read, write
from scenes import posted

PAGE = 4096


def damaged(content, kind, chance):
    """A copy of a file, damaged in one way."""
    copy = bytearray(content)
    pages = len(copy) // PAGE
    page = chance.randrange(pages) * PAGE
    if kind == "one bit":
        copy[chance.randrange(len(copy))] ^= 1 << chance.randrange(8)
    elif kind == "16 bytes":
        place = chance.randrange(len(copy) - 16)
        copy[place : place + 16] = chance.randbytes(16)
    elif kind == "a page header":
        place = page + chance.randrange(15)
        copy[place : place + 2] = chance.randbytes(2)
    elif kind == "a node":
        place = page + 16 + chance.randrange(64)
        copy[place] ^= 1 + chance.randrange(255)
    elif kind == "a page of noise":
        copy[page : page + PAGE] = chance.randbytes(PAGE)
    elif kind == "a page of zeros":
        copy[page : page + PAGE] = bytes(PAGE)
    elif kind == "cut":
        del copy[chance.randrange(len(copy)) :]
    elif kind == "both meta pages":
        for meta in (0, PAGE):
            copy[meta + 16 + chance.randrange(120)] = chance.randrange(256)
    return bytes(copy)


KINDS = [
    "one bit", "16 bytes", "a page header", "a node", "a page of noise", "a page of zeros", "cut",
    "both meta pages",
]  # fmt: skip


def damage(ground, count, seed=1):
    """Damages `count` copies of a store of this user; answers how many `verify` found."""
    ground.good("init", ground.store)
    ground.good("group", "create", "Club", "-s", ground.store)
    first = None
    for number in range(30):
        run = ground.good("message", "post", f"message {number} " * 20, "-s", ground.store)
        first = first or posted(run)
    ground.good("message", "delete", first, "--here", "--yes", "-s", ground.store)
    ground.keep("sound")
    content = read(f"{ground.store}/log.mdb")
    listed = ground.messages()
    chance = random.Random(seed)
    counts, faults = collections.Counter(damaged=0, found=0, harmless=0), []
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        ground.bring_back("sound")
        write(f"{ground.store}/log.mdb", damaged(content, kind, chance))
        counts["damaged"] += 1
        try:
            check(ground, counts, listed)
        except Fault as fault:
            faults.append(f"{kind}, number {number}: {fault}")
    return counts, faults


def without_marks(messages):
    """What is listed, without when a message was read here: nothing that others have to agree with."""
    return {id: {**each, "read": None} for id, each in messages.items()}


def check(ground, counts, listed):
    run = ground.run("verify", ground.store)
    if run.is_ended or run.status == 70:
        raise Fault(f"verify does not come back: {run}")
    if run.status == 0:
        # Damage of pages that nothing uses, or of bytes between entries, changes nothing.
        counts["harmless"] += 1
        if without_marks(ground.messages()) != without_marks(listed):
            raise Fault("verify says sound, and something is missing")
    else:
        counts["found"] += 1
        words = run.output + run.errors
        if run.status not in (1, 3, 5) or len(words.strip()) < 20:
            raise Fault(f"verify does not say clearly what is wrong: {run}")
    for words in (("replay", ground.store), ("log", ground.store), ("export", ground.store)):
        run = ground.run(*words)
        if run.is_ended or run.status == 70:
            counts["ended by a signal in reading"] += 1
            raise Fault(f"a signal ends it: {run}")
