import CoterieJSON
import CoterieWire
import Glibc

/// Clocks of the benchmark, in nanoseconds.
enum Clock {
  /// Time that passed, for work that waits for disks or runs on several cores.
  case wall
  /// Processor time of this process, which other programs disturb less.
  case processor

  var now: UInt64 {
    var time = timespec()
    let clock = self == .wall ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID
    unsafe clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// How long some work takes.
  func time(_ work: () throws -> Void) rethrows -> UInt64 {
    let start = now
    try work()
    return now - start
  }
}

/// What a figure is held against.
enum Target: String {
  /// How many times as fast as the yardstick, at least.
  case speed
  /// How many times the yardstick's cost, at most.
  case cost
  /// So many units, at most.
  case absolute
}

/// One figure: samples of it and of its yardstick, taken in turn in one run.
struct Row {
  var name: String
  var unit: String
  var target: Target
  /// In hundredths: 150 is one and a half, or one and a half units.
  var must: UInt64
  var aim: UInt64
  var yardstick: String?
  var samples: [UInt64] = []
  var yardstickSamples: [UInt64] = []

  var median: UInt64 { Self.median(samples) }
  var yardstickMedian: UInt64? { yardstick == nil ? nil : Self.median(yardstickSamples) }

  /// The figure that is held against the target, in hundredths; the median of the ratios of samples
  /// that were taken together.
  var score: UInt64 {
    switch target {
    case .absolute: return median * 100
    case .speed: return Self.median(zip(yardstickSamples, samples).map { $0 * 100 / max(1, $1) })
    case .cost: return Self.median(zip(samples, yardstickSamples).map { $0 * 100 / max(1, $1) })
    }
  }

  /// Half the distance from the least to the greatest sample, in hundredths of the median.
  var spread: UInt64 {
    guard let least = samples.min(), let greatest = samples.max() else { return 0 }
    return (greatest - least) * 50 / max(1, median)
  }

  func meets(_ bound: UInt64) -> Bool { target == .speed ? score >= bound : score <= bound }

  static func median(_ values: [UInt64]) -> UInt64 {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }

  var json: JSONValue {
    .fields([
      "name": .string(name), "unit": .string(unit), "target": .string(target.rawValue),
      "median": .integer(Int64(median)), "spreadPercent": .integer(Int64(spread)),
      "yardstick": .optional(yardstick),
      "yardstickMedian": yardstickMedian.map { .integer(Int64($0)) },
      "scorePercent": .integer(Int64(score)), "mustPercent": .integer(Int64(must)),
      "aimPercent": .integer(Int64(aim)), "meetsMust": .bool(meets(must)),
      "meetsAim": .bool(meets(aim)),
      "samples": .array(samples.map { .integer(Int64($0)) }),
    ])
  }

  static let heading =
    "| what | median | ± | yardstick | score | must | aim |\n|---|---|---|---|---|---|---|"

  /// A row of a table in Markdown.
  var line: String {
    let against = yardstickMedian.map { "\(Self.shown($0)) \(unit)" } ?? "–"
    let sign = target == .speed ? "×, at least" : target == .cost ? "×, at most" : ", at most"
    let verdict = meets(aim) ? "aim" : meets(must) ? "must" : "missed"
    return "| \(name) | \(Self.shown(median)) \(unit) | \(spread) % | \(against) | "
      + "\(Self.hundredths(score)) (\(verdict)) | \(Self.hundredths(must))\(sign) | "
      + "\(Self.hundredths(aim)) |"
  }

  static func shown(_ value: UInt64) -> String {
    let digits = Array(String(value))
    var parts: [String] = []
    var end = digits.count
    while end > 0 {
      parts.insert(String(digits[max(0, end - 3)..<end]), at: 0)
      end -= 3
    }
    return parts.joined(separator: " ")
  }

  static func hundredths(_ value: UInt64) -> String {
    if value % 100 == 0 || value >= 100_000 { return shown(value / 100) }
    return "\(value / 100).\(value % 100 / 10)\(value % 10)"
  }
}

/// Another process of this program, for what must not see what this one has opened.
enum Child {
  /// The numbers that a command of this program prints, and how long it ran.
  static func run(_ program: String, _ arguments: [String]) -> (numbers: [UInt64], wall: UInt64) {
    let words = ([program] + arguments).map { "'\($0)'" }.joined(separator: " ")
    let start = Clock.wall.now
    guard let pipe = unsafe popen(words, "r") else { return ([], 0) }
    var text: [UInt8] = []
    while true {
      let byte = unsafe fgetc(pipe)
      if byte == EOF { break }
      text.append(UInt8(truncatingIfNeeded: byte))
    }
    let status = unsafe pclose(pipe)
    let wall = Clock.wall.now - start
    precondition(status == 0, "\(words) failed")
    let numbers = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    return (numbers.compactMap { UInt64($0) }, wall)
  }

  static let itself: String = {
    var path = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &path, path.count)
    return String(decoding: path[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()
}

/// Files that the benchmark makes and reads.
enum Files {
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// The bytes of a file; nil if it cannot be read.
  static func read(_ path: String) -> [UInt8]? {
    guard let file = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    while true {
      let byte = unsafe fgetc(file)
      if byte == EOF { return bytes }
      bytes.append(UInt8(truncatingIfNeeded: byte))
    }
  }
}
