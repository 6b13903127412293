"""Opens a report in a real browser and holds it against the program's other outputs.

check.py COTERIE [--hostile] [--within SECONDS] [--shots FOLDER] PATH...

Makes the page of the PATHs with COTERIE and requires: no request beyond the file itself, no message
on the console, every finding and a sample of events by their addresses, counts of filters equal to
`coterie log --json`, members at the last position equal to `coterie state --json`, a walk by keys,
names for what is used, readable contrast in dark and light, and paper. With --hostile also that no
name of a stranger became markup or turned the direction of text. Prints one line.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

CHOICES = ("author", "kind", "status", "code")
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"


def need(holds, *words):
    """Ends with what was expected, unless it holds."""
    if not holds:
        raise SystemExit("FAIL " + " ".join(str(word)[:400] for word in words))


def program(coterie, *arguments):
    """The result of a command, as JSON."""
    run = subprocess.run([coterie, *arguments, "--json"], capture_output=True, check=False)
    return json.loads(run.stdout)


class Page:
    """A report in a browser, watched for requests and complaints."""

    def __init__(self, browser, path, scheme="light"):
        context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
        self.tab = context.new_page()
        self.path = path
        self.requests, self.complaints = [], []
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("console", lambda message: self.complaints.append(message.text))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on("dialog", lambda dialog: (self.complaints.append("a dialog"), dialog.dismiss()))
        started = time.monotonic()
        self.tab.goto(self.address())
        self.tab.wait_for_selector("body[data-ready]")
        self.seconds = time.monotonic() - started

    def address(self, hash_=""):
        return "file://" + self.path + (f"#{hash_}" if hash_ else "")

    def go(self, hash_):
        self.tab.evaluate("hash => { location.hash = hash; }", hash_)
        self.tab.wait_for_timeout(15)

    def text(self, selector):
        return self.tab.locator(selector).first.inner_text()

    def keys(self, *keys):
        for key in keys:
            self.tab.keyboard.press(key)

    def focus(self):
        return self.tab.evaluate("document.activeElement.id")

    def calm(self):
        """Nothing was asked of anyone, and nothing was complained of."""
        foreign = [url for url in self.requests if not url.startswith("file://" + self.path)]
        need(not foreign, "requests:", foreign)
        need(not self.complaints, "console:", self.complaints)


def check_banner(page, group):
    """The verdict, and where two logs part if they do."""
    banner = page.text("#verdict").replace("\u202f", "")
    members, first = group["members"], group["first"]
    word = "ONE LOG" if len(members) == 1 and group["status"] == "same" else group["status"].upper()
    need(word in banner, "the banner does not say", word)
    for member in members:
        need((member["digest"] or "none")[:8] in banner, "state of", member["name"])
        for status, count in member["counts"].items():
            need(f"{status} {count}" in banner, status, count, "of", member["name"])
    if first:
        parting = page.text("#parting")
        need(first["id"][:8] in parting, "the first difference is not shown")
        for verdict in first["verdicts"]:
            need((verdict or {"status": "absent"})["status"] in parting, "its verdicts")
    if len(members) == 1:
        need(not page.tab.locator("#parting").is_visible(), "one log parts from nothing")


def check_findings(page, findings):
    need(page.tab.locator(".finding").count() == len(findings), "findings on the page")
    for number in range(1, len(findings) + 1):
        page.go(f"f={number}")
        need(page.focus() == f"f{number}", f"#f={number} is not reached")
        need("here" in page.tab.locator(f"#f{number}").get_attribute("class"), "not marked")


def check_events(page, events, log):
    odd = [event for event in events if event["verdict"]["status"] != "effective"]
    step = max(1, len(events) // 12)
    for event in events[::step] + events[-1:] + odd[:12]:
        page.go(f"log={log}&e={event['id']}")
        panel = page.text("#panel")
        verdict = event["verdict"]
        need(event["id"] in panel, "the panel lacks", event["id"])
        need(verdict["status"] in panel, "status of", event["id"])
        for name in ("code", "need"):
            need(verdict[name] is None or verdict[name] in panel, name, "of", event["id"])
        for name in ("by", "support", "root"):
            need(verdict[name] is None or verdict[name][:8] in panel, name, "of", event["id"])
        for parent in event["parents"][:20]:
            need(parent[:8] in panel, "parent of", event["id"])
        row = page.tab.locator('.row[aria-selected="true"]')
        need(row.count() == 1 and event["id"][:8] in row.inner_text(), "row of", event["id"])


def check_filters(page, coterie, path, events, log):
    page.go(f"log={log}&n=1")
    fields = [
        {"author": e["author"], "kind": e["kind"], "status": e["verdict"]["status"],
         "code": e["verdict"]["code"]} for e in events
    ]
    known = {name: sorted({f[name] for f in fields if f[name]}) for name in CHOICES}

    def count():
        return int(page.tab.locator("#count").get_attribute("data-count"))

    def choose(**wanted):
        for name in CHOICES:
            value = wanted.get(name, "")
            if name == "kind" and value and value not in page.tab.evaluate(
                    "[...document.querySelectorAll('#filter-kind option')].map(o => o.value)"):
                value = "unknown"
            page.tab.select_option(f"#filter-{name}", value)
        page.tab.locator("#filters").evaluate("form => form.requestSubmit()")

    need(count() == len(events), "count without filters", count(), len(events))
    for name in CHOICES:
        for value in known[name]:
            choose(**{name: value})
            expected = sum(1 for f in fields if f[name] == value)
            need(count() == expected, "count of", name, value, count(), expected)
        for value in known[name][:2] + known[name][-1:]:
            choose(**{name: value})
            result = program(coterie, "log", path, f"--{name}", value)["result"]
            if result is not None:
                need(count() == len(result["events"]), "log --json", name, value)
    for name in ("kind", "status"):
        author = known["author"][0]
        choose(author=author, **{name: known[name][0]})
        result = program(coterie, "log", path, "--author", author, f"--{name}", known[name][0])
        need(count() == len(result["result"]["events"]), "two filters together")
    choose()
    some = events[len(events) // 2]["id"]
    page.tab.fill("#filter-text", some[:16])
    page.tab.locator("#filters").evaluate("form => form.requestSubmit()")
    need(count() >= 1 and some[:8] in page.text("#spacer"), "text filter")
    page.tab.click("#filter-reset")
    need(count() == len(events), "filters cleared")


def check_state(page, coterie, path, log):
    """The last position has the members of the program's own state."""
    page.go(f"log={log}&n=999999999")
    state = program(coterie, "state", path)["result"]
    members = state["members"] if state else {}
    shown = page.tab.evaluate(
        """[...document.querySelectorAll('.members li')].map(row => [
          row.querySelector('.role').textContent, row.querySelector('.id').title])"""
    )
    need(sorted(shown) == sorted([m["role"], key] for key, m in members.items()), "members", shown)
    for position in (1, 3) if members else ():
        page.go(f"log={log}&n={position}")
        need(page.tab.input_value("#position") == str(position), f"#n={position} is not reached")


