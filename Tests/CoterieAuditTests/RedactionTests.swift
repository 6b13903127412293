import CoterieAudit
import CoterieBundles
import CoterieEvents
import CoterieJudgement
import CoterieSealing
import CoterieWire
import Foundation
import ScopeKit
import Testing

private let key = SigningKey(
  seed: Hashing.digest(of: Array("coterie.fixture/ann".utf8), domain: .plain)
)

/// A founder's log with messages, as a bundle with or without their contents.
private func bundle(redacted: Bool, count: Int = 4, damage: Int? = nil) -> [UInt8] {
  var previous = Cast.founding(by: key.publicKey)
  let founding = Draft(
    group: nil,
    author: key.publicKey,
    sequence: 0,
    previous: nil,
    parents: Parents([]),
    time: 0,
    action: previous.action
  )
  var writer = BundleWriter()
  let header = BundleHeader(groups: [previous.id], count: UInt64(count + 1))
  var bytes = writer.header(header)
  bytes += writer.entry(BundleEntry(envelope: founding.sealed(with: key)), id: previous.id)
  for place in 0..<count {
    let content = Array("message \(place)".utf8)
    let secret = Hashing.digest(of: content, domain: .plain)
    let draft = Draft(
      group: founding.id,
      author: key.publicKey,
      sequence: UInt64(place + 1),
      previous: previous.id,
      parents: Parents([previous.id]),
      time: 0,
      action: .messagePost(Post(type: .text, content: Commitment(to: content, secret: secret)))
    )
    var envelope = draft.sealed(with: key)
    if place == damage { envelope[envelope.count - 1] ^= 1 }
    let entry = BundleEntry(
      envelope: envelope,
      secret: redacted ? nil : secret,
      content: redacted ? nil : content
    )
    bytes += writer.entry(entry, id: draft.id)
    previous = draft.event
  }
  return bytes + writer.end()
}

/// Reads a bundle from a file, as the program does.
private func read(
  _ bytes: [UInt8],
  _ signatures: SignatureMode = .chain
) throws -> GroupComparison {
  let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).cborseq").path
  try Data(bytes).write(to: URL(filePath: path))
  defer { try? FileManager.default.removeItem(atPath: path) }
  let source = try BundleSource(path: path, name: "x")
  return GroupComparison(try LogReading(signatures: signatures).read(source).logs)
}

@Suite struct `Erased content` {
  @Test func `changes no verdict and no digest (G8)`() throws {
    let full = try read(bundle(redacted: false)).members[0]
    let redacted = try read(bundle(redacted: true)).members[0]
    #expect(full.digest == redacted.digest)
    #expect(full.counts == redacted.counts)
    #expect(full.counts == [.effective: 5])
  }
}

@Suite struct `A wrong signature` {
  @Test func `at the end of a chain keeps that event out`() throws {
    for mode in SignatureMode.allCases {
      let comparison = try read(bundle(redacted: true, damage: 3), mode)
      #expect(comparison.members[0].counts == [.effective: 4, .malformed: 1])
      #expect(comparison.members[0].bad.map(\.fault.problem) == [.wrongSignature])
      #expect(comparison.findings.map(\.code) == ["malformed"])
    }
  }

  @Test func `below a good one leaves the event authentic, and only a full check sees it`() throws {
    let chain = try read(bundle(redacted: true, damage: 1))
    #expect(chain.findings.isEmpty)
    let every = try read(bundle(redacted: true, damage: 1), .every)
    #expect(every.members[0].counts == [.effective: 5])
    #expect(every.members[0].digest == chain.members[0].digest)
    #expect(every.findings.map(\.code) == ["wrong-signature"])
  }
}

@Suite struct `A bundle that claims more events than it has` {
  @Test func `takes memory for what its file can hold, and no more`() throws {
    let whole = bundle(redacted: true)
    let group = try Event.decode(founding().span).event.id
    for count in [1 << 40, 1 << 62, UInt64.max] {
      let header = BundleWriter().header(BundleHeader(groups: [group], count: count))
      let path = FileManager.default.temporaryDirectory.appending(path: "claim-\(UUID())").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      let cut = whole.dropFirst(
        BundleWriter().header(BundleHeader(groups: [group], count: 5)).count
      )
      let bytes = header + cut
      #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes + bytes)))
      let source = try BundleSource(path: path, name: "claim")
      let (logs, fault) = try LogReading(isLenient: true).read(source)
      #expect(logs.map(\.eventCount) == [5])
      #expect(fault != nil)
      #expect(source.eventCount <= bytes.count * 2 / 160)
    }
  }

  private func founding() -> [UInt8] {
    let event = Cast.founding(by: key.publicKey)
    let draft = Draft(
      group: nil,
      author: key.publicKey,
      sequence: 0,
      previous: nil,
      parents: Parents([]),
      time: 0,
      action: event.action
    )
    return draft.sealed(with: key)
  }
}
