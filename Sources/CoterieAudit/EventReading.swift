internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieWire

extension MemberLog {
  /// Hands over events of the graph in the order of these numbers, until the body answers false.
  ///
  /// While some are taken, the next are hashed and read beside, on another core: about 1 µs an
  /// event. Many that stand in the source in this order are read in one go from its start.
  ///
  /// - Throws: if the source is not what it was when the log was read from it.
  func read(
    _ numbers: some Collection<Int>,
    from source: some LogSource,
    _ body: (_ chunk: borrowing EnvelopeChunk, _ item: Int, _ number: Int) -> Bool
  ) throws(SourceFault) {
    let graph = replica.judge.graph
    let changed = SourceFault(.malformed, "\(source.name) changed while it was read")
    var goesOn = true
    func take(_ chunk: borrowing EnvelopeChunk) throws(SourceFault) {
      for item in chunk.items.indices where goesOn {
        let number = Int(chunk.items[item].place)
        guard chunk.faults[item] == nil, chunk.ids[item] == graph.id(number) else { throw changed }
        goesOn = body(chunk, item, number)
      }
    }
    var pipe = EnvelopePipe()
    if numbers.count * 4 > source.eventCount, stand(numbers) {
      var next = numbers.startIndex
      var fault: SourceFault?
      try source.scan { envelope, place in
        guard fault == nil, goesOn, next < numbers.endIndex else { return false }
        if place == places[numbers[next]] {
          do throws(SourceFault) {
            try pipe.append(envelope, UInt64(numbers[next]), take: take)
          } catch {
            fault = error
          }
          next = numbers.index(after: next)
        }
        return true
      }
      if let fault { throw fault }
      if goesOn, next < numbers.endIndex { throw changed }
    } else {
      for number in numbers where goesOn {
        let envelope = try source.envelope(at: places[number])
        try pipe.append(envelope.span, UInt64(number), take: take)
      }
    }
    try pipe.finish(take: take)
  }

  /// Whether events stand in their source in the order of these numbers.
  private func stand(_ numbers: some Collection<Int>) -> Bool {
    var last: UInt64?
    for number in numbers {
      if let last, last >= places[number] { return false }
      last = places[number]
    }
    return true
  }

  /// Judges events of the graph, each behind its parents; what lacks a parent is left out.
  ///
  /// - Returns: the judge, and the numbers here of those that it took.
  func judged(
    _ numbers: some Collection<Int>,
    from source: some LogSource
  ) throws(SourceFault) -> (judge: Judge, numbers: [Int]) {
    let judge = Judge(seed: 1)
    judge.reserve(numbers.count)
    var taken: [Int] = []
    try read(numbers, from: source) { chunk, item, number in
      if case .inserted? = try? judge.insert(chunk, item) { taken.append(number) }
      return true
    }
    return (judge, taken)
  }
}

extension Judge {
  /// Takes the next event of a chunk.
  func insert(_ chunk: borrowing EnvelopeChunk, _ item: Int) throws(Malformed) -> Insertion {
    if item == 0 { expect(chunk.ids) }
    return try insert(chunk.events.span, at: item)
  }
}
