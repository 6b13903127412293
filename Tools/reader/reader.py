"""Reads a bundle a second time, with other libraries, and says what it thinks of every event.

    reader.py BUNDLE.cborseq [--events LOG.ndjson]
    reader.py --selftest BUNDLE.cborseq

Checks of each item: deterministic CBOR, the form in Fixtures/event.cddl, the COSE_Sign1 frame, the signature, the id, the links to
parents and to the author's chain, the limits, and the content's commitment where content is there.
With --events it compares every event with the output of `coterie log --ndjson`, field by field.
Exit codes: 0 all agrees, 1 something differs or is bad, 4 the bundle cannot be read.
"""

import hashlib
import io
import json
import pathlib
import sys

import cbor2
import nacl.exceptions
import nacl.signing
import pycddl
from pycose.messages import Sign1Message

EXTERNAL = b"coterie.event.v1"
CDDL = pathlib.Path(__file__).resolve().parents[2] / "Fixtures" / "event.cddl"
SCHEMA = pycddl.Schema(CDDL.read_text(encoding="utf-8"))
KEYS = {0: "format", 1: "group", 2: "author", 3: "sequence", 4: "previous", 5: "parents",
        6: "time", 7: "kind", 8: "body"}


class Bad(Exception):
    """What is wrong with an item."""


def require(condition, problem):
    if not condition:
        raise Bad(problem)


def blake(data, person, key=b""):
    return hashlib.blake2b(data, digest_size=32, person=person.ljust(16, b"\0"), key=key).digest()


def canonical(value):
    return cbor2.dumps(value, canonical=True)


def event(envelope):
    """The fields and the id of one envelope."""
    require(len(envelope) <= 65536, "envelope over 64 KiB")
    stream = io.BytesIO(envelope)
    try:
        tagged = cbor2.CBORDecoder(stream).decode()
    except Exception as error:
        raise Bad(f"not CBOR: {error}") from error
    require(stream.tell() == len(envelope), "bytes behind the envelope")
    require(isinstance(tagged, cbor2.CBORTag) and tagged.tag == 18, "not tag 18")
    require(isinstance(tagged.value, list) and len(tagged.value) == 4, "not four parts")
    protected, unprotected, payload, signature = tagged.value
    require(protected == bytes.fromhex("a10127"), "another protected header")
    require(unprotected == {}, "an unprotected header")
    require(isinstance(payload, bytes) and isinstance(signature, bytes), "payload or signature")
    require(len(signature) == 64, "signature of another length")
    require(canonical(tagged) == envelope, "the envelope is not deterministic CBOR")
    fields = cbor2.loads(payload)
    require(isinstance(fields, dict) and set(fields) <= set(KEYS), "unknown keys")
    require(canonical(fields) == payload, "the payload is not deterministic CBOR")
    check_fields(fields)
    try:
        SCHEMA.validate_cbor(payload)
    except pycddl.ValidationError as error:
        raise Bad("the payload does not fit the CDDL") from error
    message = Sign1Message.decode(envelope)
    message.external_aad = EXTERNAL
    signed = message._sig_structure if hasattr(message, "_sig_structure") else structure(payload)
    require(signed == structure(payload), "pycose builds another Sig_structure")
    try:
        nacl.signing.VerifyKey(fields[2]).verify(signed, signature)
    except nacl.exceptions.BadSignatureError as error:
        raise Bad("wrong signature") from error
    return fields, blake(payload, b"coterie.event")


def structure(payload):
    return canonical(["Signature1", bytes.fromhex("a10127"), EXTERNAL, payload])


def check_fields(fields):
    require(fields.get(0) == 1, "another format")
    for key in (2, 3, 5, 6, 7, 8):
        require(key in fields, f"{KEYS[key]} is missing")
    for key in (1, 2, 4):
        require(key not in fields or len(fields[key]) == 32, f"{KEYS[key]} has not 32 bytes")
    parents = fields[5]
    require(len(parents) <= 64, "more than 64 parents")
    require(all(len(parent) == 32 for parent in parents), "a parent has not 32 bytes")
    require(parents == sorted(set(parents)), "parents are not ascending and distinct")
    founds = fields[7] == "group.found"
    require(founds == (1 not in fields), "group")
    require(founds == (not parents), "parents")
    require((fields[3] == 0) == (4 not in fields), "sequence and previous")
    require(isinstance(fields[8], dict) and all(isinstance(key, str) for key in fields[8]), "body")


