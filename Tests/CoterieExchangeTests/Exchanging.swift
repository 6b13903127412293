import CoterieExchange
import CoterieGroups
import CoterieWire
import Foundation
import StoreKit

/// Two stores, exchanged until both are done.
@discardableResult
func exchange(
  _ one: Store,
  _ other: Store,
  _ shelf: Shelf
) throws -> (ExchangeOutcome, ExchangeOutcome) {
  let first = try ExchangeSession(store: one, surroundings: shelf.surroundings)
  let second = try ExchangeSession(store: other, surroundings: shelf.surroundings)
  try Pump.run(first, second)
  return (first.outcome, second.outcome)
}

/// Stores on a shelf that exchange by a folder.
protocol FolderUsing {
  var shelf: Shelf { get }
}

extension FolderUsing {
  static func shelfWithFolder() throws -> Shelf {
    let shelf = try Shelf()
    try FileManager.default.createDirectory(
      atPath: shelf.path("spool"),
      withIntermediateDirectories: true
    )
    return shelf
  }

  /// What lies in the folder, by name.
  var packets: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: shelf.path("spool")).sorted()) ?? []
  }

  @discardableResult
  func sync(_ store: Store) throws -> ExchangeOutcome {
    try Spool(store: store, folder: shelf.path("spool"), surroundings: shelf.surroundings).run()
  }

  /// The texts of a group's messages in a store; a question mark for one that is not there.
  func texts(_ id: Digest, _ store: Store) async throws -> Set<String> {
    let group = try shelf.group(id, store)
    try await group.refresh()
    return Set(
      try await group.messages().map { String(decoding: $0.content ?? [63], as: UTF8.self) }
    )
  }

  /// Posts with everything in view that the store holds.
  func post(_ text: String, _ id: Digest, _ store: Store) async throws {
    let group = try shelf.group(id, store)
    try await group.refresh()
    try await group.post(text)
  }
}
