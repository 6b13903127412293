"""Mutates the sources that decide, builds all mutants at once, and says which the tests catch.

mutate.py [--set rules|codec] [--share I/N] [--only N...] [--equivalent]: works on a copy of the
package, never on the repository's sources. Prints caught of total and each survivor with its place.
equivalent.txt names those that cannot change an answer, and why; they are left out, and run alone
with --equivalent. Exit 1 below 95 % of the rules or 90 % of the codec, or where one is caught then.
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
SETS = {
    "rules": {"CoterieJudgement": ["Graph", "Judge", "Rules", "Views"]},
    "codec": {"CoterieWire": [""], "CoterieEvents": [""]},
}
GOALS = {"rules": 95, "codec": 90}
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
    # Code that is inlined into other modules calls what all can see.
    access = "" if module == "CoterieJudgement" else "public "
    lines = ["" if module == "CoterieWire" else "internal import CoterieWire",
             f"{access}func isOn__(_ n: Int) -> Bool {{ Mutation.active == n }}",
             f"{access}func flip__(_ n: Int, _ c: Bool) -> Bool {{ isOn__(n) ? !c : c }}",
             f"{access}func isOff__(_ n: Int) -> Bool {{ !isOn__(n) }}"]
    for site in sites:
        sign = getattr(site, "operator", None)
        if not sign:
            continue
        name, n, other = sign + token(site.number), site.number, OPERATORS[sign]
        start = f"{access}func {name}"
        if sign in ("&&", "||"):
            order = "LogicalConjunction" if sign == "&&" else "LogicalDisjunction"
            lines.append(f"infix operator {name} : {order}Precedence")
            lines.append(f"{start} (a: Bool, b: @autoclosure () throws -> Bool) rethrows "
                         f"-> Bool {{ isOn__({n}) ? try a {other} b() : try a {sign} b() }}")
            continue
        lines.append(f"infix operator {name} : ComparisonPrecedence")
        kind = "Equatable" if sign in ("==", "!=") else "Comparable"
        if site.is_nil:
            lines.append(f"{start} <T>(a: T?, b: _OptionalNilComparisonType) -> Bool "
                         f"{{ isOn__({n}) ? a {other} b : a {sign} b }}")
            continue
        lines.append(f"{start} <T: {kind}>(a: T, b: T) -> Bool "
                     f"{{ isOn__({n}) ? a {other} b : a {sign} b }}")
        for count in (2, 3):
            names = [f"T{i}: {kind}" for i in range(count)]
            tuple_ = "(" + ", ".join(f"T{i}" for i in range(count)) + ")"
            lines.append(f"{start} <{', '.join(names)}>(a: {tuple_}, b: {tuple_}) -> Bool "
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
    dependencies: ["CoterieWire", "CoterieEvents", "CoterieJudgement", "ScopeKit"],
    path: "Tools/mutate/runner",
    swiftSettings: settings
  )
)
"""


class Copy:
    """A copy of the package whose sources are mutated."""

    def __init__(self, folder, sets):
        self.folder = pathlib.Path(folder)
        self.modules = {module for modules in sets.values() for module in modules}
        self.dropped = set()
        self.pairs = []
        self.files = []
        for name, modules in sets.items():
            for module, source in sources(modules):
                self.files.append((module, source))
                for site, edits in source.find():
                    site.number = len(self.pairs) + 1
                    site.set = name
                    self.pairs.append((module, source, site, edits))
        name_apart(self.sites())

    def write(self):
        """Writes the package with all mutants but those that did not compile."""
        edits = collections.defaultdict(list)
        for _, source, site, make in self.pairs:
            if site.number not in self.dropped:
                edits[source.name] += make(site.number)
        texts = {source.name: source.rewrite(edits[source.name]) for _, source in self.files}
        texts["Package.swift"] = manifest((ROOT / "Package.swift").read_text())
        texts["Sources/CoterieWire/Mutation.swift"] = SWITCH
        for module in self.modules:
            sites = [s for m, _, s, _ in self.pairs if m == module and s.number not in self.dropped]
            texts[f"Sources/{module}/Mutants.swift"] = helpers(module, sites)
        if "CoterieJudgement" in self.modules:
            table = "Sources/CoterieJudgement/Rules/RuleTable.swift"
            texts[table] = cells(texts[table], [s for s in self.sites() if hasattr(s, "cell")])
        for name in ("Sources", "Tests", "Tools", "Fixtures"):
            mirror(name, self.folder, texts)
        put(self.folder / "Package.swift", texts["Package.swift"].encode())

    def build(self, *words):
        run = subprocess.run(["swift", "build", "-j", os.environ.get("JOBS", "2"), *words],
                             cwd=self.folder, capture_output=True, check=False, text=True)
        return run.returncode, run.stdout + run.stderr

    def settle(self, *words):
        """Builds; leaves out the mutants of lines that do not compile, and builds again.

        Which they were is kept beside the copy, so that the next run builds once."""
        known = self.folder / "not-compiling.txt"
        names = set(known.read_text().splitlines()) if known.exists() else set()
        self.dropped |= {s.number for s in self.sites() if " | ".join(s.name) in names}
        for _ in range(12):
            self.write()
            status, output = self.build(*words)
            if status == 0:
                dropped = [s for _, _, s, _ in self.pairs if s.number in self.dropped]
                known.write_text("".join(" | ".join(s.name) + "\n" for s in dropped))
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


