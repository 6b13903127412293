import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieJSON
import CoterieVault
import CoterieWire

/// A message as it is printed.
struct MessageReport {
  let message: Message
  let desk: Desk

  private var words: String? {
    guard let content = message.content else { return nil }
    if let manifest = AttachmentManifest(content) {
      return "[\(message.type.name) \(manifest.name.string), \(manifest.size) bytes]"
    }
    return String(decoding: content, as: UTF8.self)
  }

  var lines: [String] {
    var head = "\(message.id.hex.prefix(8))  \(Timestamp.text(message.time).prefix(19))Z  "
    head += desk.shown(message.author)
    if message.isForwarded { head += "  forwarded" }
    if let reply = message.reply { head += "  reply to \(reply.hex.prefix(8))" }
    if message.state != "live" { head += "  \(message.state)" }
    if let seconds = message.lifetimeSeconds { head += "  disappears \(seconds) s after reading" }
    var lines = [head]
    if let words {
      for line in words.split(separator: "\n", omittingEmptySubsequences: false) {
        lines.append("  \(Escaping.visible(String(line)))")
      }
    } else if message.state == "live" || message.state == "edited" {
      lines.append(message.readAt == nil ? "  (unread)" : "  (not here)")
    }
    if !message.reactions.isEmpty {
      let shown = message.reactions.map { "\(Escaping.visible($0.emoji)) \($0.count)" }
      lines.append("  " + shown.joined(separator: "  "))
    }
    return lines
  }

  var json: JSONValue {
    let attachment = message.content.flatMap { AttachmentManifest($0) }
    return .object([
      "id": .string(message.id.hex), "author": .string(message.author.hex),
      "name": .optional(desk.names[message.author]),
      "time": .string(Timestamp.text(message.time)), "type": .string(message.type.name),
      "state": .string(message.state),
      "text": attachment == nil
        ? .optional(message.content.map { String(decoding: $0, as: UTF8.self) }) : .null,
      "file": attachment.map {
        .object([
          "name": .string($0.name.string), "size": .integer(Int64(clamping: $0.size)),
          "type": .optional($0.type?.string),
        ])
      } ?? .null,
      "reply": .optional(message.reply?.hex), "forwarded": .bool(message.isForwarded),
      "read": .optional(message.readAt.map { Timestamp.text($0) }),
      "lifetime": message.lifetimeSeconds.map { .integer(Int64(clamping: $0)) } ?? .null,
      "reactions": .array(
        message.reactions.map {
          .object(["emoji": .string($0.emoji), "count": .integer(Int64($0.count))])
        }
      ),
    ])
  }
}
