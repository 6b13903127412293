"""Mutates the sources that decide, builds all mutants at once, and says which the tests catch.

mutate.py [--only N...]: works on a copy of the package, never on the repository's sources.
Prints caught of total and each survivor with its place. EQUIVALENT names those that cannot differ.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import resource
import subprocess
import sys

from sites import OPERATORS, Source, token

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = {"CoterieJudgement": ["Graph", "Judge", "Rules", "Views"]}
SWITCH = """import Glibc
package enum Mutation {
  package nonisolated(unsafe) static var active: Int =
    getenv("COTERIE_MUTANT").flatMap { Int(String(cString: $0)) } ?? 0
}
"""


def sources(modules):
    """The files of these modules that are mutated, with their texts."""
    for module, names in modules.items():
        for name in names:
            path = ROOT / "Sources" / module / name
            for file in [path] if path.is_file() else sorted(path.glob("**/*.swift")):
                yield module, Source(str(file.relative_to(ROOT)), file.read_text())


def helpers(module, sites):
    """What the rewritten files of a module call."""
    lines = ["" if module == "CoterieWire" else "internal import CoterieWire",
             "@inline(__always) func isOn__(_ n: Int) -> Bool { Mutation.active == n }",
             "func flip__(_ n: Int, _ c: Bool) -> Bool { isOn__(n) ? !c : c }",
             "func isOff__(_ n: Int) -> Bool { !isOn__(n) }"]
    for site in sites:
        sign = getattr(site, "operator", None)
        if not sign:
            continue
        name, n, other = sign + token(site.number), site.number, OPERATORS[sign]
        if sign in ("&&", "||"):
            order = "LogicalConjunction" if sign == "&&" else "LogicalDisjunction"
            lines.append(f"infix operator {name} : {order}Precedence")
            lines.append(f"func {name} (a: Bool, b: @autoclosure () throws -> Bool) rethrows -> Bool "
                         f"{{ isOn__({n}) ? try a {other} b() : try a {sign} b() }}")
            continue
        lines.append(f"infix operator {name} : ComparisonPrecedence")
        kind = "Equatable" if sign in ("==", "!=") else "Comparable"
        if site.is_nil:
            lines.append(f"func {name} <T>(a: T?, b: _OptionalNilComparisonType) -> Bool "
                         f"{{ isOn__({n}) ? a {other} b : a {sign} b }}")
            continue
        lines.append(f"func {name} <T: {kind}>(a: T, b: T) -> Bool "
                     f"{{ isOn__({n}) ? a {other} b : a {sign} b }}")
        for count in (2, 3):
            names = [f"T{i}: {kind}" for i in range(count)]
            tuple_ = "(" + ", ".join(f"T{i}" for i in range(count)) + ")"
            lines.append(f"func {name} <{', '.join(names)}>(a: {tuple_}, b: {tuple_}) -> Bool "
                         f"{{ isOn__({n}) ? a {other} b : a {sign} b }}")
    return "\n".join(lines) + "\n"


def cells(text, sites):
    """The table's look-up, with a mutant for each cell."""
    arms = "".join(f"    case {s.number} where kind == .{s.cell[0]} && role.rawValue == "
                   f"{s.cell[1] + 1}: return .{s.cell[2]}\n" for s in sites)
    body = "    switch Mutation.active {\n" + arms + "    default: break\n    }\n"
    head = "public func cell(_ kind: Kind, _ role: Role) -> Cell? {\n"
    assert head in text
    return "internal import CoterieWire\n" + text.replace(head, head + body)


def manifest(text):
    """The package without what a mutated copy cannot keep, and with the runner."""
    for line in (".strictMemorySafety(),", ".treatAllWarnings(as: .error),"):
        text = text.replace(line, "")
    return text + """
package.targets.append(
  .executableTarget(
    name: "coterie-mutants",
    dependencies: [
      "CoterieWire", "CoterieJSON", "CoterieEvents", "CoterieJudgement", "CoterieScenarios",
      "ScopeKit",
    ],
    path: "Tools/mutate/runner",
    swiftSettings: settings
  )
)
"""