def check_keys(page, events):
    tab = page.tab
    tab.locator("#list").focus()
    page.keys("Home", "ArrowDown", "ArrowDown")
    row = tab.locator('.row[aria-selected="true"]')
    need(events[2]["id"][:8] in row.inner_text(), "arrows")
    need(tab.locator("#list").get_attribute("aria-activedescendant") == row.get_attribute("id"),
         "active descendant")
    need(f"e={events[2]['id']}" in tab.evaluate("location.hash"), "address follows the keys")
    page.keys("End")
    need(events[-1]["id"] in page.text("#panel"), "End")
    page.keys("Home", "PageDown", "Enter")
    need(page.focus() == "panel", "Enter goes to the panel")
    page.keys("Escape")
    need(page.focus() == "list", "Escape comes back")
    page.keys("Home", "c")
    need(events[0]["id"][:8] not in row.inner_text(), "c goes to a child")
    page.keys("p")
    need(events[0]["id"][:8] in row.inner_text(), "p comes back to the parent")
    page.keys("/")
    need(page.focus() == "filter-text", "/ goes to the filter")
    tab.keyboard.type("group.found")
    page.keys("Enter")
    need(tab.locator("#count").get_attribute("data-count") == "1", "typed filter")
    need(page.focus() == "list", "Enter goes to the list")
    page.keys("Escape")
    need(tab.locator("#count").get_attribute("data-count") != "1", "Escape clears")
    page.keys("?")
    need(tab.locator("#help[open]").count() == 1, "? opens help")
    page.keys("Escape")
    need(tab.locator("#help[open]").count() == 0, "Escape closes help")
    page.keys("l")
    need(page.focus() == "lanes", "l goes to the lanes")
    page.keys("Home", "]")
    need(tab.input_value("#position") != "1", "] goes to the next change")
    page.keys("Home", "ArrowRight")
    need(tab.input_value("#position") == "2", "arrows in the lanes")
    need(tab.locator("#lanes").get_attribute("aria-valuenow") == "2", "slider value")
    tab.locator("body").evaluate("() => document.activeElement.blur()")
    seen = []
    for _ in range(40):
        page.keys("Tab")
        seen.append(page.focus())
    for wanted in ("theme", "keys", "lanes", "position", "filter-text", "filter-author", "list"):
        need(wanted in seen, "Tab does not reach", wanted)
    for name in ("theme", "lanes", "list"):
        tab.locator("body").evaluate("() => document.activeElement.blur()")
        for _ in range(60):
            page.keys("Tab")
            if page.focus() == name:
                break
        style = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        need(style == "solid", "focus is not visible on", name)