def name_apart(sites):
    """Counts places that one line has twice, so that each has a name of its own."""
    seen = collections.Counter()
    for site in sites:
        seen[site.name] += 1
        if seen[site.name] > 1:
            site.what += f" ({seen[site.name]})"


def mirror(name, target, texts):
    """Copies a folder, with these texts in place of its own; what is the same keeps its time, so
    that little is built again."""
    files = {str(f.relative_to(ROOT)): f for f in (ROOT / name).glob("**/*")
             if f.is_file() and "__pycache__" not in f.parts}
    wanted = set(files) | {path for path in texts if path.startswith(name + "/")}
    for file in (target / name).glob("**/*"):
        if file.is_file() and str(file.relative_to(target)) not in wanted:
            file.unlink()
    for path in wanted:
        put(target / path, texts[path].encode() if path in texts else files[path].read_bytes())


def put(path, content):
    """Writes a file if it says something else."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(copy, words, numbers, first=0):
    """Runs mutants one after the other; `first` is on from the runner's first instruction."""
    environment = dict(os.environ, SWIFT_BACKTRACE="enable=no", COTERIE_MUTANT=str(first))
    runner = str(copy.folder / ".build/release/coterie-mutants")
    process = subprocess.Popen([runner, *words, *map(str, numbers)], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, env=environment, preexec_fn=limit,
                               text=True)
    for line in process.stdout:
        print(line.rstrip("\n"), file=sys.stderr, flush=True)
        number, verdict = line.rstrip("\n").split(" ", 1)
        yield int(number), verdict
    if process.wait() != 0 and not first:
        sys.exit(f"the runner was ended ({process.returncode})")


def run_all(copy, numbers, words):
    """What catches each mutant; survivors are left out."""
    caught = {}
    for number, verdict in run(copy, words, numbers):
        if verdict != "survived":
            caught[number] = verdict
    # What is worked out once in a process was worked out before these were on.
    for number in [n for n in numbers if n not in caught]:
        verdict = dict(run(copy, words, [number], number)).get(number, "ended at its start")
        if verdict != "survived":
            caught[number] = verdict
    return caught


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", default="/tmp/coterie-mutants")
    parser.add_argument("--set", choices=[*SETS, "all"], default="all")
    parser.add_argument("--only", type=int, nargs="*", help="these mutants only")
    parser.add_argument("--share", default="0/1", help="I/N: every Nth mutant from I on")
    parser.add_argument("--equivalent", action="store_true", help="those of equivalent.txt only")
    parser.add_argument("--jobs", type=int, default=2, help="mutants that are run at once")
    options = parser.parse_args()
    os.makedirs(options.work, exist_ok=True)
    copy = Copy(options.work, SETS)
    known = equivalents(pathlib.Path(__file__).parent / "equivalent.txt")
    stale = set(known) - {site.name for site in copy.sites()}
    if stale:
        sys.exit("\n".join("no such place: " + " | ".join(name) for name in sorted(stale)))
    for module in ("CoterieWire", "CoterieEvents", "CoterieJudgement"):
        copy.settle("-c", "release", "--target", module)
    copy.settle("-c", "release", "--product", "coterie-mutants")
    start, step = map(int, options.share.split("/"))
    good = True
    for name in SETS if options.set == "all" else [options.set]:
        sites = [s for s in copy.sites() if s.set == name and s.number % step == start
                 and (not options.only or s.number in options.only)
                 and (s.name in known) == options.equivalent]
        good = report(copy, name, sites, options) and good
    print(f"{len(copy.dropped)} places do not compile when changed")
    return 0 if good else 1


def report(copy, name, sites, options):
    """Runs one set and prints its survivors; whether it reaches its goal."""
    numbers = [s.number for s in sites]
    words = [name, str(copy.folder / "Fixtures")]
    if dict(run(copy, words, [0])) != {0: "survived"}:
        sys.exit("a check fails without any mutant")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        shares = [numbers[start::options.jobs] for start in range(options.jobs)]
        ends = list(pool.map(lambda share: run_all(copy, share, words), shares))
    caught = {number for end in ends for number in end}
    for site in sites:
        if (site.number in caught) == options.equivalent:
            word = "not equivalent" if options.equivalent else "survived"
            print(f"{word} {site.number} {site.file}:{site.line} {site.what}")
    share = 100 * len(caught) / max(1, len(sites))
    print(f"{name}: {len(caught)} of {len(sites)} mutants caught ({share:.1f} %)")
    return not caught if options.equivalent else share >= GOALS[name]


def equivalents(path):
    """Mutants that cannot change an answer: FILE | CHANGE | LINE | REASON, one a line."""
    found = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        if line and not line.startswith("#"):
            *name, reason = (part.strip() for part in line.rsplit(" | ", 1)[0].split(" | ", 2)
                             + [line.rsplit(" | ", 1)[1]])
            found[tuple(name)] = reason
    return found


if __name__ == "__main__":
    sys.exit(main())