class Reader:
    """Follows the links of a bundle's events."""

    def __init__(self, groups):
        self.groups = groups
        self.known = {}
        self.ids = []

    def entry(self, item):
        require(isinstance(item, list) and len(item) == 3, "an item that is no entry")
        envelope, secret, content = item
        require(isinstance(envelope, bytes), "an envelope that is no byte string")
        require(secret is None or isinstance(secret, bytes) and len(secret) == 32, "secret")
        require(content is None or isinstance(content, bytes), "content")
        fields, identity = event(envelope)
        group = fields.get(1, identity)
        require(group in self.groups, "a group that the header does not name")
        links = list(fields[5]) + ([fields[4]] if 4 in fields else [])
        for link in links:
            require(link in self.known, "a parent does not come before")
            require(self.known[link]["group"] == group.hex(), "a parent of another group")
        if 4 in fields:
            before = self.known[fields[4]]
            require(before["author"] == fields[2].hex(), "previous is another author's")
            require(before["sequence"] + 1 == fields[3], "the sequence has a gap")
        if content is not None:
            commitment = next((v for v in fields[8].values() if isinstance(v, dict)
                               and "commitment" in v), None)
            require(commitment is not None, "content without a commitment")
            require(commitment["size"] == len(content), "content of another size")
            require(blake(content, b"coterie.content", secret) == commitment["commitment"],
                    "content that does not match")
        self.ids.append(identity)
        self.known[identity] = {
            "id": identity.hex(), "group": group.hex(), "author": fields[2].hex(),
            "sequence": fields[3], "previous": fields[4].hex() if 4 in fields else None,
            "parents": [parent.hex() for parent in fields[5]], "kind": fields[7],
            "bytes": len(envelope),
            "depth": 1 + max((self.known[link]["depth"] for link in links), default=0),
        }
        return self.known[identity]

    def end(self, item):
        require(item.get("count") == len(self.ids), "the end item counts otherwise")
        require(item.get("digest") == blake(b"".join(self.ids), b"coterie.bundle"),
                "the end item has another digest")


def read(data, report=lambda line: None):
    """Reads a whole bundle; answers its events, or raises Bad with how far it was good."""
    stream = io.BytesIO(data)
    decoder = cbor2.CBORDecoder(stream)
    whole = 0
    try:
        header = decoder.decode()
        require(isinstance(header, dict), "no header")
        require(set(header) == {"count", "rules", "format", "groups"}, "a header with other keys")
        reader = Reader(header["groups"])
        require(header["format"] == 1 and header["rules"] == 1, "another format or rules version")
        while True:
            whole += 1
            item = decoder.decode()
            if isinstance(item, dict):
                reader.end(item)
                require(header["count"] == len(reader.ids), "the header counts otherwise")
                require(stream.tell() == len(data), "bytes behind the end")
                return reader.known
            report(reader.entry(item))
    except Bad as error:
        raise Bad(f"{error} (after {whole} whole items)") from error
    except Exception as error:
        raise Bad(f"cannot be read (after {whole} whole items): {error}") from error


def compare(events, path):
    """The number of events on which the program's own log differs."""
    differing = 0
    seen = set()
    with open(path, encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            if line.get("type") != "event":
                continue
            identity = bytes.fromhex(line["id"])
            seen.add(identity)
            mine = events.get(identity)
            if mine is None:
                print(f"only in the log: {line['id']}")
                differing += 1
                continue
            for field in ("group", "author", "sequence", "previous", "parents", "kind", "bytes"):
                if line[field] != mine[field]:
                    print(f"{line['id']}: {field} {line[field]} against {mine[field]}")
                    differing += 1
    for identity in events.keys() - seen:
        print(f"only in the bundle: {identity.hex()}")
        differing += 1
    return differing


def selftest(data):
    """Every damage must be refused: flipped bits, cuts, swapped items."""
    read(data)
    step = max(1, len(data) // 400)
    for place in range(0, len(data), step):
        for damaged in (data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1:], data[:place]):
            try:
                read(damaged)
            except Bad:
                continue
            print(f"damage at byte {place} was not noticed")
            return 1
    print("every damage was noticed")
    return 0


def main(arguments):
    if arguments[:1] == ["--selftest"]:
        with open(arguments[1], "rb") as file:
            return selftest(file.read())
    with open(arguments[0], "rb") as file:
        data = file.read()
    try:
        events = read(data)
    except Bad as error:
        print(f"{arguments[0]}: {error}")
        return 4
    differing = 0
    if arguments[1:2] == ["--events"]:
        differing = compare(events, arguments[2])
    print(f"{len(events)} events read, {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
