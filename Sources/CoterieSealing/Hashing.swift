internal import CSodium
public import CoterieWire

/// BLAKE2b-256 (RFC 7693) in libsodium, always personalised by a domain.
public enum Hashing {
  /// The hash of a whole byte array.
  ///
  /// O(bytes): 0.14 µs for each 128 bytes or part of them; takes no memory.
  public static func digest(of bytes: [UInt8], domain: Domain, key: Digest? = nil) -> Digest {
    digest(of: bytes.span, domain: domain, key: key)
  }

  /// The hash of bytes that stay where they are.
  package static func digest(
    of bytes: Span<UInt8>,
    domain: Domain,
    key: Digest? = nil
  ) -> Digest {
    Sodium.require()
    var keyBytes = InlineArray<32, UInt8>(repeating: 0)
    if let key {
      for place in 0..<Digest.byteCount { keyBytes[place] = key.byte(at: place) }
    }
    let keyCount = key == nil ? 0 : Digest.byteCount
    return unsafe Digest(unless: "BLAKE2b refused lengths that are always allowed") { output in
      unsafe bytes.withAddress { input in
        unsafe keyBytes.span.withAddress { key in
          unsafe domain.personal.span.withAddress { personal in
            unsafe crypto_generichash_blake2b_salt_personal(
              output,
              Digest.byteCount,
              input,
              UInt64(bytes.count),
              key,
              keyCount,
              nil,
              personal
            )
          }
        }
      }
    }
  }
}

extension Hashing {
  /// SHA-256 (FIPS 180-4) in libsodium: only where another standard asks for it.
  public static func sha256(of bytes: [UInt8]) -> Digest {
    Sodium.require()
    return unsafe Digest(unless: "SHA-256 refuses nothing") { output in
      unsafe bytes.withAddress { input in
        unsafe crypto_hash_sha256(output, input, UInt64(bytes.count))
      }
    }
  }
}

extension Digest {
  /// The digest that libsodium writes, into the stack; stops with `complaint` if it refuses.
  fileprivate init(
    unless complaint: StaticString,
    written write: (UnsafeMutablePointer<UInt8>) -> Int32
  ) {
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    var writing = bytes.mutableSpan
    let status = unsafe writing.withMutableAddress { unsafe write($0) }
    precondition(status == 0, "\(complaint)")
    self.init(in: bytes.span, at: 0)
  }
}

/// A hash that is fed piece by piece, and can be asked for its value at any point.
@safe public struct HashStream: ~Copyable {
  // Owned by this value from init to deinit; libsodium asks for 64-byte alignment.
  private let memory: UnsafeMutableRawPointer
  private var state: OpaquePointer { unsafe OpaquePointer(memory) }

  /// Starts an empty hash.
  public init(domain: Domain) {
    Sodium.require()
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: crypto_generichash_blake2b_statebytes(),
      alignment: 64
    )
    unsafe self.memory = unsafe memory
    let status = unsafe domain.personal.span.withAddress { personal in
      unsafe crypto_generichash_blake2b_init_salt_personal(
        OpaquePointer(memory),
        nil,
        0,
        32,
        nil,
        personal
      )
    }
    precondition(status == 0, "BLAKE2b refused a start that is always allowed")
  }

  deinit {
    unsafe memory.deallocate()
  }

  /// Adds bytes to what is hashed.
  public mutating func update(_ bytes: [UInt8]) {
    let status = unsafe bytes.withAddress { input in
      unsafe crypto_generichash_blake2b_update(state, input, UInt64(bytes.count))
    }
    precondition(status == 0, "BLAKE2b refused more input")
  }

  /// The hash of everything added so far; more can be added afterwards.
  public func value() -> Digest {
    let size = crypto_generichash_blake2b_statebytes()
    let copy = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    defer { unsafe copy.deallocate() }
    unsafe copy.copyMemory(from: memory, byteCount: size)
    return unsafe Digest(unless: "BLAKE2b refused to finish") { output in
      unsafe crypto_generichash_blake2b_final(OpaquePointer(copy), output, Digest.byteCount)
    }
  }
}
