/// The page's script: parts in the order in which they stand, in one scope of their own.
enum Script {
  /// All of it.
  static let text =
    "\n\"use strict\";\n(() => {\n"
    + [help, data, views, names, filters, verdict, parting, lanes, state, graph, list, panel, keys]
    .joined()
    + start + "})();\n"

  /// Making elements and showing strangers' text; text goes in as text, never as markup.
  private static let help = #"""

    const $ = (id) => document.getElementById(id);
    const read = (id) => JSON.parse($(id).textContent);
    const head = read("head");

    /// An element with attributes, listeners (`onclick`) and children; strings become text.
    function make(tag, attributes, ...children) {
      const element = tag === "svg" || tag === "path" || tag === "text" || tag === "line"
        || tag === "rect" || tag === "circle" || tag === "g"
        ? document.createElementNS("http://www.w3.org/2000/svg", tag)
        : document.createElement(tag);
      for (const [name, value] of Object.entries(attributes ?? {})) {
        if (value === null || value === undefined || value === false) continue;
        if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
        else element.setAttribute(name, value === true ? "" : value);
      }
      element.append(...children.flat(Infinity).filter((child) => child !== null && child !== ""));
      return element;
    }

    const fill = (place, ...children) => {
      place.replaceChildren(...children.flat(Infinity).filter((child) => child !== null));
    };

    /// Text with control, bidi, invisible and private characters written out.
    const harmful = /(?!\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;
    function visible(text, keepsLines) {
      return String(text).replace(harmful, (character) =>
        keepsLines && (character === "\n" || character === "\t")
          ? character : `\\u{${character.codePointAt(0).toString(16)}}`);
    }

    const cut = (text, most) =>
      text.length > most ? `${[...text.slice(0, most * 2)].slice(0, most).join("")}…` : text;
    const short = (id) => id.slice(0, 8);
    const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
    const plural = (number, one) => `${grouped(number)} ${one}${number === 1 ? "" : "s"}`;
    const isDigest = (text) => typeof text === "string" && /^[0-9a-f]{64}$/.test(text);

    function time(milliseconds) {
      if (milliseconds > 253402300799999) return `${milliseconds} ms`;
      return new Date(milliseconds).toISOString().replace("T", " ").slice(0, 19) + "Z";
    }

    /// A name of a stranger, set apart so that its direction stays its own.
    const named = (text, title) =>
      make("span", { class: "name", dir: "auto", title: title ? cut(visible(text), 300) : null },
        visible(text));

    const statusWord = (status) => make("span", { class: `status s-${status}` }, status);

    /// Keys of an object in the order of their bytes: as they were written.
    function orderedKeys(object) {
      return Object.keys(object).sort((left, right) => {
        const [one, other] = [[...left], [...right]];
        for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
          const difference = one[at].codePointAt(0) - other[at].codePointAt(0);
          if (difference !== 0) return difference;
        }
        return one.length - other.length;
      });
    }

    """#

  /// The group and log that are looked at, and how the address names what is chosen.
  private static let start = #"""

    const view = { group: null, log: null, position: 0, chosen: -1, rows: [], isFiltered: false };
    const groups = [];

    function openGroup(number) {
      if (!groups[number]) groups[number] = new Group(number);
      view.group = groups[number];
      const name = view.group.title();
      document.title = `Coterie report: ${cut(visible(name), 60)}`;
      fill($("group-name"), named(name, true), " ",
        make("span", { class: "id soft" }, short(view.group.info.comparison.group)));
      fill($("log"), view.group.logs.map((log, at) =>
        make("option", { value: at }, cut(visible(log.name), 40))));
      $("log-label").hidden = view.group.logs.length < 2;
      view.log = view.group.logs[0];
      showVerdict();
      showParting();
      openLog(0);
    }

    function openLog(number) {
      view.log = view.group.logs[number];
      $("log").value = number;
      view.position = view.log.count;
      view.chosen = -1;
      fillFilters();
      applyFilters();
      showLanes();
      showPosition();
      showFinal();
      showPanel();
      list.toStart();
    }

