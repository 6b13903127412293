"""Holds the reader against a group that it builds by itself, with no line of the program's.

A founder founds, invites, is joined and written to; every kind of body is held against the CDDL;
then each damage that a bundle may suffer must be noticed, and for the reason that was meant.
"""

import hashlib
import pathlib

import cbor2
import nacl.signing

import events
import reader

PROTECTED = events.PROTECTED
ID = b"\x11" * 32
CONTENT = {"size": 5, "commitment": ID}
TIME = 1_767_225_600_000


def key(name):
    """A signing key that is the same in every run."""
    return nacl.signing.SigningKey(hashlib.blake2b(name.encode(), digest_size=32).digest())


def public(name):
    """The public key of a name."""
    return key(name).verify_key.encode()


FOUNDING = {"template": "secret-group", "name": "Readers", "preferences": {"voice": "off"},
            "rules": 1, "nonce": b"n" * 16, "seal": ID}
# One body of every kind, with every field that may be there.
BODIES = {
    "group.found": dict(FOUNDING, **{"from": {"group": ID, "event": ID}}),
    "group.profile": {"name": "Readers", "description": "Mondays"},
    "group.preference": {"key": "disappearing", "value": 60},
    "group.welcome": {"text": "Hello"},
    "group.dissolve": {},
    "invite.create": {"invitee": public("bob"), "role": "member"},
    "invite.withdraw": {"invite": ID},
    "invite.accept": {"invite": ID, "seal": ID, "name": CONTENT},
    "invite.decline": {"invite": ID},
    "link.create": {"link": public("link"), "role": "member", "uses": 3},
    "link.role": {"link": ID, "role": "observer"},
    "link.close": {"link": ID},
    "link.join": {"link": ID, "proof": b"p" * 64, "seal": ID, "name": CONTENT},
    "member.role": {"member": ID, "role": "admin"},
    "member.remove": {"member": ID, "erase": True},
    "member.leave": {},
    "member.resign": {"role": "member"},
    "member.profile": {"name": CONTENT},
    "member.seal": {"seal": ID},
    "member.block": {"member": ID},
    "member.unblock": {"member": ID},
    "message.post": {"type": "text", "content": CONTENT, "reply": ID, "forwarded": True,
                     "lifetime": 60},
    "message.edit": {"message": ID, "content": CONTENT},
    "message.delete": {"message": ID},
    "message.react": {"message": ID, "emoji": "\N{THUMBS UP SIGN}", "on": True},
    "message.report": {"message": ID, "content": CONTENT},
    "history.clear": {},
}
OPTIONAL = {("group.found", "from"), ("group.profile", "description"), ("invite.accept", "name"),
            ("link.create", "uses"), ("link.join", "name"), ("message.post", "reply"),
            ("message.post", "forwarded"), ("message.post", "lifetime")}


def payload_fields(kind, author, **other):
    """The fields of a payload of this kind, as event.cddl numbers them."""
    fields = {0: 1, 2: author, 3: 0, 5: [], 6: TIME, 7: kind, 8: BODIES[kind]}
    if kind != "group.found":
        fields.update({1: ID, 5: [ID]})
    fields.update({int(number): value for number, value in other.items()})
    return fields


def check_bodies():
    """Every kind's body fits; without a field, with another, or with another type it does not."""
    author = public("ann")

    def fits(fields):
        try:
            events.fields_of(events.canonical(fields))
        except events.Bad:
            return False
        return True

    for kind, body in BODIES.items():
        fields = payload_fields(kind, author)
        expect(fits(fields), f"{kind} fits the CDDL")
        expect(not fits({**fields, 8: dict(body, more=1)}), f"{kind} takes no other field")
        expect(not fits({**fields, 9: 1}), f"{kind} takes no other key")
        for name in body:
            rest = {other: value for other, value in body.items() if other != name}
            expect(fits({**fields, 8: rest}) == ((kind, name) in OPTIONAL), f"{kind} needs {name}")
            expect(not fits({**fields, 8: dict(body, **{name: 1.5})}), f"{kind}: type of {name}")
            if isinstance(body[name], bytes):
                longer = dict(body, **{name: body[name] + b"\0"})
                expect(not fits({**fields, 8: longer}), f"{kind}: length of {name}")
            if name == "role":
                expect(not fits({**fields, 8: dict(body, role="king")}), f"{kind}: role")


