package import Foundation

/// Files of `Fixtures`.
package enum Fixtures {
  /// The folder.
  package static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// The folder of the built programs: that of the tests, if a program of this name stands there.
  package static func products(with program: String) throws -> URL {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let beside = URL(filePath: own).deletingLastPathComponent()
    if FileManager.default.fileExists(atPath: beside.appending(path: program).path) {
      return beside
    }
    return folder.deletingLastPathComponent().appending(path: ".build/debug")
  }

  /// A JSON file below it, decoded.
  package static func decode<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: path)))
  }
}
