internal import CSodium

/// The one door to libsodium: starts the library once and checks that it is fit.
enum Sodium {
  /// Starts libsodium on first use; every wrapper of this floor asks for it.
  static let isReady: Bool = {
    guard sodium_init() >= 0 else { return false }
    return sodium_library_minimal() == 0
  }()

  /// Stops the program with a sentence if the library could not be started.
  static func require() {
    precondition(isReady, "libsodium could not be started, or its minimal build is installed")
  }
}

extension Array where Element == UInt8 {
  /// Lends the address of these bytes; an empty array lends an address that is not to be read.
  func withAddress<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    unsafe span.withAddress(body)
  }

  /// Lends the address of these bytes for writing; the array must not be empty.
  mutating func withMutableAddress<Result>(
    _ body: (UnsafeMutablePointer<UInt8>) -> Result
  ) -> Result {
    unsafe withUnsafeMutableBufferPointer { buffer in
      guard let address = buffer.baseAddress else {
        preconditionFailure("an empty array has no address to write to")
      }
      return unsafe body(address)
    }
  }
}

extension Span where Element == UInt8 {
  /// Lends the address of these bytes; an empty span lends an address that is not to be read.
  func withAddress<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    unsafe withUnsafeBufferPointer { buffer in
      if let address = buffer.baseAddress { return unsafe body(address) }
      var nothing: UInt8 = 0
      return unsafe withUnsafePointer(to: &nothing) { unsafe body($0) }
    }
  }
}

extension MutableSpan where Element == UInt8 {
  /// Lends the address of these bytes for writing; the span must not be empty.
  mutating func withMutableAddress<Result>(
    _ body: (UnsafeMutablePointer<UInt8>) -> Result
  ) -> Result {
    unsafe withUnsafeMutableBufferPointer { buffer in
      guard let address = buffer.baseAddress else {
        preconditionFailure("an empty span has no address to write to")
      }
      return unsafe body(address)
    }
  }
}
