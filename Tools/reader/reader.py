"""Reads a bundle a second time, with other libraries, and says what it thinks of every event.

    reader.py BUNDLE.cborseq [--events LOG.ndjson] [--quiet]
    reader.py --pairs FOLDER
    reader.py --selftest [BUNDLE.cborseq]

Checks of each item: deterministic CBOR, the form in Fixtures/event.cddl, the COSE_Sign1 frame,
the signature, the id, the links to parents and to the author's chain, the limits, and the
content's commitment where content is there; at the end count and digest.
Prints one line of JSON per event, {id, author, sequence, kind, depth, ok, problem?}, and a
summary; --quiet leaves out the lines of events that are well.
With --events it compares every event with the output of `coterie log --ndjson`, field by field.
--pairs reads every NAME.cborseq of a folder so, each with its NAME.ndjson.
--selftest builds a group by itself, and requires that it reads well and that every damage to it,
or to the bundle named, is noticed.
Exit codes: 0 all agrees, 1 something differs or is bad, 4 the bundle cannot be read, 2 usage.
"""

import contextlib
import datetime
import io
import json
import pathlib
import sys

import cbor2

from events import (CONTENT_BYTES_MAX, Bad, blake, canonical, check_signature, commitment,
                    fields_of, fits, frame, require, schema)

HEADER, ENTRY, END = (schema(f"bundle-{part}") for part in ("header", "entry", "end"))


class Unreadable(Exception):
    """The sequence itself is broken: nothing behind this place can be trusted to be an item."""


class Reader:
    """Follows the links of the events of one file; bundles may follow each other."""

    def __init__(self, report):
        self.report = report
        self.known = {}
        self.problems = []
        self.groups = []
        self.ids = []

    def begin(self, header):
        """The first item of a bundle."""
        self.groups = header["groups"]
        require(self.groups == sorted(set(self.groups)), "groups are not ascending and distinct")
        self.ids = []

    def entry(self, item):
        """One event: reported, whether it is good or bad."""
        line = {"ok": True}
        try:
            self.check(item, line)
        except Bad as error:
            line.update(ok=False, problem=str(error))
            self.problems.append(str(error))
        self.report(line)

    def check(self, item, line):
        """Fills the line as far as the event could be read; remembers the event if it is good."""
        envelope, secret, content = item
        payload, signature, identity = frame(envelope)
        self.ids.append(identity)
        line.update(id=identity.hex())
        fields = fields_of(payload)
        line.update(author=fields[2].hex(), sequence=fields[3], kind=fields[7])
        check_signature(envelope, fields[2], payload, signature)
        group = fields.get(1, identity)
        require(group in self.groups, "a group that the header does not name")
        links = list(fields[5]) + ([fields[4]] if 4 in fields else [])
        for link in links:
            require(link in self.known, f"{link.hex()} does not come before")
            require(self.known[link]["group"] == group.hex(), "a parent of another group")
        if 4 in fields:
            before = self.known[fields[4]]
            require(before["author"] == fields[2].hex(), "previous is another author's")
            require(before["sequence"] + 1 == fields[3], "the sequence has a gap")
        check_content(fields[8], secret, content)
        depth = 1 + max((self.known[link]["depth"] for link in links), default=0)
        line.update(depth=depth)
        self.known[identity] = {
            "id": identity.hex(), "group": group.hex(), "author": fields[2].hex(),
            "sequence": fields[3], "previous": fields[4].hex() if 4 in fields else None,
            "parents": [parent.hex() for parent in fields[5]], "kind": fields[7],
            "time": fields[6], "bytes": len(envelope), "body": plain(fields[8]), "depth": depth,
        }

    def end(self, header, item):
        """The last item of a bundle: what must have been read by then."""
        for where, found in (("header", header), ("end", item)):
            if found["count"] != len(self.ids):
                self.problems.append(f"the {where} item counts otherwise")
        if item["digest"] != blake(b"".join(self.ids), b"coterie.bundle"):
            self.problems.append("the end item has another digest")


def check_content(body, secret, content):
    """What travels beside an event must be what the event commits to."""
    promised = commitment(body)
    require(promised is not None or (secret is None and content is None), "content beside no "
            "commitment")
    if content is not None:
        require(secret is not None, "content without its secret")
        require(len(content) <= CONTENT_BYTES_MAX, "content over 1 MiB")
        require(promised["size"] == len(content), "content of another size")
        require(blake(content, b"coterie.content", secret) == promised["commitment"],
                "content that does not match its commitment")


