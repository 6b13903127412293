import CoterieBundles
import CoterieEvents
import CoterieExchange
import CoterieGroups
import CoterieVault
import CoterieWire
import Foundation
import StoreKit
import Testing

@Suite struct `The secret of a link` {
  @Test func `stands in no event, no packet, no exchange and no file of a store`() async throws {
    let shelf = try Shelf()
    let (ann, cat) = (try shelf.make("ann.coterie"), try shelf.make("cat.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    let ticket = try await shelf.group(id, ann).createLink(as: .member)
    try cat.keep(ticket, now: 1)
    let hers = try ExchangeSession(store: ann, surroundings: shelf.surroundings)
    let his = try ExchangeSession(store: cat, surroundings: shelf.surroundings)
    var said: [UInt8] = []
    while true {
      let (out, back) = (try hers.send(), try his.send())
      if let out { try his.receive(out) }
      if let back { try hers.receive(back) }
      said += (out ?? []) + (back ?? [])
      if out == nil, back == nil { break }
    }
    let joiner = try shelf.group(id, cat)
    try await joiner.join(by: ticket, name: "Cat")
    try await shelf.hand(over: id, from: cat, to: ann)
    let events = try ann.log(of: id).allEntries().flatMap(\.envelope)
    let files = try shelf.files("ann.coterie").merging(shelf.files("cat.coterie")) { $0 + $1 }
    #expect(files.count >= 3)
    for bytes in [said, events] + files.values {
      #expect(!bytes.contains(ticket.seed.bytes))
      #expect(!bytes.contains(Array(ticket.seed.hex.utf8)))
    }
    // What is looked for would be found: the link's event stands in the log.
    #expect(files.values.contains { $0.contains(ticket.link.bytes) })
  }
}
