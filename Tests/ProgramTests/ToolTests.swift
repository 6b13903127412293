import Foundation
import Testing

@Suite struct `A tool that is called wrongly` {
  private static let tools = ["coterie-bench", "coterie-generate", "coterie-proofs"]

  private func run(_ tool: String, _ arguments: String...) throws -> Run {
    try Desk().run(Desk.products().appending(path: tool).path, arguments)
  }

  @Test(arguments: ["coterie"] + tools)
  func `without a command says where the commands are listed`(_ tool: String) throws {
    let errors = "\(tool): a command is missing\n  \(tool) help lists all commands\n"
    #expect(try run(tool) == Run(status: 2, output: "", errors: errors))
  }

  @Test(arguments: ["coterie", "coterie-scopes"] + tools)
  func `says which command there is not`(_ tool: String) throws {
    let errors = "\(tool): there is no command \"qqqqqqqq\"\n  \(tool) help lists all commands\n"
    #expect(try run(tool, "qqqqqqqq") == Run(status: 2, output: "", errors: errors))
  }

  @Test(arguments: [
    ("coterie-bench", "table"), ("coterie-generate", "logs"), ("coterie-proofs", "deep"),
    ("coterie-scopes", "check"),
  ])
  func `is told how to be called by help`(_ tool: String, _ command: String) throws {
    let overview = try run(tool, "help")
    #expect(overview.status == 0 && overview.errors == "")
    #expect(overview.output.contains("usage: \(tool) COMMAND [OPTIONS]"))
    #expect(overview.output.contains("\n  \(command) "))
    #expect(try run(tool, "--help") == overview || tool == "coterie-scopes")
    let help = try run(tool, "help", command)
    #expect(help.status == 0 && help.output.contains("usage: \(tool) \(command)"))
    #expect(try run(tool, command, "--help") == help)
  }

  @Test func `names the command that failed`() throws {
    let missing = try run("coterie-bench", "compare", "/nowhere/a", "/nowhere/b")
    let errors = "coterie-bench compare: /nowhere/a cannot be read\n"
    #expect(missing == Run(status: 3, output: "", errors: errors))
    let option = try run("coterie-scopes", "--roles", "some")
    #expect(option.errors == "coterie-scopes check: --roles is three or all\n")
    #expect(option.status == 2)
  }
}
