import Foundation
import ScopeKit
import Testing

private let scenario = Fixtures.folder.appending(
  path: "scenarios/conflicts/removed-admin-forges-later.json"
).path

@Suite struct `Where others write too` {
  @Test(arguments: ["export", "report"])
  func `a link is replaced, and what it leads to stays as it is`(_ command: String) throws {
    let desk = try Desk()
    let victim = desk.path("victim")
    try "as it was".write(toFile: victim, atomically: true, encoding: .utf8)
    let output = desk.path("out")
    // The second is where a program writes first, if its number is guessed.
    let run = try desk.shell(
      """
      cd '\(desk.folder.path)'; ln -s victim out
      ( ln -s victim "out.$BASHPID.partial"; exec coterie \(command) '\(scenario)' -o out )
      """
    )
    #expect(run.status == 0, "\(run.errors)")
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "as it was")
    let attributes = try FileManager.default.attributesOfItem(atPath: output)
    #expect(attributes[.type] as? FileAttributeType == .typeRegular)
  }

  @Test func `a crash leaves no core behind, so no key in one`() throws {
    let desk = try Desk()
    let store = desk.path("a.coterie")
    #expect(try desk.coterie("init", store).status == 0)
    // A program that waits for the other end of an exchange.
    let run = try desk.shell(
      """
      ulimit -c unlimited
      sleep 20 | coterie sync --stdio -s '\(store)' > /dev/null &
      for _ in $(seq 200); do
        if grep -q 'core file size *0 *0' "/proc/$!/limits"; then echo none; break; fi
        sleep 0.1
      done
      kill %1
      """
    )
    #expect(run.output == "none\n")
  }
}