def plain(value):
    """A body as JSON shows it: bytes in hex."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def items(data):
    """Every item of the sequence with its bytes; raises Unreadable where it stops being one."""
    stream = io.BytesIO(data)
    decoder = cbor2.CBORDecoder(stream)
    while stream.tell() < len(data):
        start = stream.tell()
        try:
            item = decoder.decode()
            again = canonical(item)
        except Exception as error:
            raise Unreadable(f"at byte {start} no whole item follows") from error
        if again != data[start:stream.tell()]:
            raise Unreadable(f"the item at byte {start} is not deterministic CBOR")
        yield item, again


def read(data, report=lambda line: None):
    """Reads a whole file; answers the Reader, or raises Unreadable with how far it was good."""
    reader = Reader(report)
    header, whole = None, 0
    try:
        for item, encoded in items(data):
            if header is None:
                require(fits(HEADER, encoded), "expected a header")
                header = item
                reader.begin(item)
            elif isinstance(item, bytes):
                require(len(item) <= CONTENT_BYTES_MAX, "a chunk over 1 MiB")
                require(reader.ids, "a chunk before any entry")
            elif isinstance(item, list):
                require(fits(ENTRY, encoded), "expected an entry")
                reader.entry(item)
            else:
                require(fits(END, encoded), "expected an end item")
                reader.end(header, item)
                header = None
            whole += 1
        require(whole > 0 and header is None, "the file is cut")
    except (Bad, Unreadable) as error:
        raise Unreadable(f"{error}, after {whole} whole items") from error
    return reader


FIELDS = ("group", "author", "sequence", "previous", "parents", "kind", "time", "bytes", "body")


def differences(events, lines):
    """Where the program's own log, as lines of JSON, says something else; in words."""
    seen = set()
    complete = False
    for line in map(json.loads, lines):
        complete = line.get("type") == "summary" and line.get("complete") is True
        if line.get("type") != "event":
            continue
        mine = events.get(bytes.fromhex(line["id"]))
        seen.add(bytes.fromhex(line["id"]))
        if mine is None:
            yield f"only in the log: {line['id']}"
            continue
        theirs = dict(line)
        if "key" in line:
            theirs["author"] = line["key"]
        if isinstance(theirs.get("time"), str):
            theirs["time"] = milliseconds(theirs["time"])
        for field in FIELDS:
            if field in theirs and theirs[field] != mine[field]:
                yield f"{line['id']}: {field} {theirs[field]} in the log, {mine[field]} here"
    for identity in sorted(events.keys() - seen):
        yield f"only in the bundle: {identity.hex()}"
    if not complete:
        yield "the log does not end with a complete summary"


def milliseconds(text):
    """A time of RFC 3339 in UTC as milliseconds since 1970."""
    time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    since = time - datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
    return since // datetime.timedelta(milliseconds=1)


def read_file(bundle, log, quiet):
    """Reads one bundle, compares it with a log if there is one, and reports; the exit code."""
    def report(line):
        if not (quiet and line["ok"]):
            print(json.dumps(line, sort_keys=True))

    try:
        reader = read(pathlib.Path(bundle).read_bytes(), report)
    except (Unreadable, OSError) as error:
        print(json.dumps({"type": "summary", "complete": False, "problem": str(error)}))
        return 4
    different = []
    if log is not None:
        with open(log, encoding="utf-8") as lines:
            different = list(differences(reader.known, lines))
    for difference in different:
        print(json.dumps({"type": "difference", "problem": difference}, sort_keys=True))
    print(json.dumps({"type": "summary", "complete": True, "events": len(reader.known),
                      "bad": len(reader.problems), "problems": sorted(set(reader.problems)),
                      "differences": len(different)}, sort_keys=True))
    return 1 if reader.problems or different else 0


def read_pairs(folder):
    """Reads every bundle of a folder with its log; answers the worst exit code."""
    bundles = sorted(pathlib.Path(folder).glob("*.cborseq"))
    worst = 0 if bundles else 4
    for bundle in bundles:
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            code = read_file(bundle, bundle.with_suffix(".ndjson"), quiet=True)
        if code:
            print(f"{bundle.name}:\n{told.getvalue()}", end="")
        worst = max(worst, code)
    print(f"{len(bundles)} bundles: {'the same on every event' if worst == 0 else 'see above'}")
    return worst


def main(arguments):
    """Runs the program; answers the exit code."""
    quiet = "--quiet" in arguments
    arguments = [argument for argument in arguments if argument != "--quiet"]
    match arguments:
        case ["--selftest", *bundle] if len(bundle) < 2:
            import selftest
            return selftest.run(*bundle)
        case ["--pairs", folder]:
            return read_pairs(folder)
        case [bundle]:
            return read_file(bundle, None, quiet)
        case [bundle, "--events", log]:
            return read_file(bundle, log, quiet)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
