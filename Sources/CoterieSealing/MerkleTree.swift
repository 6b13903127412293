internal import CSodium
public import CoterieWire

/// SHA-256 (FIPS 180-4) in libsodium: for Merkle trees and signed notes, whose formats fix it.
public enum SHA256 {
  /// The hash of bytes.
  public static func digest(of bytes: [UInt8]) -> Digest {
    Sodium.require()
    var output = [UInt8](repeating: 0, count: Digest.byteCount)
    let status = unsafe output.withMutableAddress { output in
      unsafe bytes.withAddress { input in
        unsafe crypto_hash_sha256(output, input, UInt64(bytes.count))
      }
    }
    precondition(status == 0, "SHA-256 refused its input")
    return Digest(in: output.span, at: 0)
  }
}

/// A Merkle tree over a list that only grows (RFC 6962 §2.1, RFC 9162 §2.1).
public struct MerkleTree: Sendable {
  /// The roots of whole subtrees, the largest first: one for each bit of the size.
  private var subtrees: [(size: UInt64, root: Digest)] = []
  /// How many leaves there are.
  public private(set) var size: UInt64 = 0

  /// Starts with no leaves.
  public init() {}

  /// The hash of a leaf: of a zero byte and the leaf's bytes.
  public static func leaf(_ bytes: [UInt8]) -> Digest {
    SHA256.digest(of: [0] + bytes)
  }

  static func node(_ left: Digest, _ right: Digest) -> Digest {
    SHA256.digest(of: [1] + left.bytes + right.bytes)
  }

  /// Adds the hash of the next leaf.
  ///
  /// O(1) on average.
  public mutating func append(_ leaf: Digest) {
    size += 1
    subtrees.append((1, leaf))
    while subtrees.count > 1, subtrees[subtrees.count - 2].size == subtrees[subtrees.count - 1].size
    {
      let right = subtrees.removeLast()
      let left = subtrees.removeLast()
      subtrees.append((left.size * 2, Self.node(left.root, right.root)))
    }
  }

  /// The root hash; of no leaves, the hash of nothing.
  public var root: Digest {
    guard var root = subtrees.last?.root else { return SHA256.digest(of: []) }
    for subtree in subtrees.dropLast().reversed() { root = Self.node(subtree.root, root) }
    return root
  }

  // MARK: Proofs

  /// The root of some leaves.
  public static func root(of leaves: some Sequence<Digest>) -> Digest {
    var tree = MerkleTree()
    for leaf in leaves { tree.append(leaf) }
    return tree.root
  }

  /// What shows that the leaf at a place is in the tree (RFC 6962 §2.1.1).
  public static func inclusionProof(of place: Int, in leaves: ArraySlice<Digest>) -> [Digest] {
    guard leaves.count > 1 else { return [] }
    let split = largestPower(below: leaves.count)
    let middle = leaves.startIndex + split
    return place < split
      ? inclusionProof(of: place, in: leaves[..<middle]) + [root(of: leaves[middle...])]
      : inclusionProof(of: place - split, in: leaves[middle...]) + [root(of: leaves[..<middle])]
  }

  /// What shows that the first `size` leaves are a start of the whole (RFC 6962 §2.1.2).
  public static func consistencyProof(from size: Int, in leaves: ArraySlice<Digest>) -> [Digest] {
    guard size > 0, size < leaves.count else { return [] }
    return subproof(size, leaves, isWhole: true)
  }

  private static func subproof(
    _ size: Int,
    _ leaves: ArraySlice<Digest>,
    isWhole: Bool
  ) -> [Digest] {
    if size == leaves.count { return isWhole ? [] : [root(of: leaves)] }
    let split = largestPower(below: leaves.count)
    let middle = leaves.startIndex + split
    return size <= split
      ? subproof(size, leaves[..<middle], isWhole: isWhole) + [root(of: leaves[middle...])]
      : subproof(size - split, leaves[middle...], isWhole: false) + [root(of: leaves[..<middle])]
  }

  private static func largestPower(below count: Int) -> Int {
    var power = 1
    while power * 2 < count { power *= 2 }
    return power
  }

  /// Whether a proof shows that a leaf stands at a place of a tree (RFC 9162 §2.1.3.2).
  public static func includes(
    _ leaf: Digest,
    at place: UInt64,
    size: UInt64,
    root: Digest,
    proof: [Digest]
  ) -> Bool {
    guard place < size else { return false }
    var (index, last) = (place, size - 1)
    var hash = leaf
    for part in proof {
      if last == 0 { return false }
      if index & 1 == 1 || index == last {
        hash = node(part, hash)
        while index & 1 == 0, index != 0 {
          index >>= 1
          last >>= 1
        }
      } else {
        hash = node(hash, part)
      }
      index >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }

  /// Whether a proof shows that one tree is a start of another (RFC 9162 §2.1.4.2).
  public static func isConsistent(
    _ first: (size: UInt64, root: Digest),
    _ second: (size: UInt64, root: Digest),
    proof: [Digest]
  ) -> Bool {
    if first.size > second.size { return false }
    if first.size == second.size { return proof.isEmpty && first.root == second.root }
    if first.size == 0 { return proof.isEmpty }
    var path = proof[...]
    if first.size & (first.size - 1) == 0 { path = ([first.root] + proof)[...] }
    guard let start = path.popFirst() else { return false }
    var (index, last) = (first.size - 1, second.size - 1)
    while index & 1 == 1 {
      index >>= 1
      last >>= 1
    }
    var (one, other) = (start, start)
    for part in path {
      if last == 0 { return false }
      if index & 1 == 1 || index == last {
        one = node(part, one)
        other = node(part, other)
        while index & 1 == 0, index != 0 {
          index >>= 1
          last >>= 1
        }
      } else {
        other = node(other, part)
      }
      index >>= 1
      last >>= 1
    }
    return last == 0 && one == first.root && other == second.root
  }
}
