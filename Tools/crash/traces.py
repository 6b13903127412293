"""What an erased content must not leave behind: its words, its secret, its keys, its slot.

The slots are read here from their description alone, with BLAKE2b of Python and XChaCha20 of
libsodium, so that the program cannot hide from itself what it kept.
"""

import ctypes
import ctypes.util
import hashlib
import re

from ground import Fault, read

SODIUM = ctypes.CDLL(ctypes.util.find_library("sodium"))
RECORD_BYTES = 64


def derived(key, name, context=b""):
    person = name.encode().ljust(16, b"\0")
    return hashlib.blake2b(context, digest_size=32, key=key, person=person).digest()


def crossed(bytes_, nonce, key):
    output = ctypes.create_string_buffer(len(bytes_))
    length = ctypes.c_ulonglong(len(bytes_))
    SODIUM.crypto_stream_xchacha20_xor(output, bytes_, length, nonce, key)
    return output.raw


def store_keys(files):
    """Every key that stands in the keyring or in what is left of one."""
    found = set()
    for name, bytes_ in files.items():
        if "/" not in name and name.startswith("keyring"):
            found |= {bytes.fromhex(each.decode()) for each in re.findall(rb"lock=k(\w{64})", bytes_)}
    return found


def secrets(record_bytes, keys, step=RECORD_BYTES):
    """Every secret that a key opens in bytes that may be slots: record -> secret."""
    found = {}
    for key in keys:
        slot_key = derived(key, "coterie.slot")
        for start in range(0, len(record_bytes) - RECORD_BYTES + 1, step):
            record = record_bytes[start : start + RECORD_BYTES]
            if derived(slot_key, "coterie.slot", record[:56])[:8] == record[56:]:
                found[record] = crossed(record[24:56], record[:24], slot_key)
    return found


def item(bytes_, at):
    """One item of CBOR: byte strings, arrays, null; other values as their bytes."""
    kind, low = bytes_[at] >> 5, bytes_[at] & 31
    at += 1
    size = low
    if low >= 24:
        count = 1 << (low - 24)
        size = int.from_bytes(bytes_[at : at + count], "big")
        at += count
    if kind in (2, 3):
        return bytes_[at : at + size], at + size
    if kind == 4:
        values = []
        for _ in range(size):
            value, at = item(bytes_, at)
            values.append(value)
        return values, at
    if kind == 5:
        for _ in range(2 * size):
            _, at = item(bytes_, at)
        return None, at
    if kind == 6:
        return item(bytes_, at)
    return (None if kind == 7 else size), at


def contents(bundle):
    """The contents of a bundle: content -> secret."""
    found, at = {}, 0
    while at < len(bundle):
        value, at = item(bundle, at)
        if isinstance(value, list) and len(value) >= 3 and value[1] and value[2]:
            found[value[2]] = value[1]
    return found


class Traces:
    """What one content would be known by."""

    def __init__(self, words, ground):
        path = f"{ground.folder}/traces.cborseq"
        ground.good("export", ground.store, "-o", path)
        found = contents(read(path))
        self.words = words.encode()
        self.secret = next(found[each] for each in found if self.words in each)
        files = ground.files()
        records = secrets(files["a.coterie/slots"], store_keys(files))
        record = next(each for each in records if records[each] == self.secret)
        self.marks = {
            "its words": self.words,
            "its secret": self.secret,
            "its key": derived(self.secret, "coterie.cipher"),
            "half of its slot": record[24:40],
            "the other half of its slot": record[40:56],
        }

    def check(self, ground):
        """Looks through every byte of every file."""
        files = ground.files()
        keys = store_keys(files)
        for name, bytes_ in files.items():
            for what, mark in self.marks.items():
                if mark in bytes_:
                    raise Fault(f"{what} stands in {name} still: {self.words.decode()}")
            # Slots stand in small files only, and windows of all bytes of others would take hours.
            if len(bytes_) < 1 << 16 and "log.mdb" not in name and self.secret in secrets(bytes_, keys, step=1).values():
                raise Fault(f"{name} holds a slot with its secret still: {self.words.decode()}")
