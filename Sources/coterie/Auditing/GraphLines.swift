/// Draws the graph of events beside a list of them, the newest first, as columns of lines.
struct GraphLines {
  /// The events that the open columns lead to.
  private var columns: [Int] = []

  /// The mark of an event, and the lines below it where columns join or part.
  mutating func draw(_ event: Int, parents: [Int]) -> (mark: String, below: [String]) {
    let place: Int
    if let known = columns.firstIndex(of: event) {
      place = known
    } else {
      place = columns.count
      columns.append(event)
    }
    let mark = columns.indices.map { $0 == place ? "*" : "|" }.joined(separator: " ")
    var below: [String] = []
    // Columns that lead to the same event end here.
    while let twin = columns.lastIndex(of: event), twin > place {
      below.append(line { $0 < twin ? "|" : $0 == twin ? "/" : "|" }.shifted(at: twin))
      columns.remove(at: twin)
    }
    guard let first = parents.first else {
      columns.remove(at: place)
      return (mark, below)
    }
    if columns.contains(first), columns.firstIndex(of: first) != place {
      let other = columns.firstIndex(of: first) ?? place
      if other < place, parents.count == 1 {
        below.append(line { $0 == place ? "/" : "|" }.shifted(at: place))
        columns.remove(at: place)
        return (mark, below)
      }
    }
    columns[place] = first
    for (offset, parent) in parents.dropFirst().enumerated() where !columns.contains(parent) {
      let at = place + 1 + offset
      columns.insert(parent, at: min(at, columns.count))
      below.append(line { $0 == at ? "\\" : "|" }.shifted(at: at))
    }
    return (mark, below)
  }

  private func line(_ mark: (Int) -> String) -> [String] {
    columns.indices.map(mark)
  }
}

extension [String] {
  /// The columns with a space between, a slanting one moved to the left by one.
  fileprivate func shifted(at slant: Int) -> String {
    var text = ""
    for (place, mark) in enumerated() {
      if place == slant, !text.isEmpty { text.removeLast() }
      text += mark + (place == slant ? "  " : " ")
    }
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}
