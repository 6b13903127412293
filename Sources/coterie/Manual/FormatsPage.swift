import CoterieConsole
import CoterieEvents
import CoterieWire

/// `coterie-formats(5)`: events, bundles, stores and scenarios, byte by byte.
enum FormatsPage {
  static func page(date: String) -> ManualPage {
    var page = ManualPage(
      "coterie-formats",
      section: 5,
      summary: "events, bundles, stores and scenarios",
      date: date
    )
    page.section("DESCRIPTION")
    page.paragraph(
      """
      This page describes what coterie(1) reads and writes: the signed event, the bundle in which
      events travel, the store in which a member keeps them, and the scenario by which the rules
      are tested. Formats of events, rules, stores, bundles and scenarios have numbers of their
      own, all of them 1 in this version. A newer number is refused, never guessed at.
      """
    )
    page.paragraph(
      """
      CBOR is always deterministic (RFC 8949, section 4.2.1): the shortest form of every number,
      definite lengths, keys in the order of their bytes, none twice. What another encoder would
      have written is malformed and is reported with the offset of the byte. An id is a hash,
      a key an Ed25519 public key, both of 32 bytes. They are shown as hexadecimal digits, and any
      unique start of them may be given.
      """
    )
    events(&page)
    bodies(&page)
    bundles(&page)
    StorePart.write(to: &page)
    ScenarioPart.write(to: &page)
    page.seeAlso([("coterie", 1), ("coterie-fixture-run", 1), ("coterie-rules", 7)])
    page.section("STANDARDS")
    page.paragraph(
      """
      RFC 8949 (CBOR), RFC 8742 (CBOR sequences), RFC 9052 (COSE), RFC 8032 (Ed25519),
      RFC 7693 (BLAKE2).
      """
    )
    return page
  }

  // MARK: Events

  private static func events(_ page: inout ManualPage) {
    page.section("EVENTS")
    page.paragraph(
      """
      An event is a COSE_Sign1 message with tag 18: an array of the protected header, which is the
      map {1: -8} for EdDSA, an empty unprotected header, the payload, and a signature of 64 bytes.
      The external data of the signature is the text coterie.event.v1. The whole has at most
      \(Limits.envelopeBytesMax) bytes.
      """
    )
    page.paragraph("The payload is a map with these keys:")
    page.table([
      ["0", "format", "the number 1"],
      ["1", "group", "id of the founding event; absent there"],
      ["2", "author", "the author's key"],
      ["3", "sequence", "0, 1, 2 and so on, for each author"],
      ["4", "previous", "id of the author's last event; absent at 0"],
      ["5", "parents", "array of ids, ascending, 1 to \(Limits.parentsMax)"],
      ["6", "time", "milliseconds since 1970, as claimed"],
      ["7", "kind", "what is done, as text"],
      ["8", "body", "map with text keys, by kind"],
    ])
    page.paragraph(
      """
      The id of an event is BLAKE2b-256 of the payload, personalised with the text coterie.event.
      The signature is no part of it. The parents are the newest events that the author had seen;
      only the founding event has none. Because previous hashes the author's whole earlier chain,
      one signature vouches for every event before it. Two events of one author with the same
      sequence number are a fork.
      """
    )
    page.paragraph(
      """
      Nothing that someone might want to erase stands in an event. Where a body has a content,
      it is a map of its size and its commitment: BLAKE2b-256 of the bytes, keyed with a random
      secret of 32 bytes and personalised with coterie.content. Secret and bytes travel beside the
      event and are erased together; the event verifies without them. A content has at most
      \(Limits.contentBytesMax) bytes, a name \(Limits.nameBytesMax).
      """
    )
  }

  private static func bodies(_ page: inout ManualPage) {
    page.section("BODIES")
    page.paragraph(
      """
      The fields of the body by kind; those in brackets may be absent. Who may do what is in
      coterie-rules(7).
      """
    )
    page.terms(
      Kind.known.map { (ManualPage.argument($0.name), body(of: $0)) },
      width: "group.preference"
    )
    page.paragraph(
      """
      A role is its name; a lifetime is in seconds. The name of a person is a content, that of a
      group is text. A seal is an X25519 key to which others seal what they send its owner.
      An invitee and a member are keys; a message, an invite and a link are the ids of the events
      that made them, save that link.create has the link's public key. The proof of a join is the
      signature of the link's key on the text coterie.join, the group's id and the author's key.
      The exact form is in the file event.cddl beside the fixtures of the project.
      """
    )
  }

  private static func body(of kind: Kind) -> String {
    switch kind {
    case .groupFound: "name, template, preferences, rules, nonce, seal, [from]"
    case .groupProfile: "name, [description]"
    case .groupPreference: "key, value"
    case .groupWelcome: "text"
    case .inviteCreate: "invitee, role"
    case .inviteWithdraw, .inviteDecline: "invite"
    case .inviteAccept: "invite, seal, [name]"
    case .linkCreate: "link, role, [uses]"
    case .linkRole: "link, role"
    case .linkClose: "link"
    case .linkJoin: "link, proof, seal, [name]"
    case .memberRole: "member, role"
    case .memberRemove: "member, erase"
    case .memberResign: "role"
    case .memberProfile: "name"
    case .memberSeal: "seal"
    case .memberBlock, .memberUnblock: "member"
    case .messagePost: "type, content, [reply], [forwarded], [lifetime]"
    case .messageEdit, .messageReport: "message, content"
    case .messageDelete: "message"
    case .messageReact: "message, emoji, on"
    case .groupDissolve, .memberLeave, .historyClear, .unknown: "nothing"
    }
  }

  // MARK: Bundles

  private static func bundles(_ page: inout ManualPage) {
    page.section("BUNDLES")
    page.paragraph(
      """
      A bundle is a file named .cborseq: a sequence of CBOR items, one after the other, without
      anything around them. It can be written and read as a stream, and bundles can be joined end
      to end.
      """
    )
    page.terms(
      [
        (
          "header",
          """
          A map of format (1), groups (their ids, ascending, at most \(Limits.bundleGroupsMax)),
          rules (1) and count, the number of events that follow.
          """
        ),
        (
          "entry",
          """
          An array of three: the event as a byte string, then the secret and the bytes of its
          content, each null where it is left out. Parents come before what builds on them.
          """
        ),
        (
          "end",
          """
          A map of count and digest: BLAKE2b-256 over the ids in their order, personalised with
          coterie.bundle. Where it is missing, the bundle was cut.
          """
        ),
      ],
      width: "header"
    )
    page.paragraph(
      """
      A cut or damaged bundle is read up to the damage; the program says how many whole items that
      were. A redacted bundle, without secrets and contents, verifies like a full one. A bundle that
      starts with a frame of Zstandard (RFC 8878) is compressed: frames one behind the other, none
      of which looks back further than 8 MiB; places in it are those of what comes out.
      """
    )
  }
}
