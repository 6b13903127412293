#!/usr/bin/env python3
"""Measures commands on logs of growing size, and draws what they cost.

growth.py measure FOLDER --sizes 1000,10000,…   appends to FOLDER/growth.json
growth.py draw FOLDER/growth.json OUT.svg       draws seconds against events
growth.py table FOLDER/growth.json              prints a table in Markdown

Wall seconds, processor seconds and peak memory are those of one process of the real program, which
opens its log anew each time.
"""
import argparse
import json
import math
import os
import sys

from measuring import after, run

PROGRAMS = os.environ.get("COTERIE_PROGRAMS", ".build/release")


def rows(bundle, other, store, scenario):
    """What is measured: a name and the words of the command."""
    coterie = f"{PROGRAMS}/coterie"
    return [
        ("replay, a bundle", [coterie, "replay", bundle]),
        ("replay --signatures every", [coterie, "replay", "--signatures", "every", bundle]),
        ("log, the newest 20", [coterie, "log", bundle, "--limit", "20"]),
        ("state", [coterie, "state", bundle]),
        ("state --at the middle", [coterie, "state", bundle, "--at", "#MIDDLE"]),
        ("why an event", [coterie, "why", "#MIDDLE", bundle]),
        ("diff of two that differ in one", [coterie, "diff", bundle, other]),
        ("members", [coterie, "members", bundle]),
        ("report", [coterie, "report", bundle, "-o", "REPORT"]),
        ("fixture run, in 22 orders", [coterie, "fixture", "run", scenario]),
        ("import into a store", [coterie, "import", bundle, "-s", store]),
        ("replay, a store", [coterie, "replay", store]),
        ("state --from-checkpoint", [coterie, "state", "--from-checkpoint", store]),
        ("group list", [coterie, "group", "list", "-s", store]),
    ]


def make(size, here, bundle):
    """A log of ten members, one act of authority in a hundred. Up to a million events each of them
    acts on what it has seen so far; the generator holds all of their copies in memory, so above that
    they are written in turn, each having seen everything."""
    if size <= 1_000_000:
        words = ["logs", here, "--members", "10", "--events", str(size), "--seed", "3"]
        made = run([f"{PROGRAMS}/coterie-generate", "-q"] + words + ["--authority", "10"])
    else:
        made = run([f"{PROGRAMS}/coterie-bench", "log", str(size), bundle])
    if made["exit"] != 0:
        sys.exit(f"no log of {size} events: {made['errors']}")


