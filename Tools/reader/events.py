"""Reads one event with other libraries than the program's: its bytes, its form, its signature."""

import hashlib
import io
import pathlib

import cbor2
import nacl.bindings
import nacl.exceptions
import nacl.signing
import pycddl
from pycose.messages import Sign1Message

EXTERNAL = b"coterie.event.v1"
PROTECTED = bytes.fromhex("a10127")  # { 1: -8 }: EdDSA
ENVELOPE_BYTES_MAX = 64 * 1024
CONTENT_BYTES_MAX = 1024 * 1024
NAME_BYTES_MAX = 128
NESTING_MAX = 8
PARENTS_MAX = 64
KEYS = {0: "format", 1: "group", 2: "author", 3: "sequence", 4: "previous", 5: "parents",
        6: "time", 7: "kind", 8: "body"}
CDDL = (pathlib.Path(__file__).resolve().parents[2] / "Fixtures" / "event.cddl").read_text("utf-8")
# A known defect of pycddl: it lets every map pass for the empty one, so these are checked by hand.
EMPTY = {"group.dissolve", "member.leave", "history.clear"}
KINDS = EMPTY | {
    "group.found", "group.profile", "group.preference", "group.welcome", "invite.create",
    "invite.withdraw", "invite.accept", "invite.decline", "link.create", "link.role",
    "link.close", "link.join", "member.role", "member.remove", "member.resign", "member.profile",
    "member.seal", "member.block", "member.unblock", "message.post", "message.edit",
    "message.delete", "message.react", "message.report"}


class Bad(Exception):
    """What is wrong with an item."""


def require(condition, problem):
    """Refuses an item unless the condition holds."""
    if not condition:
        raise Bad(problem)


def blake(data, person, key=b""):
    """BLAKE2b-256, personalised."""
    return hashlib.blake2b(data, digest_size=32, person=person.ljust(16, b"\0"), key=key).digest()


def canonical(value):
    """The one encoding of a value; keys of one type sort alike by RFC 7049 and by RFC 8949."""
    return cbor2.dumps(value, canonical=True)


def schema(rule):
    """The form named by a rule of event.cddl, as something to hold bytes against."""
    return pycddl.Schema(f"start = {rule}\n{CDDL}")


def fits(form, data):
    """Whether bytes fit a form; where the tool breaks down over bytes, they do not."""
    try:
        form.validate_cbor(data)
    except pycddl.ValidationError:
        return False
    except BaseException as error:  # the tool's own panics are no Exception
        if type(error).__name__ != "PanicException":
            raise
        return False
    return True


PAYLOAD = schema("payload")


def decoded(data, what):
    """The one value that the bytes hold, if they are its one encoding."""
    stream = io.BytesIO(data)
    try:
        value = cbor2.CBORDecoder(stream).decode()
        again = canonical(value)
    except Exception as error:
        raise Bad(f"{what} is not CBOR") from error
    require(stream.tell() == len(data), f"bytes behind {what}")
    require(again == data, f"{what} is not deterministic CBOR")
    return value


def structure(payload):
    """What is signed, built by hand: RFC 9052, section 4.4."""
    return canonical(["Signature1", PROTECTED, EXTERNAL, payload])


def frame(envelope):
    """The payload, the signature and the id of an envelope: the COSE_Sign1 frame alone."""
    require(len(envelope) <= ENVELOPE_BYTES_MAX, "the envelope is over 64 KiB")
    tagged = decoded(envelope, "the envelope")
    require(isinstance(tagged, cbor2.CBORTag) and tagged.tag == 18, "not tag 18")
    require(isinstance(tagged.value, list) and len(tagged.value) == 4, "not four parts")
    protected, unprotected, payload, signature = tagged.value
    require(protected == PROTECTED, "another protected header")
    require(isinstance(unprotected, dict) and not unprotected, "an unprotected header")
    require(isinstance(payload, bytes), "the payload is no byte string")
    require(isinstance(signature, bytes) and len(signature) == 64, "no signature of 64 bytes")
    return payload, signature, blake(payload, b"coterie.event")


def fields_of(payload):
    """The fields of a payload: its form, its limits, its keys."""
    fields = decoded(payload, "the payload")
    check_fields(fields)
    if fields[7] in KINDS:
        require(fields[7] not in EMPTY or not fields[8], "a body that must be empty is not")
        require(fits(PAYLOAD, payload), "the payload does not fit the CDDL")
        check_keys(fields)
    return fields


def check_signature(envelope, author, payload, signature):
    """pycose frames what is signed, libsodium verifies it."""
    message = Sign1Message.decode(envelope)
    message.external_aad = EXTERNAL
    signed = message._create_sig_structure()
    require(signed == structure(payload), "pycose builds another Sig_structure")
    try:
        nacl.signing.VerifyKey(author).verify(signed, signature)
    except (nacl.exceptions.BadSignatureError, ValueError) as error:
        raise Bad("wrong signature") from error


def check_fields(fields):
    """The envelope's own fields, limits and order: what CDDL cannot say."""
    require(isinstance(fields, dict) and set(fields) <= set(KEYS), "unknown keys")
    require(fields.get(0) == 1, "another format")
    for key in (2, 3, 5, 6, 7, 8):
        require(key in fields, f"{KEYS[key]} is missing")
    for key in (1, 2, 4):
        require(key not in fields or is_digest(fields[key]), f"{KEYS[key]} has not 32 bytes")
    for key in (3, 6):
        require(type(fields[key]) is int and 0 <= fields[key] < 1 << 64, f"{KEYS[key]}")
    parents = fields[5]
    require(isinstance(parents, list), "parents")
    require(len(parents) <= PARENTS_MAX, "more than 64 parents")
    require(all(is_digest(parent) for parent in parents), "a parent has not 32 bytes")
    require(parents == sorted(set(parents)), "parents are not ascending and distinct")
    require(isinstance(fields[7], str), "kind")
    require(len(fields[7].encode()) <= NAME_BYTES_MAX, "a kind of more than 128 bytes")
    founds = fields[7] == "group.found"
    require(founds == (1 not in fields), "the group is absent in the founding event only")
    require(founds == (not parents), "the founding event alone has no parents")
    require((fields[3] == 0) == (4 not in fields), "previous is absent at sequence 0 only")
    require(isinstance(fields[8], dict) and all(isinstance(key, str) for key in fields[8]), "body")
    require(nesting(fields) <= NESTING_MAX, "nested deeper than 8")


def check_keys(fields):
    """Whoever is admitted has a key in the prime-order subgroup."""
    body = fields[8]
    admitted = {"group.found": fields[2], "link.join": fields[2],
                "invite.create": body.get("invitee"), "link.create": body.get("link")}
    admitted = admitted.get(fields[7])
    if admitted is not None:
        require(nacl.bindings.crypto_core_ed25519_is_valid_point(admitted), "not a valid key")


def is_digest(value):
    """Whether it is a byte string of 32."""
    return isinstance(value, bytes) and len(value) == 32


def nesting(value):
    """Levels of arrays and maps."""
    if isinstance(value, dict):
        return 1 + max(map(nesting, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(nesting, value), default=0)
    return 0


def commitment(body):
    """The content commitment in a body; None if it has none."""
    return next((v for v in body.values() if isinstance(v, dict) and "commitment" in v), None)
