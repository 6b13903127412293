import CoterieSealing
import CoterieWire
import ScopeKit
import Testing

private struct Consistency: Decodable {
  var file: String
  var size1: UInt64
  var size2: UInt64
  var root1: String
  var root2: String
  var proof: [String]?
  var wantErr: Bool
}

private struct Inclusion: Decodable {
  var file: String
  var leafIdx: UInt64
  var treeSize: UInt64
  var root: String
  var leafHash: String
  var proof: [String]?
  var wantErr: Bool
}

/// Hashes as the vectors write them; nil if one is no hash at all.
private func digests(_ texts: [String]) -> [Digest]? {
  let found = texts.compactMap { Base64.bytes(of: $0).flatMap { Digest($0) } }
  return found.count == texts.count ? found : nil
}

@Suite struct `A Merkle tree` {
  @Test func `is consistent exactly where the vectors of RFC 6962 say so`() throws {
    let vectors = try Fixtures.decode([Consistency].self, "vectors/rfc6962_consistency.json")
    #expect(vectors.count > 90)
    for vector in vectors {
      var isGood = false
      if let roots = digests([vector.root1, vector.root2]), let proof = digests(vector.proof ?? [])
      {
        isGood = MerkleTree.isConsistent(
          (vector.size1, roots[0]),
          (vector.size2, roots[1]),
          proof: proof
        )
      } else if vector.size1 == vector.size2, vector.size1 > 0, vector.proof?.isEmpty ?? true {
        // Roots that are no hashes at all: of two trees of one size only equality can be asked.
        isGood = vector.root1 == vector.root2
      }
      #expect(isGood == !vector.wantErr, "\(vector.file)")
    }
  }

  @Test func `includes a leaf exactly where the vectors of RFC 6962 say so`() throws {
    let vectors = try Fixtures.decode([Inclusion].self, "vectors/rfc6962_inclusion.json")
    #expect(vectors.count > 90)
    for vector in vectors {
      var isGood = false
      if let hashes = digests([vector.leafHash, vector.root]),
        let proof = digests(vector.proof ?? [])
      {
        isGood = MerkleTree.includes(
          hashes[0],
          at: vector.leafIdx,
          size: vector.treeSize,
          root: hashes[1],
          proof: proof
        )
      }
      #expect(isGood == !vector.wantErr, "\(vector.file)")
    }
  }

  @Test func `proves every leaf and every start of itself, and nothing else`() {
    let leaves = (0..<40).map { MerkleTree.leaf([UInt8($0)]) }
    for size in 1...leaves.count {
      let whole = leaves[..<size]
      let root = MerkleTree.root(of: whole)
      for place in 0..<size {
        let proof = MerkleTree.inclusionProof(of: place, in: whole)
        func includes(_ leaf: Digest, _ place: Int) -> Bool {
          MerkleTree.includes(leaf, at: UInt64(place), size: UInt64(size), root: root, proof: proof)
        }
        #expect(includes(leaves[place], place))
        #expect(size == 1 || !includes(leaves[(place + 1) % size], place))
      }
      for start in 1...size {
        let proof = MerkleTree.consistencyProof(from: start, in: whole)
        let first = (UInt64(start), MerkleTree.root(of: leaves[..<start]))
        #expect(MerkleTree.isConsistent(first, (UInt64(size), root), proof: proof))
        let other = (
          UInt64(start), MerkleTree.root(of: leaves[1..<(start + 1 > 40 ? 40 : start + 1)])
        )
        #expect(start == 40 || !MerkleTree.isConsistent(other, (UInt64(size), root), proof: proof))
      }
    }
  }

  @Test func `has the root of nothing that RFC 6962 gives`() {
    #expect(
      MerkleTree().root.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    #expect(Base64.text(of: Array("any carnal pleas".utf8)) == "YW55IGNhcm5hbCBwbGVhcw==")
    #expect(Base64.bytes(of: "YW55IGNhcm5hbCBwbGVhcw==") == Array("any carnal pleas".utf8))
    #expect(Base64.bytes(of: "YW55IGNhcm5hbCBwbGVhcx==") == nil)
  }
}
