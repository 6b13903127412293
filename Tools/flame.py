#!/usr/bin/env python3
"""Draws a flame graph from what `perf script -F ip,sym` prints.

perf record -g -o perf.data .build/release/coterie-bench replay LOG KEYRING
perf script -i perf.data -F ip,sym | swift demangle --simplified | flame.py OUT.svg
"""
import html
import re
import sys


def stacks(lines):
    stack = []
    for line in lines:
        line = line.strip()
        if not line:
            if stack:
                yield stack[::-1]
            stack = []
            continue
        name = line.split(" ", 1)[1] if " " in line else line
        stack.append(short(name))
    if stack:
        yield stack[::-1]


def short(name):
    name = re.sub(r"\(.*", "", name).strip()
    name = re.sub(r"^(closure #\d+ in |specialized |protocol witness for |partial apply for )+", "", name)
    return re.sub(r"^(Coterie\w+|Swift)\.", "", name) or "[unknown]"


def grow(root, stack):
    node = root
    node["count"] += 1
    for name in stack:
        node = node["below"].setdefault(name, {"count": 0, "below": {}})
        node["count"] += 1


def draw(root, out):
    wide, high, total = 1200, 17, root["count"]
    lines = []
    deepest = 0

    def box(node, name, left, depth):
        nonlocal deepest
        width = node["count"] / total * wide
        if width < 1:
            return
        deepest = max(deepest, depth)
        hue = sum(name.encode()) % 50
        share = f"{100 * node['count'] / total:.1f} %"
        lines.append(
            f'<g><title>{html.escape(name)}: {share}</title>'
            f'<rect x="{left:.1f}" y="{{{depth}}}" width="{width - 0.4:.1f}" height="{high - 1}" '
            f'fill="hsl({hue},75%,62%)"/>'
        )
        if width > 40:
            text = html.escape(name[: int(width / 6.6)])
            lines.append(f'<text x="{left + 3:.1f}" y="{{t{depth}}}">{text}</text>')
        lines.append("</g>")
        at = left
        for below, child in sorted(node["below"].items()):
            box(child, below, at, depth + 1)
            at += child["count"] / total * wide

    at = 0.0
    for name, child in sorted(root["below"].items()):
        box(child, name, at, 0)
        at += child["count"] / total * wide
    tall = (deepest + 1) * high + 30
    text = "\n".join(lines)
    for depth in range(deepest + 1):
        top = tall - (depth + 1) * high - 5
        text = text.replace(f"{{{depth}}}", str(top)).replace(f"{{t{depth}}}", str(top + 12))
    with open(out, "w") as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" '
            'font-family="monospace" font-size="11">\n<title>Where the time of a cold replay goes</title>\n'
            f'<rect width="100%" height="100%" fill="white"/>\n{text}\n</svg>\n'
        )


def main():
    root = {"count": 0, "below": {}}
    for stack in stacks(sys.stdin):
        start = next((i for i, name in enumerate(stack) if "replaying" in name), None)
        if start is not None:
            grow(root, stack[start:])
    draw(root, sys.argv[1])


if __name__ == "__main__":
    main()
