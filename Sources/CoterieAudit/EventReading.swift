internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieWire

extension MemberLog {
  /// Hands over events of the graph in the order of these numbers, until the body answers false.
  ///
  /// While some are taken, the next are hashed and read beside, on another core: about 1 µs an
  /// event.
  ///
  /// - Throws: if the source is not what it was when the log was read from it.
  func read(
    _ numbers: some Sequence<Int>,
    from source: some LogSource,
    _ body: (_ events: Span<Event>, _ item: Int, _ number: Int) -> Bool
  ) throws(SourceFault) {
    let graph = replica.judge.graph
    var goesOn = true
    func take(_ chunk: borrowing EnvelopeChunk) throws(SourceFault) {
      for item in chunk.items.indices where goesOn {
        let number = Int(chunk.items[item].place)
        guard chunk.faults[item] == nil, chunk.ids[item] == graph.id(number) else {
          throw SourceFault(.malformed, "\(source.name) changed while it was read")
        }
        goesOn = body(chunk.events.span, item, number)
      }
    }
    var pipe = EnvelopePipe()
    for number in numbers where goesOn {
      let envelope = try source.envelope(at: places[number])
      try pipe.append(envelope.span, UInt64(number), take: take)
    }
    try pipe.finish(take: take)
  }

  /// Judges events of the graph, each behind its parents; what lacks a parent is left out.
  ///
  /// - Returns: the judge, and the numbers here of those that it took.
  func judged(
    _ numbers: some Sequence<Int>,
    from source: some LogSource
  ) throws(SourceFault) -> (judge: Judge, numbers: [Int]) {
    let judge = Judge(seed: 1)
    var taken: [Int] = []
    try read(numbers, from: source) { events, item, number in
      if case .inserted? = try? judge.insert(events, at: item) { taken.append(number) }
      return true
    }
    return (judge, taken)
  }
}