def play(steps, path):
    """A scenario of so many steps: ten people post in turn, and exchange every ten steps."""
    people = [f"p{number}" for number in range(10)]
    told = []
    for step in range(steps):
        if step % 100 == 0:
            member, role = people[1 + step // 100 % 9], ["moderator", "member"][step // 900 % 2]
            told.append({"as": "p0", "do": "member.role", "member": member, "role": role})
        else:
            told.append({"as": people[step % 10], "do": "message.post"})
        if step % 10 == 9:
            told.append({"sync": "all"})
    group = {"founder": "p0", "members": {person: "member" for person in people[1:]}}
    expected = {"same": True}
    with open(path, "w") as file:
        whole = {"scenario": 1, "title": "A long one", "group": group}
        json.dump(whole | {"steps": told, "expect": expected}, file)


# Each event is signed on its own, and each scenario run in 22 orders.
LIMITS = {"replay --signatures every": 1_000_000, "fixture run, in 22 orders": 100_000}


def measure(folder, sizes):
    os.makedirs(folder, exist_ok=True)
    path = f"{folder}/growth.json"
    figures = json.load(open(path)) if os.path.exists(path) else {"rows": []}
    environment = dict(os.environ, COTERIE_KEYRING=f"{folder}/keyring")
    for size in sizes:
        here = f"{folder}/{size}"
        os.makedirs(here, exist_ok=True)
        bundle, other, store = f"{here}/m0.cborseq", f"{here}/one-less.cborseq", f"{here}/s.coterie"
        if not os.path.exists(bundle):
            make(size, here, bundle)
        if not os.path.exists(other):
            # In a process of its own: what this one held would count as its children's peak memory.
            run([sys.executable, __file__, "drop", bundle, other])
        if not os.path.exists(store):
            run([f"{PROGRAMS}/coterie", "init", store], env=environment)
        scenario = f"{here}/scenario.json"
        if not os.path.exists(scenario) and size <= LIMITS["fixture run, in 22 orders"]:
            play(size, scenario)
        for name, words in rows(bundle, other, store, scenario):
            if size > LIMITS.get(name, size):
                continue
            known = [r for r in figures["rows"] if r["name"] == name and r["events"] == size]
            if known:
                continue
            words = [
                w.replace("MIDDLE", str(size // 2)).replace("REPORT", f"{here}/report.html")
                for w in words
            ]
            one = run(words, env=environment)
            if one["exit"] not in (0, 1):
                print(f"{' '.join(words)}: exit {one['exit']}\n{one['errors'][-400:]}", file=sys.stderr)
                continue
            del one["output"], one["errors"]
            figures["rows"].append({"name": name, "events": size, **one})
            print(f"{size:>9}  {name:<34} {one['wall']:8.2f} s {one['memory'] >> 20:>6} MiB")
            with open(path, "w") as file:
                json.dump(figures, file, indent=1)


def items(data):
    """Where each item of a CBOR sequence starts and ends."""
    place = 0
    while place < len(data):
        start, place = place, after(data, place)
        yield start, place


def drop_last(bundle, other):
    """A bundle that lacks the last entry, and says so at its end by having no end item."""
    data = open(bundle, "rb").read()
    found = list(items(data))
    with open(other, "wb") as file:
        file.write(data[: found[-2][0]])


def table(path):
    figures = json.load(open(path))["rows"]
    sizes = sorted({r["events"] for r in figures})
    names = list(dict.fromkeys(r["name"] for r in figures))
    print("| what | " + " | ".join(f"{s:,}".replace(",", " ") for s in sizes) + " | growth |")
    print("|---|" + "---|" * (len(sizes) + 1))
    for name in names:
        mine = {r["events"]: r for r in figures if r["name"] == name}
        cells = [f"{mine[s]['wall']:.2f} s" if s in mine else "–" for s in sizes]
        print(f"| {name} | " + " | ".join(cells) + f" | {exponent(mine)} |")


def exponent(mine):
    """The power of n by which processor time grows between the two largest sizes."""
    sizes = sorted(mine)[-2:]
    if len(sizes) < 2:
        return "–"
    small, large = (max(0.001, mine[s]["processor"]) for s in sizes)
    return f"n^{math.log(large / small) / math.log(sizes[1] / sizes[0]):.2f}"


COLOURS = [
    "#1b6ca8", "#c1440e", "#2e7d32", "#7b1fa2", "#8d6e63", "#00838f", "#ad1457", "#616161",
    "#f9a825", "#283593", "#558b2f", "#4e342e", "#37474f",
]


def draw(path, out):
    """Seconds against events, both by powers of ten."""
    figures = json.load(open(path))["rows"]
    names = list(dict.fromkeys(r["name"] for r in figures))
    events = [r["events"] for r in figures]
    walls = [max(r["wall"], 0.001) for r in figures]
    left, right = math.floor(math.log10(min(events))), math.ceil(math.log10(max(events)))
    low, high = math.floor(math.log10(min(walls))), math.ceil(math.log10(max(walls)))
    wide, tall, edge = 620, 420, 60

    def x(value):
        return edge + (math.log10(value) - left) / max(1, right - left) * wide

    def y(value):
        return edge + tall - (math.log10(max(value, 0.001)) - low) / max(1, high - low) * tall

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide + edge + 280} {tall + edge * 2}"'
        ' font-family="sans-serif" font-size="13">',
        "<title>Seconds of each command against the number of events</title>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for power in range(left, right + 1):
        at = x(10**power)
        lines.append(f'<line x1="{at:.1f}" y1="{edge}" x2="{at:.1f}" y2="{edge + tall}" stroke="#ddd"/>')
        label = f"{10 ** power:,}".replace(",", " ")
        lines.append(f'<text x="{at:.1f}" y="{edge + tall + 20}" text-anchor="middle">{label}</text>')
    for power in range(low, high + 1):
        at = y(10.0**power)
        lines.append(f'<line x1="{edge}" y1="{at:.1f}" x2="{edge + wide}" y2="{at:.1f}" stroke="#ddd"/>')
        lines.append(f'<text x="{edge - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0 ** power:g} s</text>')
    # Linear growth, to hold the others against.
    lines.append(
        f'<line x1="{x(10 ** left):.1f}" y1="{y(10.0 ** (low)):.1f}" '
        f'x2="{x(10 ** min(right, left + high - low)):.1f}" '
        f'y2="{y(10.0 ** (low + min(right - left, high - low))):.1f}" stroke="#999" stroke-dasharray="4 4"/>'
    )
    ends = []
    for place, name in enumerate(names):
        colour = COLOURS[place % len(COLOURS)]
        mine = sorted((r["events"], r["wall"]) for r in figures if r["name"] == name)
        points = " ".join(f"{x(e):.1f},{y(w):.1f}" for e, w in mine)
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for e, w in mine:
            lines.append(f'<circle cx="{x(e):.1f}" cy="{y(w):.1f}" r="3" fill="{colour}"/>')
        ends.append((y(mine[-1][1]), name, colour))
    last = 0
    for at, name, colour in sorted(ends):
        last = max(at, last + 16)
        lines.append(f'<text x="{edge + wide + 10}" y="{last + 4:.1f}" fill="{colour}">{name}</text>')
    lines.append(f'<text x="{edge + wide / 2}" y="{edge + tall + 44}" text-anchor="middle">events</text>')
    lines.append('<text x="20" y="40">wall seconds; the dashed line grows as the number of events</text>')
    lines.append("</svg>")
    with open(out, "w") as file:
        file.write("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("job", choices=["measure", "draw", "table", "drop"])
    parser.add_argument("path")
    parser.add_argument("out", nargs="?")
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    chosen = parser.parse_args()
    if chosen.job == "measure":
        measure(chosen.path, [int(s) for s in chosen.sizes.split(",")])
    elif chosen.job == "drop":
        drop_last(chosen.path, chosen.out)
    elif chosen.job == "table":
        table(chosen.path)
    else:
        draw(chosen.path, chosen.out)


if __name__ == "__main__":
    main()
