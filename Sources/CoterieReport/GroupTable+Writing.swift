internal import CoterieJSON
internal import CoterieWire

extension GroupTable {
  /// The parts of a group's data, each for a script element of its own.
  struct Written {
    /// Tables and columns.
    var columns: [UInt8] = []
    /// All ids, 64 digits each, in the order of the rows.
    var ids: [UInt8] = []
    /// One panel for each row.
    var panels: [UInt8] = []
    /// Contents by row, as JSON.
    var contents: [UInt8] = []
  }

  /// Writes everything in canonical order; rows refer to each other by their place in it.
  func written(names: [Digest: String]) -> Written {
    let order = order
    var places = [Int](repeating: 0, count: rows.count)
    for (place, row) in order.enumerated() { places[row] = place }
    let writer = Writer(table: self, order: order, places: places)
    return Written(
      columns: writer.columns(names: names),
      ids: order.flatMap { Array(rows[$0].id.hex.utf8) },
      panels: writer.panels(),
      contents: writer.contents()
    )
  }
}

/// Writes the tables of a group.
private struct Writer {
  let table: GroupTable
  let order: [Int]
  let places: [Int]

  /// The place of an event; -1 for none, or one that nobody holds.
  private func place(_ id: Digest?) -> Int {
    id.flatMap { table.numbers[$0] }.map { places[$0] } ?? -1
  }

  func columns(names: [Digest: String]) -> [UInt8] {
    var fields: [(name: String, json: [UInt8])] = [
      ("author", column { table.rows[$0].author }),
      ("bytes", column { table.rows[$0].byteCount }),
      ("kind", column { table.rows[$0].kind }),
      ("kinds", kinds), ("logs", logs), ("names", self.names(names)),
    ]
    var (lags, counts, previous) = (Column(), Column(), Column())
    var outside: [JSONValue] = []
    for (place, row) in order.enumerated() {
      let parents = table.rows[row].parents
      counts.append(parents.count)
      for parent in parents {
        let known = self.place(parent)
        if known < 0 { outside.append(.string(parent.hex)) }
        lags.append(place - known)
      }
      guard let id = table.rows[row].previous else {
        previous.append(0)
        continue
      }
      let before = self.place(id)
      if before < 0 { outside.append(.string(id.hex)) }
      previous.append(place - before)
    }
    fields += [
      ("outside", Array(JSONValue.array(outside).compact.utf8)), ("parentCount", counts.json),
      ("parents", lags.json), ("persons", persons), ("previous", previous.json),
      ("sequence", column { Int(clamping: table.rows[$0].sequence) }),
      ("shapes", raw(table.shapes.shapes.things)), ("standings", standings), ("time", times),
      ("verdicts", verdicts),
    ]
    return object(fields)
  }

  private func object(_ fields: [(name: String, json: [UInt8])]) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "{")]
    for (place, field) in fields.enumerated() {
      bytes += Array((place == 0 ? "\"\(field.name)\":" : ",\"\(field.name)\":").utf8)
      bytes += field.json
    }
    return bytes + [UInt8(ascii: "}")]
  }

  private func raw(_ items: [String]) -> [UInt8] {
    Array("[\(items.joined(separator: ","))]".utf8)
  }

  private func column(_ value: (Int) -> Int) -> [UInt8] {
    var column = Column()
    for row in order { column.append(value(row)) }
    return column.json
  }

  /// Milliseconds since the row before.
  private var times: [UInt8] {
    var (column, last) = (Column(), 0)
    for row in order {
      // Beyond what a number of JavaScript holds exactly nothing is a date any more.
      let time = Int(min(table.rows[row].time, 1 << 53))
      column.append(time - last)
      last = time
    }
    return column.json
  }

  private var kinds: [UInt8] {
    let kinds = table.kinds.things.map { JSONValue.strings([$0.kind, $0.written]) }
    return Array(JSONValue.array(kinds).compact.utf8)
  }

  private var persons: [UInt8] {
    Array(JSONValue.strings(table.persons.things.map(\.hex)).compact.utf8)
  }

  private func names(_ names: [Digest: String]) -> [UInt8] {
    let shown = table.persons.things.map { JSONValue.optional(names[$0]) }
    return Array(JSONValue.array(shown).compact.utf8)
  }

  private var standings: [UInt8] {
    let shown = table.standings.things.map { json(of: $0) }
    return Array(JSONValue.array(shown).compact.utf8)
  }

  private func json(of standing: GroupTable.StandingKey) -> JSONValue {
    let path = standing.path.map(String.init).joined(separator: ".")
    return .strings([standing.role, path])
  }

  private var verdicts: [UInt8] {
    let shown = table.verdicts.things.map { verdict -> JSONValue in
      .array([
        .string(verdict.status), .optional(verdict.code), event(verdict.by),
        verdict.standing.map { json(of: $0) } ?? .null, .optional(verdict.need),
        event(verdict.support), event(verdict.root),
      ])
    }
    return Array(JSONValue.array(shown).compact.utf8)
  }

  /// An event as its place, or as its id if nobody holds it.
  private func event(_ id: Digest?) -> JSONValue {
    guard let id else { return .null }
    let place = place(id)
    return place < 0 ? .string(id.hex) : .integer(Int64(place))
  }

  private var logs: [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    for (number, log) in table.columns.enumerated() {
      if number > 0 { bytes.append(UInt8(ascii: ",")) }
      var moves = Column()
      for move in log.moves {
        moves.append(move.position)
        moves.append(move.person)
        moves.append(move.standing)
        moves.append(place(move.grant))
        moves.append(move.isBlocked ? 1 : 0)
      }
      let missing = log.missing.map { waiting in
        (String(places[waiting.row]), JSONValue.strings(waiting.ids.map(\.hex)))
      }
      let twin = table.columns.prefix(number).firstIndex { $0.verdicts == log.verdicts }
      bytes += object([
        ("missing", Array(JSONValue.object(Dictionary(missing) { $1 }).compact.utf8)),
        ("moves", log.twin == nil ? moves.json : Array("null".utf8)),
        ("movesOf", Array("\(log.twin ?? number)".utf8)),
        ("name", Array(JSONValue.string(log.name).compact.utf8)),
        ("verdict", twin == nil ? column { log.verdicts[$0] } : Array("null".utf8)),
        ("verdictOf", Array("\(twin ?? number)".utf8)),
      ])
    }
    return bytes + [UInt8(ascii: "]")]
  }

  func panels() -> [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    for (place, row) in order.enumerated() {
      let panel = table.rows[row].panel
      bytes += Array("\(place == 0 ? "" : ",\n")[\(panel.shape)".utf8)
      for leaf in panel.leaves {
        bytes.append(UInt8(ascii: ","))
        bytes += Array(text(of: leaf).utf8)
      }
      bytes.append(UInt8(ascii: "]"))
    }
    return bytes + [UInt8(ascii: "]")]
  }

  /// An event as its place, a person as a number below zero, anything else as it is.
  private func text(of leaf: PanelLeaf) -> String {
    switch leaf {
    case .json(let text): return text
    case .digest(let digest):
      let place = place(digest)
      if place >= 0 { return String(place) }
      if let person = table.persons.known(digest) { return String(-1 - person) }
      return "\"\(digest.hex)\""
    }
  }

  func contents() -> [UInt8] {
    var fields: [String: JSONValue] = [:]
    for (place, row) in order.enumerated() {
      if let content = table.rows[row].content { fields[String(place)] = .string(content) }
    }
    return Array(JSONValue.object(fields).compact.utf8)
  }
}