class Builder:
    """Signs events one after the other, and writes them as a bundle."""

    def __init__(self):
        self.items = []
        self.ids = []
        self.newest = {}
        self.group = None

    def add(self, who, kind, body, content=None, **change):
        """Appends one event behind the last one; a change replaces fields before signing."""
        secret = hashlib.blake2b(b"secret%d" % len(self.ids), digest_size=32).digest()
        if content is not None:
            promise = events.blake(content, b"coterie.content", secret)
            body = dict(body, content={"size": len(content), "commitment": promise})
        sequence, previous = self.newest.get(who, (-1, None))
        fields = {0: 1, 2: public(who), 3: sequence + 1, 5: self.ids[-1:], 6: TIME, 7: kind, 8: body}
        if self.group is not None:
            fields[1] = self.group
        if previous is not None:
            fields[4] = previous
        fields.update(change.get("fields", {}))
        payload = events.canonical(fields)
        identity = events.blake(payload, b"coterie.event")
        self.group = self.group or identity
        self.newest[who] = (sequence + 1, identity)
        self.ids.append(identity)
        self.items.append([signed(payload, change.get("signer", who)),
                           None if content is None else secret, content])
        return identity

    def bundle(self, **change):
        """The bytes of the bundle."""
        header = {"format": 1, "rules": 1, "groups": [self.group], "count": len(self.items)}
        end = {"count": len(self.items), "digest": events.blake(b"".join(self.ids),
                                                               b"coterie.bundle")}
        header.update(change.get("header", {}))
        end.update(change.get("end", {}))
        return b"".join(map(events.canonical, [header, *self.items, end]))


def signed(payload, who):
    """A COSE_Sign1 envelope around the payload."""
    signature = key(who).sign(events.structure(payload)).signature
    return events.canonical(cbor2.CBORTag(18, [PROTECTED, {}, payload, signature]))


def group(**last):
    """Founding, invitation, acceptance, and two messages, the second as `last` changes it."""
    builder = Builder()
    builder.add("ann", "group.found", FOUNDING)
    invite = builder.add("ann", "invite.create", {"invitee": public("bob"), "role": "member"})
    builder.add("bob", "invite.accept", {"invite": invite, "seal": ID})
    builder.add("bob", "message.post", {"type": "text"}, content=b"hello")
    builder.add("ann", "message.post", {"type": "text"}, content=b"hello, bob", **last)
    return builder


def problems(data):
    """What the reader says of a bundle, in one text; empty if all is well."""
    try:
        return "; ".join(reader.read(data).problems)
    except reader.Unreadable as error:
        return str(error)


def expect(condition, claim):
    """Ends the self-test at the first claim that does not hold."""
    if not condition:
        raise AssertionError(claim)


def swap(data, old, new):
    """The data with one run of bytes replaced by another."""
    expect(data.count(old) == 1, "the bytes to replace stand once")
    return data.replace(old, new)


def damages():
    """Pairs of a damaged bundle and a word of what must be said of it."""
    whole = group()
    data = whole.bundle()
    payload, signature, _ = events.frame(whole.items[-1][0])
    fields = cbor2.loads(payload)

    def last(envelope):
        builder = group()
        builder.items[-1][0] = envelope
        return builder.bundle()

    def tagged(*parts, tag=18):
        return last(events.canonical(cbor2.CBORTag(tag, list(parts))))

    def resigned(**change):
        return group(**change).bundle()

    yield tagged(PROTECTED, {}, payload, signature[:-1] + bytes([signature[-1] ^ 1])), "signature"
    yield tagged(PROTECTED, {}, payload, signature[:63]), "64 bytes"
    yield tagged(PROTECTED, {}, payload, signature, tag=98), "tag 18"
    yield tagged(bytes.fromhex("a10126"), {}, payload, signature), "protected header"
    yield tagged(PROTECTED, {4: b"k"}, payload, signature), "unprotected header"
    yield tagged(PROTECTED, {}, payload), "four parts"
    yield resigned(signer="bob"), "wrong signature"
    yield resigned(fields={2: public("bob")}), "wrong signature"
    yield resigned(signer="bob", fields={2: public("bob")}), "previous is another author's"
    yield resigned(fields={3: 7}), "gap"
    yield resigned(fields={3: 0}), "previous is absent at sequence 0 only"
    yield resigned(fields={0: 2}), "another format"
    yield resigned(fields={1: ID}), "header does not name"
    yield resigned(fields={5: [ID]}), "does not come before"
    yield resigned(fields={5: []}), "founding event alone"
    yield resigned(fields={5: sorted(whole.ids[:2], reverse=True)}), "ascending"
    yield resigned(fields={5: [whole.ids[3]] * 2}), "ascending"
    yield resigned(fields={5: [i.to_bytes(32) for i in range(65)]}), "64 parents"
    yield resigned(fields={6: -1}), "time"
    yield resigned(fields={6: 1 << 64}), "time"
    yield resigned(fields={8: {"type": "song", "content": CONTENT}}), "CDDL"
    yield resigned(fields={7: "member.leave"}), "must be empty"
    yield resigned(fields={7: "later.kind", 8: {"a": [[[[[[[[0]]]]]]]]}}), "nested deeper"
    yield resigned(fields={7: "invite.create", 8: {"invitee": ID, "role": "member"}}), "valid key"
    yield resigned(fields={8: {"type": "text", "content": CONTENT}}), "size"
    yield from encodings(last, fields)
    yield swap(data, b"hello, bob", b"hello, bop"), "commitment"
    yield swap(data, whole.items[3][1], whole.items[4][1]), "does not match"
    yield group().bundle(header={"count": 6}), "header item counts"
    yield group().bundle(end={"count": 6}), "end item counts"
    yield group().bundle(end={"digest": ID}), "another digest"
    yield group().bundle(header={"format": 2}), "expected a header"
    yield group().bundle(header={"groups": [ID]}), "header does not name"
    for builder, word in ((group(), "does not come before"), (group(), "another digest")):
        builder.items[2:4] = reversed(builder.items[2:4])
        yield builder.bundle(), word
    yield data + b"\x01", "expected a header"
    yield data + b"\x82", "no whole item"
    yield b"", "cut"
    yield data[1:], ""