class Copy:
    """A copy of the package whose sources are mutated."""

    def __init__(self, folder, modules):
        self.folder = pathlib.Path(folder)
        self.modules = modules
        self.dropped = set()
        for name in ("Sources", "Tests", "Tools", "Fixtures"):
            mirror(ROOT / name, self.folder / name)
        (self.folder / "Package.swift").write_text(manifest((ROOT / "Package.swift").read_text()))
        (self.folder / "Sources/CoterieWire/Mutation.swift").write_text(SWITCH)
        self.files = list(sources(modules))
        self.pairs = []
        for module, source in self.files:
            for site, edits in source.find():
                site.number = len(self.pairs) + 1
                self.pairs.append((module, source, site, edits))

    def write(self):
        """Writes all mutants but those that did not compile."""
        edits = collections.defaultdict(list)
        for _, source, site, make in self.pairs:
            if site.number not in self.dropped:
                edits[source.name] += make(site.number)
        for module, source in self.files:
            put(self.folder / source.name, source.rewrite(edits[source.name]))
        for module in self.modules:
            sites = [s for m, _, s, _ in self.pairs if m == module and s.number not in self.dropped]
            put(self.folder / f"Sources/{module}/Mutants.swift", helpers(module, sites))
        if "CoterieJudgement" in self.modules:
            table = self.folder / "Sources/CoterieJudgement/Rules/RuleTable.swift"
            changed = [s for _, _, s, _ in self.pairs if hasattr(s, "cell")]
            put(table, cells(table.read_text(), changed))

    def build(self, *words):
        run = subprocess.run(["swift", "build", "-j", os.environ.get("JOBS", "2"), *words],
                             cwd=self.folder, capture_output=True, check=False, text=True)
        return run.returncode, run.stdout + run.stderr

    def settle(self, *words):
        """Builds; leaves out the mutants of lines that do not compile, and builds again."""
        for _ in range(12):
            self.write()
            status, output = self.build(*words)
            if status == 0:
                return
            lines = set(re.findall(r"(Sources/\S+?\.swift):(\d+):\d+: error", output))
            bad = {s.number for _, source, s, _ in self.pairs for file, line in lines
                   if source.name == file and abs(s.line - int(line)) <= 1}
            fresh = bad - self.dropped
            if not fresh:
                sys.exit(output[-3000:])
            self.dropped |= fresh
        sys.exit("the mutants do not compile")

    def sites(self):
        return [s for _, _, s, _ in self.pairs if s.number not in self.dropped]


def mirror(source, target):
    """Copies a folder; files that are the same keep their times, so that little is built again."""
    files = {f.relative_to(source) for f in source.glob("**/*") if f.is_file()}
    for file in {f.relative_to(target) for f in target.glob("**/*") if f.is_file()} - files:
        (target / file).unlink()
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        bytes_ = (source / file).read_bytes()
        if not (target / file).exists() or (target / file).read_bytes() != bytes_:
            (target / file).write_bytes(bytes_)


def put(path, text):
    """Writes a file if it says something else."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_all(copy, numbers, words, seconds):
    """Which mutants a runner catches: a trap or a hang counts, and the runner starts behind it."""
    left, caught, survived = list(numbers), {}, []
    environment = dict(os.environ, SWIFT_BACKTRACE="enable=no")
    while left:
        process = subprocess.Popen(
            ["timeout", str(seconds * max(20, len(left))),
             str(copy.folder / ".build/release/coterie-mutants"), *words, *map(str, left)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            preexec_fn=limit, text=True)
        for line in process.stdout:
            number, verdict = line.rstrip("\n").split(" ", 1)
            print(line.rstrip("\n"), file=sys.stderr, flush=True)
            if int(number) in caught or int(number) not in left:
                continue
            left.remove(int(number))
            if verdict == "survived":
                survived.append(int(number))
            else:
                caught[int(number)] = verdict
        if process.wait() == 0 or not left:
            break
        caught[left.pop(0)] = f"ended by signal or time ({process.returncode})"
    return caught, survived


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", default="/tmp/coterie-mutants")
    parser.add_argument("--only", type=int, nargs="*", help="these mutants only")
    parser.add_argument("--jobs", type=int, default=2, help="mutants that are run at once")
    options = parser.parse_args()
    os.makedirs(options.work, exist_ok=True)
    copy = Copy(options.work, RULES)
    copy.settle("--target", "CoterieJudgement")
    copy.settle("-c", "release", "--product", "coterie-mutants")
    numbers = options.only or [s.number for s in copy.sites()]
    words = [str(copy.folder / "Fixtures")]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        shares = [numbers[start::options.jobs] for start in range(options.jobs)]
        ends = list(pool.map(lambda share: run_all(copy, share, words, 60), shares))
    caught = {number: why for end in ends for number, why in end[0].items()}
    survived = [number for end in ends for number in end[1]]
    known = equivalents(pathlib.Path(__file__).parent / "equivalent.txt")
    real = []
    for site in copy.sites():
        if site.number in survived:
            reason = known.get((site.file, site.what))
            print(f"survived {site.number} {site.file}:{site.line} {site.what}"
                  + (f" -- equivalent: {reason}" if reason else ""))
            if not reason:
                real.append(site)
    same = len(survived) - len(real)
    total = len(numbers) - same
    print(f"{len(caught)} of {total} mutants caught ({100 * len(caught) / max(1, total):.1f} %); "
          f"{same} equivalent; {len(copy.dropped)} did not compile")
    return 0


def equivalents(path):
    """FILE | WHAT | REASON, one a line."""
    found = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        if line and not line.startswith("#"):
            file, what, reason = (part.strip() for part in line.split(" | "))
            found[file, what] = reason
    return found


if __name__ == "__main__":
    sys.exit(main())
