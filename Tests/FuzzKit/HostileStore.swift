import CoterieEvents
import CoterieGroups
import CoterieLedger
import CoterieVault
import Foundation
import StoreKit

/// A store with contents of every kind, to be damaged, and what is read from damaged ones.
package struct HostileStore: Sendable {
  private let shelf: Shelf
  /// The store's folder.
  package var path: String { shelf.path("ann.coterie") }
  /// The keyring that knows it.
  package var keyring: String { shelf.path("keyring") }
  /// A place for a new store.
  package var saved: String { shelf.path("saved.coterie") }
  /// The file that is damaged.
  package var file: String { "\(path)/\(StoreFormat.dataFile)" }

  /// Makes a store of a group of three with so many messages.
  package static func make(messages: Int) async throws -> HostileStore {
    let store = HostileStore(shelf: try Shelf())
    let shelf = store.shelf
    let others = [try shelf.make("bob.coterie"), try shelf.make("cat.coterie")]
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [(others[0], .admin), (others[1], .member)])
    let group = try shelf.group(id, ann)
    for number in 0..<messages {
      // Some do not fit into a page.
      let text = String(repeating: "message \(number) ", count: number % 20 == 0 ? 700 : 3)
      let message = try await group.post(text)
      if number % 10 == 0 { try await group.react(to: message, with: "👍") }
      if number % 25 == 24 { try await group.delete(message) }
    }
    return store
  }

  private init(shelf: Shelf) { self.shelf = shelf }

  /// Salvages a store as `coterie store salvage` does; whether it came to an end.
  package static func salvage(_ damaged: String, to path: String, keyring: String) -> Bool {
    let name = "/dev/shm/coterie-none-\(ProcessInfo.processInfo.processIdentifier)"
    do throws(GroupError) {
      _ = try Store.salvage(
        damaged,
        to: path,
        keyring: Keyring(path: keyring),
        unlocked: UnlockedFolder(path: name)
      )
      return true
    } catch {
      return false
    }
  }
}