def encodings(last, fields):
    """The last payload in encodings that no encoder would have written, each signed well."""
    plain = events.canonical(fields)
    pairs = [events.canonical(number) + events.canonical(fields[number])
             for number in sorted(fields)]
    head = bytes([0xa0 + len(pairs)])
    long_zero = b"\x18\x00" + events.canonical(fields[0])
    expect(head + b"".join(pairs) == plain, "the pairs make the payload")
    for payload in (head + b"".join(reversed(pairs)),
                    b"\xbf" + b"".join(pairs) + b"\xff",
                    bytes([0xa0 + len(pairs) + 1]) + b"".join(pairs + pairs[-1:]),
                    head + b"".join([long_zero] + pairs[1:]),
                    b"\xb8" + bytes([len(pairs)]) + b"".join(pairs)):
        yield last(signed(payload, "ann")), "not deterministic"
    yield last(signed(plain + b"\0", "ann")), "bytes behind the payload"
    yield last(signed(plain[:-1], "ann")), "not CBOR"
    yield last(signed(plain.replace(b"dtext", b"d\xff\xfext"), "ann")), "not CBOR"
    yield last(signed(plain, "ann") + b"\0"), "bytes behind the envelope"
    envelope = signed(plain, "ann")
    yield last(b"\xd8\x12" + envelope[1:]), "not deterministic"
    yield last(envelope + bytes(70_000)), "expected an entry"


def flip(data):
    """Flipped bits and cuts over a whole bundle; answers how many there were."""
    step = max(1, len(data) // 400)
    count = 0
    for place in range(0, len(data), step):
        for damaged in (data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1:],
                        data[:place]):
            expect(problems(damaged), f"damage at byte {place} was not noticed")
            count += 1
    return count


def check_good():
    """What is well formed reads well: the group, two bundles in a row, redacted, a later kind."""
    data = group().bundle()
    expect(problems(data) == "", "a good bundle reads well")
    expect(problems(data + data) == "", "bundles may follow each other")
    redacted = group()
    redacted.items = [[envelope, None, None] for envelope, _, _ in redacted.items]
    expect(problems(redacted.bundle()) == "", "a redacted bundle reads well")
    later = group(fields={7: "later.kind"})
    expect(problems(later.bundle()) == "", "an unknown kind is kept")
    known = reader.read(data).known
    lines = ['{"type": "event", "id": "%s", "sequence": 9}' % next(iter(known)).hex()]
    expect(len(list(reader.differences(known, lines))) == len(known) + 1,
           "a log that differs, lacks events and does not end is told from one that agrees")


def run(path=None):
    """Runs the self-test; answers the exit code."""
    try:
        check_good()
        check_bodies()
        cases = 0
        for damaged, word in damages():
            found = problems(damaged)
            expect(found and word in found, f"expected “{word}”, found “{found}”")
            cases += 1
        flips = flip(group().bundle())
        if path is not None:
            data = pathlib.Path(path).read_bytes()
            expect(problems(data) == "", f"{path} reads well: {problems(data)}")
            flips += flip(data)
    except AssertionError as error:
        print(f"self-test failed: {error}")
        return 1
    print(f"{len(BODIES)} kinds, {cases} kinds of damage and {flips} flips and cuts: all noticed")
    return 0
