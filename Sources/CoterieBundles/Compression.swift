internal import CZstd

/// Compresses bytes with Zstandard (RFC 8878), in frames that can each be read alone.
///
/// A frame holds about 1 MiB and a checksum, so a reader that wants one place of a long bundle
/// starts near it, and a cut file is good up to its last whole frame and further.
@safe public final class Compressor {
  private static let frameBytes = 1 << 20

  /// Nil where there was no memory for it.
  private let context: OpaquePointer?
  private var pending: [UInt8] = []

  /// Starts with nothing to write.
  public init() {
    unsafe context = ZSTD_createCCtx()
    if let context = unsafe context {
      unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    }
  }

  deinit {
    unsafe ZSTD_freeCCtx(context)
  }

  /// Takes bytes in, and answers those of a frame if one is full; nil if there is no memory for it.
  public func add(_ bytes: [UInt8]) -> [UInt8]? {
    pending += bytes
    return pending.count < Self.frameBytes ? [] : finish()
  }

  /// The bytes of the last frame, none if there is nothing left; nil if there is no memory for it.
  public func finish() -> [UInt8]? {
    if pending.isEmpty { return [] }
    guard let context = unsafe context else { return nil }
    let (room, pending) = (ZSTD_compressBound(pending.count), pending)
    self.pending.removeAll(keepingCapacity: true)
    var isError = false
    let bytes = [UInt8](capacity: room) { output in
      unsafe output.withUnsafeMutableBufferPointer { buffer, count in
        let written = unsafe pending.withUnsafeBytes { input in
          unsafe ZSTD_compress2(
            context,
            buffer.baseAddress,
            buffer.count,
            input.baseAddress,
            input.count
          )
        }
        // With room for the worst case nothing but memory can be lacking.
        isError = ZSTD_isError(written) != 0
        count = isError ? 0 : written
      }
    }
    return isError ? nil : bytes
  }
}

/// Reads frames of Zstandard (RFC 8878) one behind the other, in bounded memory.
///
/// A frame that wants to look back further than 8 MiB is refused: none that `zstd` writes at its
/// levels up to 19 does.
@safe public final class Decompressor {
  /// Where a frame starts.
  public struct Frame: Equatable, Sendable {
    /// Its first byte in what is read.
    public var packed: UInt64
    /// Its first byte in what comes out.
    public var unpacked: UInt64

    /// Takes both places.
    public init(packed: UInt64, unpacked: UInt64) {
      self.packed = packed
      self.unpacked = unpacked
    }
  }

  /// The first bytes of every frame; no bundle starts with them.
  public static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

  private static let pieceBytes = 1 << 17
  private static let windowLogMax: Int32 = 23

  /// Nil where there was no memory for it.
  private let context: OpaquePointer?
  private let fill: (Int) throws(BundleFault) -> [UInt8]
  private var input: [UInt8] = []
  private var start = 0
  private var place: Frame
  private var isInside = false
  private var fault: BundleFault?
  /// The frame that the bytes last handed out come from.
  public private(set) var frame: Frame

  /// Reads from `fill`, which answers up to so many bytes, and none at the end; `place` is where
  /// the first of them stands, which is the first of a frame.
  public init(
    at place: Frame = Frame(packed: 0, unpacked: 0),
    fill: @escaping (Int) throws(BundleFault) -> [UInt8]
  ) {
    unsafe context = ZSTD_createDCtx()
    if let context = unsafe context {
      unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLogMax)
    }
    self.place = place
    frame = place
    self.fill = fill
  }

  deinit {
    unsafe ZSTD_freeDCtx(context)
  }

  /// The next bytes that come out, at most 128 KiB; none at the end.
  ///
  /// - Throws: `BundleFault` if the bytes cannot be read, are no frames, or end within one; each
  ///   time from then on.
  public func next() throws(BundleFault) -> [UInt8] {
    if let fault { throw fault }
    do throws(BundleFault) {
      return try read()
    } catch {
      fault = error
      throw error
    }
  }

  private func read() throws(BundleFault) -> [UInt8] {
    while true {
      if start == input.count {
        (input, start) = (try fill(Self.pieceBytes), 0)
        if input.isEmpty {
          if isInside { throw BundleFault(.cut, offset: place.unpacked, wholeItems: 0) }
          return []
        }
      }
      if !isInside {
        frame = place
        isInside = true
      }
      let bytes = try step()
      if !bytes.isEmpty { return bytes }
    }
  }

  private func step() throws(BundleFault) -> [UInt8] {
    guard let context = unsafe context else { throw damage("there is no memory for it") }
    var (read, result) = (0, 0)
    let (input, start) = (input, start)
    let bytes = [UInt8](capacity: Self.pieceBytes) { output in
      unsafe output.withUnsafeMutableBufferPointer { buffer, count in
        unsafe input.withUnsafeBytes { bytes in
          var source = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: start)
          var target = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
          result = unsafe ZSTD_decompressStream(context, &target, &source)
          read = unsafe source.pos - start
          count = unsafe target.pos
        }
      }
    }
    if ZSTD_isError(result) != 0 {
      throw damage(unsafe String(cString: ZSTD_getErrorName(result)))
    }
    self.start += read
    place.packed += UInt64(read)
    place.unpacked += UInt64(bytes.count)
    if result == 0 { isInside = false }
    return bytes
  }

  private func damage(_ reason: String) -> BundleFault {
    let cause = BundleFault.Cause.compression(reason, at: place.packed)
    return BundleFault(cause, offset: place.unpacked, wholeItems: 0)
  }
}

extension BundleReader {
  /// Reads from `fill` as it is, or what comes out if it starts with a frame of Zstandard.
  public static func decompressing(
    _ fill: @escaping (Int) throws(BundleFault) -> [UInt8]
  ) -> BundleReader {
    var head: [UInt8]?
    var decompressor: Decompressor?
    return BundleReader { (count) throws(BundleFault) in
      if head == nil {
        let first = try first(Decompressor.magic.count, from: fill)
        head = first
        if first.starts(with: Decompressor.magic) {
          decompressor = Decompressor { (count) throws(BundleFault) in
            try next(count, behind: &head, from: fill)
          }
        }
      }
      if let decompressor { return try decompressor.next() }
      return try next(count, behind: &head, from: fill)
    }
  }

  /// At least so many bytes, if there are as many.
  private static func first(
    _ least: Int,
    from fill: (Int) throws(BundleFault) -> [UInt8]
  ) throws(BundleFault) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < least {
      let more = try fill(1 << 17)
      if more.isEmpty { break }
      bytes += more
    }
    return bytes
  }

  /// What was read ahead, and then what comes behind it.
  private static func next(
    _ count: Int,
    behind head: inout [UInt8]?,
    from fill: (Int) throws(BundleFault) -> [UInt8]
  ) throws(BundleFault) -> [UInt8] {
    guard let first = head, !first.isEmpty else { return try fill(count) }
    head = []
    return first
  }
}
