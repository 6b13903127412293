import CoterieExchange
import CoterieGroups
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
}
