#!/usr/bin/env bash
# Builds an app in a package of its own that takes the library from a tagged repository, as apps do,
# and runs it: what apps need is public, and nothing in the manifest keeps them from building.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

# What stands in the folder now, as a release of its own.
git clone -q . "$here/coterie"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$here/coterie" 2>&1 |
  grep -v 'No such file' || true
git -C "$here/coterie" add -A
git -C "$here/coterie" -c user.name=check -c user.email=check@localhost commit -q --allow-empty -m check
git -C "$here/coterie" tag 0.1.0

mkdir -p "$here/app/Sources/app"
cp Tools/embed/app/main.swift "$here/app/Sources/app/"
cat >"$here/app/Package.swift" <<END
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "app",
  dependencies: [.package(url: "file://$here/coterie", exact: "0.1.0")],
  targets: [
    .executableTarget(
      name: "app",
      dependencies: [.product(name: "Coterie", package: "coterie")],
      swiftSettings: [.enableUpcomingFeature("MemberImportVisibility")]
    )
  ]
)
END
swift build --package-path "$here/app" >"$here/log" 2>&1 || { grep -A 6 "error:" "$here/log" >&2; exit 1; }
mkdir "$here/stores"
"$here/app/.build/debug/app" "$here/stores" | tee "$here/out"
diff - "$here/out" <<END
message: What are we reading?
refused: role-too-low
ann: 4 events
bob: 4 events
END
