"""Finds the places of Swift sources that a mutant changes, and rewrites them to ask at run time.

A comparison `a < b` becomes an operator of its own, `a <XYZ b`, that is `<=` while its mutant is on;
a condition of guard, if, while or where is negated; an arm of a switch that has a default is dropped;
a cell of the rule table is another. Lines stay where they are, so faults of the compiler name them.
"""

import re

OPERATORS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||",
             "||": "&&"}
CELLS = {"no": "yes", "yes": "no", "own": "yes", "low": "yes", "ownLow": "low", "free": "no"}
BINARY = re.compile(r"(?<=[ ])(<=|>=|==|!=|&&|\|\||<|>)(?=[ ])")
KEYWORD = re.compile(r"(?<![\w.`])(guard|if|while|where)(?= )")
OPEN, CLOSE = "([{", ")]}"


def masked(text):
    """The text with comments and strings blanked, so that nothing in them is found."""
    out, place = list(text), 0
    while place < len(text):
        if text.startswith("//", place):
            end = text.find("\n", place)
            end = len(text) if end < 0 else end
        elif text[place] == '"':
            end = place + 1
            while text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            end += 1
        else:
            place += 1
            continue
        for spot in range(place, end):
            if out[spot] != "\n":
                out[spot] = "_"
        place = end
    return "".join(out)


def conditions(mask, start, keyword):
    """The extents of the conditions behind a keyword, split at their commas."""
    depth, begin, place = 0, start, start
    while place < len(mask):
        char = mask[place]
        ends = depth == 0 and (
            keyword == "guard" and re.match(r"else\b", mask[place:]) and mask[place - 1] in " \n"
            or keyword != "guard" and char == "{"
            or keyword == "where" and char in ":,\n" and not _goes_on(mask, place))
        if ends or (char == "," and depth == 0):
            yield begin, place
            begin = place + 1
        if ends:
            return
        if char in OPEN:
            depth += 1
        elif char in CLOSE:
            depth -= 1
            if depth < 0:
                return
        place += 1


def _goes_on(mask, place):
    """Whether a line break stands before an operator that continues the condition."""
    return mask[place] == "\n" and re.match(r"\s*(&&|\|\||==|<|>)", mask[place:]) is not None


class Site:
    """One place and what its mutant makes of it."""

    def __init__(self, file, line, what, text):
        self.file, self.line, self.what, self.text = file, line, what, text
        self.number, self.set = 0, ""

    @property
    def name(self):
        """What names the place as long as its line says the same."""
        return self.file, self.what, self.text


def token(number):
    """Three characters of box drawing that spell a number."""
    return "".join(chr(0x2500 + (number >> shift & 63)) for shift in (12, 6, 0))


class Source:
    """One file, its sites, and the edits that they need."""

    def __init__(self, name, text):
        self.name, self.text, self.mask = name, text, masked(text)
        self.edits = []

    def line(self, place):
        return self.text.count("\n", 0, place) + 1

    def find(self):
        """Hands over (site, how) in the order of the file; `how` makes the edits of a number."""
        found = []
        generic = [m.span() for m in re.finditer(r"^.*\b(func|struct|class|extension|init)\b.*$",
                                                 self.mask, re.M)]
        for match in BINARY.finditer(self.mask):
            line_end = self.mask.find("\n", match.end())
            rest = self.mask[match.end():line_end]
            before = self.mask[self.mask.rfind("\n", 0, match.start()) + 1:match.start()]
            if any(a <= match.start() < b for a, b in generic) and "{" not in before:
                continue
            if re.match(r"\s*func ", before) or "static func " in before:
                continue
            found.append(self._operator(match, rest, before))
        for match in KEYWORD.finditer(self.mask):
            line_start = self.mask.rfind("\n", 0, match.start()) + 1
            head = self.mask[line_start:match.start()]
            if match[1] == "where" and re.match(r"\s*(extension|func|struct)\b", head):
                continue
            for begin, end in conditions(self.mask, match.end(), match[1]):
                site = self._condition(begin, end)
                if site:
                    found.append(site)
        found += self._arms()
        if self.name.endswith("Version1.swift"):
            found += self._cells()
        return sorted(found, key=lambda pair: pair[0].line)

    def _site(self, place, what):
        line = self.line(place)
        return Site(self.name, line, what, self.text.splitlines()[line - 1].strip())

    def _operator(self, match, rest, before):
        sign = match[1]
        is_nil = rest.strip().startswith("nil") or before.rstrip().endswith("nil")
        site = self._site(match.start(), f"{sign} is {OPERATORS[sign]}")
        site.operator, site.is_nil = sign, is_nil
        return site, lambda n: [(match.start(), match.end(), sign + token(n))]

    def _condition(self, begin, end):
        text = self.mask[begin:end]
        if not text.strip() or re.match(r"\s*(let|var|case|#|unsafe)\b", text):
            return None
        first = begin + len(text) - len(text.lstrip())
        last = begin + len(text.rstrip())
        site = self._site(first, f"negated: {' '.join(self.text[first:last].split())}")
        return site, lambda n: [(first, first, f"flip__({n}, "), (last, last, ")")]

    def _arms(self):
        for match in re.finditer(r"^( *).*\bswitch .*\{\n", self.mask, re.M):
            indent = match[1]
            end = re.compile(rf"^{indent}\}}", re.M).search(self.mask, match.end())
            body = (match.end(), end.start() if end else len(self.mask))
            arm = re.compile(rf"^{indent}(case |default)", re.M)
            starts = list(arm.finditer(self.mask, *body))
            if not any(s[1] == "default" for s in starts):
                continue
            for start in starts:
                if start[1] == "default":
                    continue
                pieces = list(self._patterns(start.end()))
                if not pieces:
                    continue
                label = " ".join(self.text[start.end():pieces[-1]].split())
                site = self._site(start.start(), f"dropped arm: {label}")
                yield site, lambda n, pieces=pieces: [
                    (p, p, f" {'&&' if self._has_where(start, p) else 'where'} isOff__({n})")
                    for p in pieces]

    def _has_where(self, start, place):
        return " where " in self.mask[max(start.start(), self.mask.rfind("case ", 0, place)):place]

    def _patterns(self, place):
        depth = 0
        while place < len(self.mask):
            char = self.mask[place]
            if depth == 0 and char in ",:":
                yield place
                if char == ":":
                    return
            depth += (char in OPEN) - (char in CLOSE)
            place += 1

    def _cells(self):
        for row in re.finditer(r"\(\.(\w+), \[([^]]*)\]\)", self.mask):
            for column, cell in enumerate(re.finditer(r"\.(\w+)", row[2])):
                start = row.start(2) + cell.start()
                end = row.start(2) + cell.end()
                role = ["observer", "member", "moderator", "admin", "owner"][column]
                other = CELLS[cell[1]]
                site = self._site(start, f"{row[1]} by {role}: {cell[1]} is {other}")
                site.cell = (row[1], column, other)
                yield site, lambda n: []

    def rewrite(self, edits):
        text = self.text
        for start, end, new in sorted(edits, key=lambda e: (e[0], e[1]), reverse=True):
            text = text[:start] + new + text[end:]
        return text
