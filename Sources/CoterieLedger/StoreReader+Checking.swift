internal import CoterieWire

extension StoreReader {
  /// Visits every page of every table, and those that are free; hands over the keys that it meets.
  ///
  /// O(pages).
  ///
  /// - Throws: `.damaged` if one is not what it must be, stands in two places, or is both free and
  ///   in use, or if entries are missing.
  public func checkPages(
    _ body: (_ table: Table, _ key: Span<UInt8>) -> Void
  ) throws(LedgerError) {
    var visited = Visits(overflowPagesLeft: pageCount)
    if let main { try walk(main, from: [], holds: 0x02, &visited) { _, _, _ in true } }
    for table in Table.allCases {
      guard let tree = roots[table] else { continue }
      var found: UInt64 = 0
      try walk(tree, from: [], holds: 0, &visited) { key, _, _ in
        found += 1
        body(table, key)
        return true
      }
      guard found == tree.entries else {
        throw .damaged(
          page: tree.root == .max ? 0 : tree.root,
          problem: "\(table) has \(found) entries instead of \(tree.entries)"
        )
      }
    }
    try checkFreePages(&visited)
  }

  private func checkFreePages(_ visited: inout Visits) throws(LedgerError) {
    guard let freePages else { return }
    var lists: [[UInt8]] = []
    try walk(freePages, from: [], holds: 0, &visited) { _, value, _ in
      lists.append(value.copy(of: 0..<value.count))
      return true
    }
    for list in lists {
      let count = list.count >= 8 ? little(list, 0, 8) : .max
      guard count < UInt64(list.count / 8), list.count.isMultiple(of: 8) else {
        throw .damaged(page: freePages.root, problem: "a list of free pages of another length")
      }
      for place in stride(from: 1, through: count, by: 1) {
        let page = little(list, Int(place) * 8, 8)
        guard page > 1, page <= lastPage, visited.pages.insert(page).inserted else {
          throw .damaged(page: page, problem: "a page is free and in use, or outside the file")
        }
      }
    }
  }
}
