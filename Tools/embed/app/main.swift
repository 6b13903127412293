import CoterieAudit
import CoterieEvents
import CoterieExchange
import CoterieGroups
import CoterieJudgement
import CoterieLedger
import CoterieWire
import Glibc

/// An app that embeds the group core: two people, two stores, one exchange over any channel.

let folder = CommandLine.arguments[1]
let surroundings = Surroundings(now: { UInt64(time(nil)) * 1000 })

func store(_ name: String) throws -> Store {
  try Store.create(at: "\(folder)/\(name).coterie", keyring: Keyring(path: "\(folder)/keyring"))
}

/// What a socket, a relay or a sheet of paper would carry.
func exchange(_ one: Store, _ other: Store) throws {
  let left = try ExchangeSession(store: one, surroundings: surroundings)
  let right = try ExchangeSession(store: other, surroundings: surroundings)
  while !left.isDone || !right.isDone {
    while let bytes = try left.send() { try right.receive(bytes) }
    while let bytes = try right.send() { try left.receive(bytes) }
  }
}

let ann = try store("ann")
let bob = try store("bob")
let bobsKey = try bob.makeKey(now: surroundings.now())

let annsGroup = try Group.found("Book club", in: ann, surroundings: surroundings)
try await annsGroup.invite(bobsKey, as: .member)
try exchange(ann, bob)

let bobsGroup = try Group(annsGroup.id, in: bob, surroundings: surroundings)
try await bobsGroup.accept(name: "Bob")
try await bobsGroup.post("What are we reading?", Group.Posting(lifetimeSeconds: 3600))
try exchange(ann, bob)

try await annsGroup.refresh()
for message in try await annsGroup.messages() {
  print("message:", String(decoding: message.content ?? [], as: UTF8.self))
}
let founder = try await bobsGroup.event(annsGroup.id).author
if let refusal = try await bobsGroup.mayI(.memberRemove(member: founder, erase: false)) {
  print("refused:", refusal.code.rawValue)
}

for name in ["ann", "bob"] {
  let source = try StoreSource(
    path: "\(folder)/\(name).coterie",
    name: name,
    keyring: Keyring(path: "\(folder)/keyring")
  )
  for log in try LogReading().read(source).logs { print("\(name):", log.eventCount, "events") }
}
