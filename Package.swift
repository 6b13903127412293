// swift-tools-version: 6.2
import PackageDescription

/// The settings of every target: nothing is switched off anywhere.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Programs bring the standard library with them: they start in 5 ms instead of 8, and run where no
/// toolchain is.
let standalone: [LinkerSetting] = [
  .unsafeFlags(["-static-stdlib"], .when(configuration: .release))
]

/// One library floor: its name, and the floors that it stands on.
func floor(_ name: String, on floors: [String]) -> Target {
  .target(name: name, dependencies: floors.map { .byName(name: $0) }, swiftSettings: settings)
}

/// The tests of one floor.
func tests(of name: String, on floors: [String]) -> Target {
  .testTarget(
    name: name + "Tests",
    dependencies: ([name] + floors).map { .byName(name: $0) },
    swiftSettings: settings
  )
}

let package = Package(
  name: "Coterie",
  products: [
    .library(
      name: "Coterie",
      targets: [
        "CoterieWire", "CoterieSealing", "CoterieEvents", "CoterieJudgement", "CoterieLedger",
        "CoterieVault", "CoterieBundles", "CoterieGroups", "CoterieExchange", "CoterieAudit",
        "CoterieScenarios", "CoterieReport", "CoterieJSON",
      ]
    )
  ],
  targets: [
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
    .systemLibrary(
      name: "CQRencode",
      pkgConfig: "libqrencode",
      providers: [.apt(["libqrencode-dev"])]
    ),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CBLAKE2b", cSettings: [.treatAllWarnings(as: .error)]),
    floor("CoterieWire", on: []),
    floor("CoterieConsole", on: ["CQRencode"]),
    floor("CoterieJSON", on: []),
    floor("CoterieSealing", on: ["CoterieWire", "CSodium", "CBLAKE2b"]),
    floor("CoterieEvents", on: ["CoterieWire", "CoterieSealing"]),
    floor("CoterieJudgement", on: ["CoterieWire", "CoterieSealing", "CoterieEvents"]),
    floor(
      "CoterieEngine",
      on: ["CoterieWire", "CoterieJSON", "CoterieSealing", "CoterieEvents", "CoterieJudgement"]
    ),
    floor("CoterieLedger", on: ["CoterieWire", "CLMDB"]),
    floor("CoterieVault", on: ["CoterieWire", "CoterieSealing", "CoterieLedger"]),
    floor("CoterieBundles", on: ["CoterieWire", "CoterieSealing", "CZstd"]),
    floor(
      "CoterieScenarios",
      on: [
        "CoterieWire", "CoterieJSON", "CoterieSealing", "CoterieEvents", "CoterieJudgement",
        "CoterieEngine",
      ]
    ),
    floor(
      "CoterieAudit",
      on: [
        "CoterieWire", "CoterieJSON", "CoterieSealing", "CoterieEvents", "CoterieJudgement",
        "CoterieEngine", "CoterieBundles", "CoterieLedger",
      ]
    ),
    floor(
      "CoterieReport",
      on: [
        "CoterieWire", "CoterieJSON", "CoterieSealing", "CoterieEvents", "CoterieJudgement",
        "CoterieAudit",
      ]
    ),
    floor(
      "CoterieGroups",
      on: [
        "CoterieWire", "CoterieSealing", "CoterieEvents", "CoterieJudgement", "CoterieEngine",
        "CoterieLedger", "CoterieBundles", "CoterieVault",
      ]
    ),
    floor(
      "CoterieExchange",
      on: [
        "CoterieWire", "CoterieSealing", "CoterieEvents", "CoterieJudgement", "CoterieLedger",
        "CoterieVault", "CoterieBundles", "CoterieGroups",
      ]
    ),
    floor(
      "CoterieSimulation",
      on: [
        "CoterieWire", "CoterieJSON", "CoterieSealing", "CoterieEvents", "CoterieJudgement",
        "CoterieEngine", "CoterieLedger", "CoterieVault", "CoterieBundles", "CoterieGroups",
        "CoterieExchange",
      ]
    ),
    .executableTarget(
      name: "coterie",
      dependencies: [
        "CoterieWire", "CoterieJSON", "CoterieConsole", "CoterieEvents", "CoterieJudgement",
        "CoterieAudit", "CoterieScenarios", "CoterieGroups", "CoterieLedger", "CoterieSealing",
        "CoterieVault", "CoterieBundles", "CoterieExchange", "CoterieSimulation", "CoterieReport",
      ],
      swiftSettings: settings,
      linkerSettings: standalone
    ),
    .executableTarget(
      name: "coterie-generate",
      dependencies: [
        "CoterieWire", "CoterieConsole", "CoterieSealing", "CoterieEvents", "CoterieJudgement",
        "CoterieEngine", "CoterieBundles", "CoterieGroups", "CoterieLedger",
      ],
      path: "Tools/generate",
      swiftSettings: settings,
      linkerSettings: standalone
    ),
    .executableTarget(
      name: "coterie-bench",
      dependencies: [
        "CoterieWire", "CoterieConsole", "CoterieJSON", "CoterieSealing", "CoterieEvents",
        "CoterieJudgement", "CoterieEngine", "CoterieAudit", "CoterieGroups", "CoterieLedger",
        "CoterieVault", "CoterieBundles", "CoterieExchange",
      ],
      path: "Tools/bench",
      swiftSettings: settings,
      linkerSettings: standalone
    ),
    .target(
      name: "ScopeKit",
      dependencies: [
        "CoterieWire", "CoterieJSON", "CoterieSealing", "CoterieEvents", "CoterieJudgement",
        "CoterieScenarios",
      ],
      path: "Tests/ScopeKit",
      swiftSettings: settings
    ),
    .target(
      name: "StoreKit",
      dependencies: [
        "CoterieWire", "CoterieEvents", "CoterieJudgement", "CoterieEngine", "CoterieBundles",
        "CoterieLedger", "CoterieVault", "CoterieGroups",
      ],
      path: "Tests/StoreKit",
      swiftSettings: settings
    ),
    .target(
      name: "FuzzKit",
      dependencies: [
        "CoterieWire", "CoterieJSON", "CoterieConsole", "CoterieSealing", "CoterieEvents",
        "CoterieJudgement",
        "CoterieLedger", "CoterieVault", "CoterieBundles", "CoterieGroups", "CoterieExchange",
        "CoterieScenarios", "CoterieAudit", "ScopeKit", "StoreKit",
      ],
      path: "Tests/FuzzKit",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "coterie-hostile",
      dependencies: ["CoterieWire", "FuzzKit"],
      path: "Tools/hostile",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "coterie-scopes",
      dependencies: [
        "CoterieWire", "CoterieConsole", "CoterieEvents", "CoterieJudgement", "ScopeKit",
      ],
      path: "Tools/scopes",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "coterie-proofs",
      dependencies: [
        "CoterieWire", "CoterieConsole", "CoterieSealing", "CoterieEvents", "CoterieJudgement",
        "CoterieAudit", "ScopeKit",
      ],
      path: "Tools/proofs",
      swiftSettings: settings
    ),
    tests(of: "CoterieWire", on: []),
    .testTarget(
      name: "FuzzTests",
      dependencies: ["FuzzKit", "ScopeKit", "coterie-hostile"],
      swiftSettings: settings
    ),
    .testTarget(name: "TidyTests", dependencies: ["ScopeKit"], swiftSettings: settings),
    .testTarget(
      name: "ProgramTests",
      dependencies: ["ScopeKit", "CoterieJSON", "coterie"],
      swiftSettings: settings
    ),
    tests(
      of: "CoterieGroups",
      on: [
        "CoterieWire", "CoterieSealing", "CoterieEvents", "CoterieJudgement", "CoterieLedger",
        "CoterieBundles", "CoterieVault", "CoterieAudit", "ScopeKit", "StoreKit",
      ]
    ),
    tests(
      of: "CoterieVault",
      on: ["CoterieWire", "CoterieSealing", "CoterieLedger", "CoterieGroups", "StoreKit"]
    ),
    tests(
      of: "CoterieExchange",
      on: [
        "CoterieWire", "CoterieSealing", "CoterieEvents", "CoterieJudgement", "CoterieBundles",
        "CoterieLedger", "CoterieGroups", "CoterieVault", "StoreKit",
      ]
    ),
    tests(
      of: "CoterieAudit",
      on: [
        "CoterieWire", "CoterieSealing", "CoterieEvents", "CoterieJudgement", "CoterieBundles",
        "CoterieScenarios", "ScopeKit",
      ]
    ),
    tests(of: "CoterieSealing", on: ["CoterieWire", "ScopeKit", "CSodium"]),
    tests(of: "CoterieEvents", on: ["CoterieWire", "CoterieSealing", "ScopeKit"]),
    tests(of: "CoterieBundles", on: ["CoterieWire", "CoterieSealing", "CoterieEvents"]),
    tests(
      of: "CoterieJudgement",
      on: ["CoterieWire", "CoterieSealing", "CoterieEvents", "CoterieEngine", "ScopeKit"]
    ),
    tests(
      of: "CoterieSimulation",
      on: ["CoterieWire", "CoterieJSON", "CoterieEvents", "CoterieJudgement", "CoterieScenarios"]
    ),
    tests(
      of: "CoterieScenarios",
      on: ["CoterieWire", "CoterieJSON", "CoterieEvents", "CoterieJudgement", "ScopeKit"]
    ),
    tests(of: "CoterieConsole", on: []),
    tests(of: "CoterieLedger", on: ["CoterieWire"]),
  ]
)

// Only libFuzzer brings the `main` that this program has not, so a plain build must not see it.
if Context.environment["COTERIE_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "coterie-fuzz",
      dependencies: ["FuzzKit"],
      path: "Tools/fuzz",
      swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]
    )
  )
}
