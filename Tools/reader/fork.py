"""Checks the proof of a fork, as anyone can who has never seen the group: fork.py PROOF.

The proof is a CBOR sequence of signed events. It holds if all of them are well formed and signed by
one author, are of one group, have one sequence number, and at least two of them differ.
Exit codes: 0 the proof holds, 1 it does not, 4 it cannot be read.
"""

import pathlib
import sys

import cbor2

from events import Bad, check_signature, fields_of, frame
from reader import Unreadable, items


def main(arguments):
    try:
        envelopes = [encoded for _, encoded in items(pathlib.Path(arguments[0]).read_bytes())]
    except (OSError, IndexError, Unreadable) as error:
        print(f"cannot be read: {error}")
        return 4
    seen = set()
    who = set()
    try:
        for envelope in envelopes:
            payload, signature, identity = frame(envelope)
            fields = fields_of(payload)
            check_signature(envelope, fields[2], payload, signature)
            seen.add(identity)
            who.add((fields.get(1, identity), fields[2], fields[3]))
    except (Bad, cbor2.CBORDecodeError) as error:
        print(f"no proof: {error}")
        return 1
    if len(who) != 1 or len(seen) < 2:
        print("no proof: not two events of one author with one sequence number in one group")
        return 1
    group, author, sequence = who.pop()
    print(f"{author.hex()} signed {len(seen)} events with sequence {sequence} in {group.hex()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
