import CoterieJSON
import Foundation
import Testing

/// A long log in a store `all.coterie`, and as a bundle `all.cborseq`.
private func furnished() throws -> Desk {
  let desk = try Desk()
  let made = try desk.shell(
    """
    coterie-generate logs folder --events 6000 --members 5 --seed 3 >&2 &&
    coterie import folder/m0.cborseq -s all.coterie -q
    """
  )
  try #require(made.status == 0, "\(made.errors)")
  return desk
}

@Suite struct `An export` {
  @Test func `that is compressed says the same wherever a bundle is read`() throws {
    let desk = try furnished()
    let run = try desk.shell(
      """
      set -e
      coterie export all.coterie --redact --zstd -q -o all.cborseq.zst
      coterie export all.coterie --redact -q -o plain.cborseq
      [ $(stat -c %s all.cborseq.zst) -lt $(stat -c %s plain.cborseq) ]
      coterie replay all.cborseq.zst --json > packed.json
      coterie replay plain.cborseq --json > plain.json
      grep -o '"digest": *"[0-9a-f]*"' packed.json | sort -u > left
      grep -o '"digest": *"[0-9a-f]*"' plain.json | sort -u > right
      cmp left right
      coterie replay all.cborseq.zst plain.cborseq all.coterie --signatures every | grep -q SAME
      coterie import all.cborseq.zst -s one.coterie -q
      coterie import - -s two.coterie -q < all.cborseq.zst
      coterie replay one.coterie two.coterie all.coterie | grep SAME
      coterie export all.cborseq.zst -q -o again.cborseq
      cmp again.cborseq plain.cborseq
      coterie show '#17' -s all.cborseq.zst --json | grep -c '"id"'
      """
    )
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("SAME"))
  }

  @Test func `that zstd wrote or reads is the same bundle`() throws {
    let desk = try furnished()
    let run = try desk.shell(
      """
      set -e
      coterie export all.coterie --redact --zstd -q -o all.cborseq.zst
      coterie export all.coterie --redact -q -o plain.cborseq
      zstd -q -d all.cborseq.zst -o unpacked.cborseq
      cmp unpacked.cborseq plain.cborseq
      zstd -q -19 plain.cborseq -o one-frame.cborseq.zst
      coterie replay one-frame.cborseq.zst plain.cborseq --signatures every
      cat all.cborseq.zst one-frame.cborseq.zst > both.cborseq.zst
      coterie import both.cborseq.zst -s both.coterie
      """
    )
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("SAME"))
  }

  @Test func `that is compressed and was cut or damaged brings what is whole, and ends with 4`()
    throws
  {
    let desk = try furnished()
    let made = try desk.coterie(
      "export",
      desk.path("all.coterie"),
      "--redact",
      "--zstd",
      "-o",
      desk.path("whole")
    )
    #expect(made.status == 0)
    let whole = try Data(contentsOf: URL(filePath: desk.path("whole")))
    var damaged = whole
    damaged[whole.count * 3 / 4] ^= 0x10
    for (name, bytes) in [("cut", whole.prefix(whole.count * 3 / 4)), ("damaged", damaged)] {
      try bytes.write(to: URL(filePath: desk.path(name)))
      let replay = try desk.coterie("replay", desk.path(name))
      #expect(replay.status == 4)
      #expect(replay.errors.contains("whole items"), "\(replay.errors)")
      let store = desk.path("\(name).coterie")
      let taken = try desk.coterie("import", desk.path(name), "-s", store, "--json")
      #expect(taken.status == 4)
      let placed = try #require(try taken.json()["result"]?["placed"]?.integer())
      #expect(placed > 1000)
      #expect(try desk.coterie("import", desk.path("whole"), "-s", store).status == 0)
      #expect(try desk.coterie("replay", store, desk.path("whole")).status == 0)
    }
  }

  @Test func `leaves out what lies behind heads, however they are named`() throws {
    let desk = try furnished()
    let run = try desk.shell(
      """
      set -e
      id=$(coterie show '#5990' -s all.coterie --json | grep -o '"id": *"[0-9a-f]*"' \
        | head -n 1 | grep -o '[0-9a-f]\\{64\\}')
      coterie export all.coterie --missing-from $id -q -o one
      coterie export all.coterie --missing-from $(echo $id | cut -c 1-12) -q -o two
      coterie export all.coterie --missing-from '#5990' -q -o three
      cmp one two
      cmp one three
      coterie export all.coterie --missing-from @ -o none
      coterie export all.coterie --missing-from '#5990,root' -q -o four
      cmp one four
      """
    )
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("0 events"))
    let store = desk.path("all.coterie")
    for (word, status) in [("bob.cborsq", 2), ("#5990^", 2), ("", 2), ("abcdef0123", 3), ("#0", 3)]
    {
      let refused = try desk.coterie("export", store, "--missing-from", word)
      #expect(refused.status == Int32(status), "\(word): \(refused.errors)")
      #expect(refused.output.isEmpty)
    }
  }

  @Test func `is of the group that is named, or of all`() throws {
    let desk = try Desk()
    let run = try desk.shell(
      """
      set -e
      export COTERIE_STORE=me.coterie
      coterie init me.coterie -q
      coterie group create 'Book club' -q
      coterie group create 'Chess' -q
      coterie export -q -o both
      coterie export -g chess -q -o one
      COTERIE_GROUP=chess coterie export -q -o two
      cmp one two
      coterie replay both --json | grep -c '"group":'
      coterie state one --json | grep -o '"name": *"[A-Z][a-z ]*"'
      """
    )
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("Chess") && !run.output.contains("Book"))
    let none = try desk.coterie("export", desk.path("both"), "-g", "nothing")
    #expect(none.status == 3)
    #expect(none.errors.contains("--group one of"))
  }
}
