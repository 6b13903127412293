/// Whole numbers of one column, as a JSON array.
struct Column {
  private var digits: [UInt8] = [UInt8(ascii: "[")]
  private var isEmpty = true

  /// Adds a number.
  mutating func append(_ number: Int) {
    if !isEmpty { digits.append(UInt8(ascii: ",")) }
    isEmpty = false
    if number >= 0, number < 10 {
      digits.append(UInt8(ascii: "0") + UInt8(number))
    } else {
      digits += Array(String(number).utf8)
    }
  }

  /// The array.
  var json: [UInt8] { digits + [UInt8(ascii: "]")] }
}

/// Numbers things in the order in which they are first seen.
struct Interner<Thing: Hashable> {
  private(set) var things: [Thing] = []
  private var numbers: [Thing: Int] = [:]

  /// The number of a thing, which is noted if it is new.
  mutating func number(of thing: Thing) -> Int {
    if let known = numbers[thing] { return known }
    numbers[thing] = things.count
    things.append(thing)
    return things.count - 1
  }

  /// The number of a thing; nil if it was never seen.
  func known(_ thing: Thing) -> Int? { numbers[thing] }
}
