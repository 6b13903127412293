/// Times as authors claim them.
public enum Timestamp {
  /// RFC 3339 in UTC with milliseconds; the number itself beyond the year 9999.
  public static func text(_ milliseconds: UInt64) -> String {
    let seconds = milliseconds / 1000
    guard seconds < 253_402_300_800 else { return "\(milliseconds) ms" }
    let days = Int(seconds / 86_400)
    // Days to civil date: Hinnant, chrono-compatible low-level date algorithms, 2013.
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let part = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * part + 2) / 5 + 1
    let month = part < 10 ? part + 3 : part - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let rest = Int(seconds % 86_400)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let fraction = Int(milliseconds % 1000)
    let padded = String(repeating: "0", count: 4 - String(year).count) + String(year)
    let millis = String(repeating: "0", count: 3 - String(fraction).count) + String(fraction)
    return "\(padded)-\(two(month))-\(two(day))T\(two(rest / 3600)):"
      + "\(two(rest / 60 % 60)):\(two(rest % 60)).\(millis)Z"
  }
}

extension Timestamp {
  /// The milliseconds that a time in UTC such as `2026-03-01T10:00:30.250Z` stands for; nil if it
  /// is not written so.
  ///
  /// A second is written as people are shown it, and stands for all of it; `2026-03-01T10:00Z` and
  /// `2026-03-01` are the moments at which minute and day begin. The Z may be left out, and nothing
  /// else may stand there.
  public static func span(_ text: String) -> ClosedRange<UInt64>? {
    let halves = (text.hasSuffix("Z") ? text.dropLast() : text[...])
      .split(separator: "T", omittingEmptySubsequences: false)
    guard halves.count <= 2, let days = days(halves[0]),
      let clock = halves.count == 2 ? clock(halves[1]) : 0..<1
    else { return nil }
    let start = UInt64(days) * 86_400_000
    return start + UInt64(clock.lowerBound)...start + UInt64(clock.upperBound) - 1
  }

  /// Days since 1970 of a date such as `2026-03-01`.
  private static func days(_ text: Substring) -> Int? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, let year = number(parts[0], digits: 4),
      let month = number(parts[1], digits: 2), let day = number(parts[2], digits: 2),
      year >= 1970, (1...12).contains(month)
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lastDay = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    guard (1...lastDay).contains(day) else { return nil }
    // Civil date to days: Hinnant, chrono-compatible low-level date algorithms, 2013.
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The milliseconds of a day that a time such as `10`, `10:00`, `10:00:30` or `10:00:30.250`
  /// stands for.
  private static func clock(_ text: Substring) -> Range<Int>? {
    let halves = text.split(separator: ".", omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: ":", omittingEmptySubsequences: false)
    var start = 0
    var unit = 86_400_000
    guard halves.count <= 2, parts.count <= 3, halves.count == 1 || parts.count == 3 else {
      return nil
    }
    for (part, count) in zip(parts, [24, 60, 60]) {
      guard let value = number(part, digits: 2), value < count else { return nil }
      unit /= count
      start += value * unit
    }
    if halves.count == 2 {
      guard halves[1].utf8.count <= 3, let value = number(halves[1], digits: halves[1].utf8.count)
      else { return nil }
      for _ in halves[1].utf8 { unit /= 10 }
      start += value * unit
    }
    return start..<start + (parts.count == 3 ? unit : 1)
  }

  /// A number of just so many decimal digits.
  private static func number(_ text: Substring, digits: Int) -> Int? {
    guard text.utf8.count == digits, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    return Int(text)
  }
}
