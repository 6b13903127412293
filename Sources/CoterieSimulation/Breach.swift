/// A promise that a run broke: where, what was expected, and what was found.
public struct Breach: Error, Equatable, Sendable {
  /// Which promise: `G1` to `G8`, `definition`, `digest`, `kept`, `erased`, `exchange`, `error`.
  public var promise: String
  /// The number of the step in which it showed.
  public var step: Int
  /// What should have been.
  public var expected: String
  /// What was.
  public var found: String

  /// Whether the events alone show it, so that a scenario can.
  public var isOfJudging: Bool {
    promise.hasPrefix("G") && promise != "G8" || promise == "definition"
  }
}
