import CoterieConsole
import ScopeKit

/// `coterie-proofs orders`: scenarios of seven concurrent acts, in every order.
enum OrdersCommand {
  static let row = Command(
    "orders",
    "judge seven concurrent acts in every order in which they can arrive",
    about: """
      For each scenario of Fixtures/scenarios/permutations: all 5 040 orders of its last seven acts,
      each judged step by step and from the definition; all must give one state.
      """,
    example: "orders",
    run: { _, console in
      var (orders, isOne) = (0, true)
      let files = try Permutations.files()
      for file in files {
        do {
          orders += try Permutations(file).judge()
        } catch let difference as Permutations.Difference {
          console.line("\(file): \(difference)")
          isOne = false
        }
      }
      console.line(
        "\(files.count) scenarios of \(Permutations.concurrent) concurrent acts in "
          + "\(orders) orders: " + (isOne ? "one state each" : "not one state each")
      )
      return isOne ? .done : .findings
    }
  )
}
