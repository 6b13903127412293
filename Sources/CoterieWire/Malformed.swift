/// What is wrong with bytes that were to be an event or a bundle, and at which byte.
///
/// Decoding is strict: whatever an encoder of this project would not have written is malformed.
public struct Malformed: Error, Equatable, Sendable {
  /// What was found wrong.
  public enum Problem: Equatable, Sendable {
    /// The bytes end inside an item.
    case truncated
    /// Bytes follow the last item.
    case trailingBytes
    /// An integer or a length is not written in its shortest form.
    case notShortest
    /// An indefinite length or a stray break.
    case indefiniteLength
    /// A floating-point number, a tag, or a simple value that the format does not use.
    case unsupportedItem
    /// Another type of item stands where this one must.
    case wrongType(expected: ItemType)
    /// A length is over its limit.
    case overLimit(length: UInt64, limit: Int)
    /// Text is not UTF-8.
    case invalidText
    /// Arrays and maps are nested deeper than the limit.
    case nestedTooDeep
    /// Keys of a map are not in ascending order, or one stands twice.
    case unsortedKeys
    /// A key of a map that its schema does not have, or one that stands out of order.
    case unexpectedKey
    /// A key that must be there is not.
    case missingKey(String)
    /// A value is outside what its field allows.
    case invalidValue(field: String)
    /// The bytes are not a COSE_Sign1 message with exactly the headers of an event.
    case notAnEnvelope
    /// The format number is newer than this program.
    case unsupportedFormat(UInt64)
    /// The rules version is newer than this program.
    case unsupportedRules(UInt64)
    /// Parents are not ascending and distinct, or none where some must be.
    case invalidParents
    /// A key is not a canonical point of the prime-order subgroup.
    case invalidKey
    /// The signature does not belong to these bytes and this author.
    case wrongSignature
    /// The event belongs to another group.
    case wrongGroup
    /// Sequence and previous event do not fit each other or the author's chain.
    case brokenChain
    /// Content does not match the commitment that was signed.
    case wrongContent
    /// A bundle's end item does not match what was read.
    case wrongEnd
    /// Parents or the previous event do not stand before an event, where all must.
    case notAfterItsParents
    /// An event stands twice where each stands once.
    case repeated
  }

  /// The types of item that the format uses.
  public enum ItemType: String, Sendable {
    case unsigned = "unsigned integer"
    case bytes = "byte string"
    case text = "text"
    case array
    case map
    case bool = "true or false"
    case null
    case digest = "byte string of 32"
  }

  /// What was found wrong.
  public var problem: Problem
  /// The byte at which it was found, counted from 0 in the item being read.
  public var offset: Int

  /// Names a problem at a byte.
  @inlinable
  public init(_ problem: Problem, at offset: Int) {
    self.problem = problem
    self.offset = offset
  }

  /// The same fault, `base` bytes further on: for an item inside a file.
  public func shifted(by base: Int) -> Malformed {
    Malformed(problem, at: offset + base)
  }

  /// The stable code of this fault: `malformed`, `unsupported-format` or `unsupported-rules`.
  public var code: String {
    switch problem {
    case .unsupportedFormat: "unsupported-format"
    case .unsupportedRules: "unsupported-rules"
    default: "malformed"
    }
  }
}

extension Malformed: CustomStringConvertible {
  /// One sentence for people: what, and at which byte.
  public var description: String {
    "\(problem) at byte \(offset)"
  }
}

extension Malformed.Problem: CustomStringConvertible {
  /// What was found wrong, in words.
  public var description: String {
    switch self {
    case .truncated: "the bytes end inside an item"
    case .trailingBytes: "bytes follow the end"
    case .notShortest: "an integer or length is not in its shortest form"
    case .indefiniteLength: "an indefinite length"
    case .unsupportedItem: "a float, tag or simple value that the format does not use"
    case .wrongType(let expected): "another type where a value of type \(expected.rawValue) must be"
    case .overLimit(let length, let limit): "length \(length) is over the limit of \(limit)"
    case .invalidText: "text that is not UTF-8"
    case .nestedTooDeep: "nesting deeper than \(Limits.nestingMax)"
    case .unsortedKeys: "map keys out of order or repeated"
    case .unexpectedKey: "a key that does not belong there or stands out of order"
    case .missingKey(let name): "the key \(name) is missing"
    case .invalidValue(let field): "a value that \(field) does not allow"
    case .notAnEnvelope: "not a COSE_Sign1 message with the headers of an event"
    case .unsupportedFormat(let found): "format \(found) is newer than this program knows"
    case .unsupportedRules(let found): "rules version \(found) is not known to this program"
    case .invalidParents: "parents not ascending and distinct, or too few or too many"
    case .invalidKey: "a public key that is not a point of the prime-order subgroup"
    case .wrongSignature: "the signature is wrong"
    case .wrongGroup: "the event belongs to another group"
    case .brokenChain: "sequence and previous event do not fit the author's chain"
    case .wrongContent: "content that does not match its commitment"
    case .wrongEnd: "the end item does not match what was read"
    case .notAfterItsParents: "the parents or the previous event are not there before it"
    case .repeated: "the event stands there twice"
    }
  }
}
