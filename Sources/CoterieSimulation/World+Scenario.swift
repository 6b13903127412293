internal import CoterieJSON
extension SimulatedWorld {
  func scenario(_ breach: Breach?) -> JSONValue? { nil }
}