    /// Follows the address: `#e=ID`, `#f=N` or `#n=POSITION`; `&log=K` and `&group=K` before it.
    function follow() {
      const wanted = new URLSearchParams(location.hash.slice(1));
      const group = Number(wanted.get("group") ?? -1);
      if (head.groups[group] && groups[group] !== view.group) chooseGroup(group);
      const log = Number(wanted.get("log") ?? -1);
      if (view.group.logs[log] && view.group.logs[log] !== view.log) openLog(log);
      if (wanted.has("e")) openEvent(wanted.get("e").toLowerCase());
      if (wanted.has("f")) openFinding(Number(wanted.get("f")));
      if (wanted.has("n")) {
        setPosition(Number(wanted.get("n")));
        const row = view.log.events[view.position - 1];
        if (row !== undefined) list.reveal(row);
        if (view.chosen < 0) $("history").scrollIntoView({ block: "nearest" });
      }
    }

    /// Opens an event by its id or the start of it, in whichever group and log has it.
    function openEvent(prefix) {
      if (!/^[0-9a-f]+$/.test(prefix)) return;
      let found = view.group.find(prefix);
      for (let at = 0; found < 0 && at < head.groups.length; at += 1) {
        if (groups[at] === view.group) continue;
        groups[at] ??= new Group(at);
        found = groups[at].find(prefix);
        if (found >= 0) chooseGroup(at);
      }
      if (found < 0) return showAbsent(prefix);
      if (view.log.verdict[found] < 0) {
        openLog(view.group.logs.findIndex((log) => log.verdict[found] >= 0));
      }
      choose(found);
      $("events").scrollIntoView({ block: "nearest" });
    }

    function openFinding(number) {
      const place = $(`f${number}`);
      if (!place) return;
      document.querySelectorAll(".finding.here").forEach((one) => one.classList.remove("here"));
      place.classList.add("here");
      place.focus({ preventScroll: true });
      place.scrollIntoView({ block: "nearest" });
    }

    function chooseGroup(number) {
      $("group").value = number;
      openGroup(number);
    }

    /// Chooses an event: its row, its panel, and the state after it.
    function choose(event, quietly) {
      view.chosen = event;
      if (view.isFiltered && view.rowOf(event) < 0) clearFilters();
      list.reveal(event);
      showPanel();
      if (view.log.position[event] > 0) setPosition(view.log.position[event]);
      address(`e=${view.group.id(event)}`, quietly);
    }

    /// Puts what is chosen into the address, so that it can be shared.
    function address(text, quietly) {
      const parts = [];
      const group = groups.indexOf(view.group);
      const log = view.group.logs.indexOf(view.log);
      if (group > 0) parts.push(`group=${group}`);
      if (log > 0) parts.push(`log=${log}`);
      const hash = `#${[...parts, text].join("&")}`;
      if (location.hash === hash) return;
      if (quietly) history.replaceState(null, "", hash);
      else history.pushState(null, "", hash);
    }

    view.rowOf = (event) => view.isFiltered
      ? view.rows.indexOf(event) : view.log.rowOf[event];

    fill($("group"), head.groups.map((group, at) =>
      make("option", { value: at }, short(group.comparison.group))));
    $("group-label").hidden = head.groups.length < 2;
    fill($("foot"), `Made ${head.made} by coterie ${head.version}. Times of events are their `
      + "authors’ claims. Positions count from 1 in canonical order: depth, then id. "
      + (head.hasContents ? "Holds the text of messages. " : "Holds no text of messages. ")
      + "Loads nothing from anywhere.");
    $("group").addEventListener("change", (event) => openGroup(Number(event.target.value)));
    $("log").addEventListener("change", (event) => openLog(Number(event.target.value)));
    showFindings();
    if (head.groups.length > 0) {
      openGroup(0);
      follow();
      window.addEventListener("hashchange", follow);
      window.addEventListener("popstate", follow);
      // Summaries of rows and the graph are not needed for the first look.
      setTimeout(() => { view.group.panels(); list.draw(); document.body.dataset.ready = "1"; });
    }

    """#
}
