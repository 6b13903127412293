import CoterieAudit
import CoterieLedger
import CoterieWire
import Glibc
import Synchronization

/// Stores that are not trusted.
package enum StoreTarget {
  private static let bytesMax = 1 << 19
  /// Inputs take turns: they share one file.
  private static let turn = Mutex(())
  private static let path = "/dev/shm/coterie-fuzz-\(getpid()).mdb"

  /// Reads all tables of a file that is written as `packed` writes it.
  static func store(_ bytes: [UInt8]) {
    turn.withLock { _ in
      guard write(unpacked(bytes)) else { return }
      defer { unsafe unlink(path) }
      _ = read(path)
    }
  }

  /// A bundle as a member's log; the first byte chooses how.
  static func bundle(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    turn.withLock { _ in
      guard write(Array(bytes.dropFirst())) else { return }
      defer { unsafe unlink(path) }
      guard let source = try? BundleSource(path: path, name: "bundle") else { return }
      audit(source, signatures: choice.isMultiple(of: 2) ? .every : .chain)
    }
  }

  /// Reads a log to its end whatever is wrong with it, and makes its reports.
  private static func audit(_ source: some LogSource, signatures: SignatureMode) {
    let reading = LogReading(signatures: signatures, isLenient: true)
    guard let logs = try? reading.read(source).logs else { return }
    for log in logs {
      let summary = log.summary()
      precondition(summary.eventCount == log.eventCount, "a summary counts what is there")
      _ = log.stateJSON()
      _ = try? source.notedDigest(of: log.group)
    }
    for log in logs { _ = GroupComparison([log, log]) }
  }

  /// What reading a file came to.
  package struct Found {
    /// Entries that were handed over.
    package var entries = 0
    /// Tables, or whole files, that were refused.
    package var refusals = 0
  }

  /// Reads everything that a store's file shows, as salvaging and auditing do.
  package static func read(_ path: String) -> Found {
    var found = Found()
    let keyring = Keyring(path: "\(path).keyring")
    if let source = try? StoreSource(path: path, name: "store", keyring: keyring) {
      audit(source, signatures: .chain)
    }
    do throws(LedgerError) {
      let reader = try StoreReader(path)
      for table in Table.allCases {
        do throws(LedgerError) {
          _ = try reader.count(table)
          _ = try reader.value(table, Array("format".utf8))
          var last: [UInt8]?
          try reader.scan(table, prefix: [], from: nil) { key, value in
            let key = key.copy(of: 0..<key.count)
            if let last { precondition(last.lexicographicallyPrecedes(key), "keys ascend") }
            last = key
            found.entries += min(1, value.count)
            return true
          }
        } catch {
          found.refusals += 1
          precondition(!"\(error)".isEmpty, "a refusal says why")
        }
      }
      _ = try reader.groups()
    } catch {
      found.refusals += 1
      precondition(!"\(error)".isEmpty, "a refusal says why")
    }
    do throws(LedgerError) {
      _ = try StoreReader.entries(ofDamaged: path) { key, _ in found.entries += min(1, key.count) }
    } catch {
      precondition(!"\(error)".isEmpty, "a refusal says why")
    }
    return found
  }

  private static func write(_ bytes: [UInt8]) -> Bool {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return unsafe bytes.withUnsafeBytes { buffer in
      unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count) == buffer.count
    }
  }

  // MARK: Packing

  /// A file with its runs of zeros shortened: a zero byte, then how many times 8 zeros.
  package static func packed(_ file: [UInt8]) -> [UInt8] {
    var packed: [UInt8] = []
    var place = 0
    while place < file.count {
      guard file[place] == 0 else {
        packed.append(file[place])
        place += 1
        continue
      }
      var run = 0
      while place + run < file.count, file[place + run] == 0, run < 255 * 8 { run += 1 }
      if run >= 8 {
        packed += [0, UInt8(run / 8)]
        place += run / 8 * 8
      } else {
        for _ in 0..<run { packed += [0, 0] }
        place += run
      }
    }
    return packed
  }

  private static func unpacked(_ packed: [UInt8]) -> [UInt8] {
    var file: [UInt8] = []
    var place = 0
    while place < packed.count, file.count < bytesMax {
      let byte = packed[place]
      place += 1
      guard byte == 0 else {
        file.append(byte)
        continue
      }
      let count = place < packed.count ? Int(packed[place]) : 0
      place += 1
      file += [UInt8](repeating: 0, count: count == 0 ? 1 : count * 8)
    }
    return file
  }
}