def check_names(page):
    """Every control and region has a name for those who do not see it."""
    nameless = page.tab.evaluate("""() => [...document.querySelectorAll(
      'button, input, select, [role=listbox], [role=slider], section, aside, dialog')]
      .filter(one => !one.hidden && !(one.getAttribute('aria-label') ||
        one.getAttribute('aria-labelledby') || one.labels?.length || one.textContent.trim()))
      .map(one => one.id || one.outerHTML.slice(0, 80))""")
    need(not nameless, "without a name:", nameless)


CONTRAST = """() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map(Number).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (let place = one; place; place = place.parentElement) {
      const colour = getComputedStyle(place).backgroundColor;
      if (!/rgba\\(0, 0, 0, 0\\)|transparent/.test(colour)) return colour;
    }
    return 'rgb(255,255,255)';
  };
  return [...document.querySelectorAll('p, td, th, span, a, h1, h2, h3, h4, dt, dd, code, label')]
    .filter((one) => one.checkVisibility() && [...one.childNodes].some((node) =>
      node.nodeType === 3 && node.data.trim() !== ''))
    .map((one) => {
      const [a, b] = [light(getComputedStyle(one).color), light(ground(one))];
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), one.className,
        one.textContent.slice(0, 40)];
    })
    .filter(([ratio]) => ratio < 4.5);
}"""


def check_looks(page):
    tab = page.tab
    grounds = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        grounds.append(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
        weak = tab.evaluate(CONTRAST)
        need(not weak, scheme, "contrast below 4.5:", weak[:5])
    need(grounds[0] != grounds[1], "dark and light look the same")
    tab.emulate_media(color_scheme="light")
    tab.evaluate("document.activeElement.blur()")
    page.keys("t", "t")
    need(tab.evaluate("getComputedStyle(document.body).backgroundColor") == grounds[1], "switch")
    page.keys("t")
    tab.emulate_media(media="print", color_scheme="dark")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    need(not tab.locator(".browser").is_visible() and not tab.locator("#theme").is_visible(),
         "paper shows controls")
    need(tab.locator("#print-events tr").count() > 0, "paper lacks events")
    need(tab.evaluate("getComputedStyle(document.body).color") == "rgb(30, 34, 39)", "paper is dark")
    tab.emulate_media(media="screen", color_scheme="light")
    need(tab.pdf()[:5] == b"%PDF-", "paper cannot be made")


def check_hostile(page):
    tab = page.tab
    for position in range(1, 40):
        page.go(f"n={position}")
        tab.locator("#list").focus()
        page.keys("ArrowDown" if position > 1 else "Home")
        words = tab.evaluate("document.body.innerText + document.title")
        need(not any(mark in words for mark in BIDI), "a bidi control is shown raw")
    found = tab.evaluate("""() => ({
      elements: document.querySelectorAll('img, iframe, object, embed, link, base, form[action]')
        .length,
      scripts: [...document.querySelectorAll('script')]
        .filter((one) => one.type !== 'application/json').length,
      styles: document.querySelectorAll('style').length,
      attributes: [...document.querySelectorAll('*')].flatMap((one) => [...one.attributes])
        .filter((one) => one.name.startsWith('on')).length,
      hacked: typeof window.hacked, wide: document.documentElement.scrollWidth - innerWidth })""")
    need(found == {"elements": 0, "scripts": 1, "styles": 1, "attributes": 0,
                   "hacked": "undefined", "wide": found["wide"]}, found)
    need(found["wide"] <= 0, "a long name makes the page too wide", found["wide"])
    need("</script>" in tab.evaluate("document.body.innerText"), "hostile names are not shown")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("coterie")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--within", type=float)
    parser.add_argument("--shots")
    options = parser.parse_args()
    chromium = os.environ.get("COTERIE_CHROMIUM") or shutil.which("chromium")
    need(chromium, "chromium is missing: Tools/install.sh tests")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = os.path.join(folder, "report.html")
        made = program(options.coterie, "report", *options.paths, "-o", file)
        need(made["schema"] == "coterie.report/1", made)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = Page(browser, file)
        if options.within:
            need(page.seconds < options.within, "opening takes", page.seconds, "s")
        check_banner(page, made["result"]["groups"][0])
        check_findings(page, made["findings"])
        total = 0
        for log, path in enumerate(options.paths):
            events = program(options.coterie, "log", path)["result"]["events"]
            total += len(events)
            check_events(page, events, log)
            check_filters(page, options.coterie, path, events, log)
            check_state(page, options.coterie, path, log)
        page.go("log=0&n=1")
        check_keys(page, program(options.coterie, "log", options.paths[0])["result"]["events"])
        check_names(page)
        check_looks(page)
        if options.hostile:
            check_hostile(page)
        if options.shots:
            for scheme in ("light", "dark"):
                page.tab.emulate_media(color_scheme=scheme)
                page.tab.screenshot(path=f"{options.shots}/{scheme}.png")
        page.calm()
        browser.close()
        print(f"ok: {total} events, {os.path.getsize(file)} bytes, open in {page.seconds:.2f} s")


if __name__ == "__main__":
    sys.exit(main())
