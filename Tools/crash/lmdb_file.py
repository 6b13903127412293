"""Makes stores of other formats out of one of today's, with LMDB itself."""

import ctypes
import ctypes.util

LMDB = ctypes.CDLL(ctypes.util.find_library("lmdb") or "liblmdb.so.0")
NOSUBDIR, NOTLS, CREATE = 0x4000, 0x200000, 0x40000


class Value(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("data", ctypes.c_char_p)]


def check(status):
    if status != 0:
        raise OSError(f"LMDB says {status}")


def change(path, body):
    """Opens a file and runs `body(transaction)` in one write transaction."""
    environment, transaction = ctypes.c_void_p(), ctypes.c_void_p()
    check(LMDB.mdb_env_create(ctypes.byref(environment)))
    check(LMDB.mdb_env_set_maxdbs(environment, 32))
    check(LMDB.mdb_env_set_mapsize(environment, ctypes.c_size_t(1 << 30)))
    check(LMDB.mdb_env_open(environment, path.encode(), NOSUBDIR | NOTLS, 0o600))
    check(LMDB.mdb_txn_begin(environment, None, 0, ctypes.byref(transaction)))
    body(transaction)
    check(LMDB.mdb_txn_commit(transaction))
    LMDB.mdb_env_close(environment)


def table(transaction, name):
    handle = ctypes.c_uint()
    check(LMDB.mdb_dbi_open(transaction, name.encode(), 0, ctypes.byref(handle)))
    return handle


def drop(path, names):
    """Takes tables away, as a store has none of them that was made before they were added."""

    def body(transaction):
        for name in names:
            check(LMDB.mdb_drop(transaction, table(transaction, name), 1))

    change(path, body)


class Stat(ctypes.Structure):
    _fields_ = [("page", ctypes.c_uint), ("depth", ctypes.c_uint)] + [
        (name, ctypes.c_size_t) for name in ("branches", "leaves", "overflow", "entries")
    ]


def count(path, name):
    """How many entries a table has; None if there is no such table."""
    found = []

    def body(transaction):
        handle, stat = ctypes.c_uint(), Stat()
        if LMDB.mdb_dbi_open(transaction, name.encode(), 0, ctypes.byref(handle)) == 0:
            check(LMDB.mdb_stat(transaction, handle, ctypes.byref(stat)))
            found.append(stat.entries)

    change(path, body)
    return found[0] if found else None


def set_format(path, number):
    """Gives a store another format number."""

    def body(transaction):
        bytes_ = number.to_bytes(8, "big")
        key, value = Value(6, b"format"), Value(8, bytes_)
        meta = table(transaction, "meta")
        check(LMDB.mdb_put(transaction, meta, ctypes.byref(key), ctypes.byref(value), 0))

    change(path, body)
