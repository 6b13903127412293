internal import CSodium
internal import CoterieWire

/// One direction of a channel: messages that cannot be read, changed, dropped, doubled or put into
/// another order unseen (libsodium's secretstream over XChaCha20-Poly1305).
@safe public struct CipherStream: ~Copyable {
  /// Bytes that start a stream, sent in clear.
  public static let headerBytes = 24
  /// Bytes that each message grows by.
  public static let overhead = 17

  // Owned by this value from init to deinit, and wiped there.
  private let state: UnsafeMutablePointer<crypto_secretstream_xchacha20poly1305_state>

  /// The bytes that the other end needs to receive this stream; empty at the receiving end.
  public let header: [UInt8]

  /// Starts to send under a key that no other stream uses.
  public init(sendingWith key: borrowing SecretBytes) {
    Sodium.require()
    unsafe state = UnsafeMutablePointer.allocate(capacity: 1)
    unsafe state.initialize(to: crypto_secretstream_xchacha20poly1305_state())
    var header = [UInt8](repeating: 0, count: Self.headerBytes)
    let pointer = unsafe state
    let status = unsafe header.withMutableAddress { header in
      unsafe key.withBytes { key in
        unsafe crypto_secretstream_xchacha20poly1305_init_push(pointer, header, key)
      }
    }
    precondition(status == 0, "a stream could not be started")
    self.header = header
  }

  /// Starts to receive under the key and the 24-byte header of the other end.
  public init(receivingWith key: borrowing SecretBytes, header: [UInt8]) {
    Sodium.require()
    precondition(header.count == Self.headerBytes, "a header has 24 bytes")
    unsafe state = UnsafeMutablePointer.allocate(capacity: 1)
    unsafe state.initialize(to: crypto_secretstream_xchacha20poly1305_state())
    let pointer = unsafe state
    let status = unsafe header.withAddress { header in
      unsafe key.withBytes { key in
        unsafe crypto_secretstream_xchacha20poly1305_init_pull(pointer, header, key)
      }
    }
    precondition(status == 0, "a stream could not be started")
    self.header = []
  }

  deinit {
    unsafe sodium_memzero(state, crypto_secretstream_xchacha20poly1305_statebytes())
    unsafe state.deallocate()
  }

  /// The next message, sealed.
  public mutating func seal(_ plain: [UInt8]) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: plain.count + Self.overhead)
    let status = unsafe output.withMutableAddress { output in
      unsafe plain.withAddress { input in
        unsafe crypto_secretstream_xchacha20poly1305_push(
          state,
          output,
          nil,
          input,
          UInt64(plain.count),
          nil,
          0,
          0
        )
      }
    }
    precondition(status == 0, "a message could not be sealed")
    return output
  }

  /// The next message, opened; nil if it is not the one that follows, or was changed.
  public mutating func open(_ sealed: [UInt8]) -> [UInt8]? {
    guard sealed.count >= Self.overhead else { return nil }
    var plain = [UInt8](repeating: 0, count: sealed.count - Self.overhead + 1)
    let status = unsafe plain.withMutableAddress { output in
      unsafe sealed.withAddress { input in
        unsafe crypto_secretstream_xchacha20poly1305_pull(
          state,
          output,
          nil,
          nil,
          input,
          UInt64(sealed.count),
          nil,
          0
        )
      }
    }
    guard status == 0 else { return nil }
    plain.removeLast()
    return plain
  }
}
