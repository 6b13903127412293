package import CoterieBundles
import CoterieEngine
package import CoterieEvents
package import CoterieGroups
import CoterieJudgement
package import CoterieLedger
package import CoterieVault
package import CoterieWire
import Foundation
import Synchronization

/// A clock that tests set.
package final class HandClock: Sendable {
  private let time = Mutex<UInt64>(1_767_225_600_000)

  package init() {}

  /// Milliseconds since 1970.
  package var now: UInt64 { time.withLock { $0 } }

  package func advance(seconds: Int64) {
    time.withLock { $0 = UInt64(Int64($0) + seconds * 1000) }
  }
}

/// A folder of stores with a keyring and a clock of their own, removed at the end of a test.
package final class Shelf: Sendable {
  package let path: String
  package let clock = HandClock()
  package let unlocked: UnlockedFolder

  package init() throws {
    let name = "coterie-\(UUID())"
    let url = FileManager.default.temporaryDirectory.appending(path: name)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
    unlocked = UnlockedFolder(path: "/dev/shm/\(name)")
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    try? FileManager.default.removeItem(atPath: unlocked.path)
  }

  package var keyring: Keyring { Keyring(path: "\(path)/keyring") }

  package func path(_ name: String) -> String { "\(path)/\(name)" }

  package var surroundings: Surroundings {
    let clock = clock
    return Surroundings(now: { clock.now })
  }

  package func make(_ name: String) throws -> Store {
    try Store.create(at: path(name), keyring: keyring, unlocked: unlocked)
  }

  package func open(_ name: String) throws -> Store {
    let store = try Store.open(path(name), keyring: keyring, unlocked: unlocked)
    try store.sweep(now: clock.now)
    return store
  }

  /// A chat that one member of a group founds, and to which it invites the key that another has in
  /// that group; answers group, chat and key.
  package func chat(
    of one: Store,
    with other: Store
  ) async throws -> (group: Digest, chat: Digest, key: Digest?) {
    let id = try await group(of: one, with: [(other, .member)])
    let key = try await group(id, other).me
    let chat = try await group(of: one, with: [], template: .secretChat)
    if let key { try await group(chat, one).invite(key, as: .owner) }
    return (id, chat, key)
  }

  package func group(_ id: Digest, _ store: Store) throws -> Group {
    try Group(id, in: store, surroundings: surroundings)
  }

  /// A group founded in one store, with a member in each of the others.
  package func group(
    of founder: Store,
    with others: [(store: Store, role: Role)],
    template: Template = .secretGroup,
    preferences: [PreferenceSetting] = []
  ) async throws -> Digest {
    let group = try Group.found(
      "Book club",
      template: template,
      preferences: preferences,
      in: founder,
      surroundings: surroundings
    )
    for (store, role) in others {
      let key = try store.makeKey(now: clock.now)
      try await group.invite(key, as: role)
      try await hand(over: group.id, from: founder, to: store)
      try await self.group(group.id, store).accept()
      try await hand(over: group.id, from: store, to: founder)
    }
    return group.id
  }

  /// Gives everything that one store holds of a group to another, with its contents.
  package func hand(over id: Digest, from: Store, to: Store) async throws {
    let entries = try from.log(of: id).allEntries()
    _ = try to.adopt(id).ingest(entries)
  }

  /// The bytes of every file below a store's folder, by path.
  package func files(_ name: String) throws -> [String: [UInt8]] {
    let folder = path(name)
    var found: [String: [UInt8]] = [:]
    for file in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? []
    {
      if let data = FileManager.default.contents(atPath: "\(folder)/\(file)") {
        found[file] = Array(data)
      }
    }
    return found
  }
}

extension GroupLog {
  /// Every event that is kept with its content, in canonical order.
  package func allEntries() throws -> [BundleEntry] {
    let snapshot = try snapshot()
    return try eventsLacking(to: [Digest]()).map {
      try entry(of: $0, withContent: true, in: snapshot)
    }
  }
}
