extension Script {
  /// Keys, theme, help and paper.
  static let keys = #"""

    const keyTable = [
      ["↑ ↓", "the event before, the event after"], ["Page ↑ ↓, Home, End", "further"],
      ["Enter", "to the panel of the event"], ["Escape", "back to the list; clears filters"],
      ["p  c", "a parent, a child of the event"], ["[  ]", "the change of members before, after"],
      ["/", "to the text filter"], ["f  F", "the finding after, before"],
      ["l", "to the lanes; then ← →"], ["t", "theme: system, light, dark"], ["?", "these keys"],
    ];

    fill($("help"), make("h2", { id: "help-title" }, "Keys"),
      make("table", null, make("tbody", null, keyTable.map(([keys, text]) => make("tr", null,
        make("td", null, make("kbd", null, keys)), make("td", null, text))))),
      make("p", { class: "soft" }, "Every event, finding and position has an address: #e=ID (the "
        + "start of an id is enough), #f=N, #n=POSITION."),
      make("p", null, make("button", { type: "button", onclick: () => $("help").close() },
        "Close")));
    $("keys").addEventListener("click", () => $("help").showModal());

    const themes = ["system", "light", "dark"];
    function nextTheme() {
      const now = document.documentElement.dataset.theme ?? "system";
      const next = themes[(themes.indexOf(now) + 1) % themes.length];
      if (next === "system") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = next;
      $("theme").textContent = `Theme: ${next}`;
    }
    $("theme").addEventListener("click", nextTheme);

    /// Goes to one of some events, such as the parents of the one that is chosen.
    function goToOne(events) {
      const held = [...events].find((event) => event >= 0 && view.log.verdict[event] >= 0);
      if (held !== undefined) choose(held, true);
    }

    function nextFinding(by) {
      const all = [...document.querySelectorAll(".finding")];
      if (all.length === 0) return;
      const now = all.findIndex((one) => one.classList.contains("here"));
      const next = now < 0 ? (by > 0 ? 0 : all.length - 1) : (now + by + all.length) % all.length;
      address(`f=${next + 1}`, true);
      openFinding(next + 1);
    }

    const page = () => Math.max(1, Math.floor($("list").clientHeight / list.height) - 1);
    const listKeys = {
      ArrowDown: () => list.move(1), ArrowUp: () => list.move(-1),
      PageDown: () => list.move(page()), PageUp: () => list.move(-page()),
      Home: () => list.move(-Infinity), End: () => list.move(Infinity),
      Enter: () => { if (view.chosen >= 0) $("panel").focus(); },
    };
    const laneKeys = {
      ArrowRight: () => goTo(view.position + 1), ArrowLeft: () => goTo(view.position - 1),
      ArrowUp: () => goTo(view.position + 1), ArrowDown: () => goTo(view.position - 1),
      PageUp: () => goTo(view.position + Math.max(1, Math.round(view.log.count / 20))),
      PageDown: () => goTo(view.position - Math.max(1, Math.round(view.log.count / 20))),
      Home: () => goTo(1), End: () => goTo(view.log.count),
      Enter: () => { choose(view.log.events[view.position - 1]); $("list").focus(); },
    };
    const pageKeys = {
      "/": () => { $("filter-text").focus(); $("filter-text").select(); },
      "?": () => $("help").showModal(), t: nextTheme,
      f: () => nextFinding(1), F: () => nextFinding(-1),
      "[": () => changeBeside(-1), "]": () => changeBeside(1),
      l: () => { $("lanes").focus(); $("history").scrollIntoView({ block: "nearest" }); },
      p: () => { if (view.chosen >= 0) goToOne(view.group.parentsOf(view.chosen)); },
      c: () => { if (view.chosen >= 0) goToOne(view.group.children().of(view.chosen)); },
    };

    /// Escape goes one step back: from a field or the panel to the list, then clears the filters.
    function escape(target) {
      if (target === $("list") || target === document.body) {
        if (view.isFiltered) {
          clearFilters();
          if (view.chosen >= 0) list.reveal(view.chosen);
        }
      }
      $("list").focus();
    }

    document.addEventListener("keydown", (key) => {
      if (key.ctrlKey || key.metaKey || key.altKey || $("help").open || !view.log) return;
      const isTyping = key.target.matches("input, select, textarea");
      let action = null;
      if (key.key === "Escape") action = () => escape(key.target);
      else if (isTyping) return;
      else if (key.target === $("list")) action = listKeys[key.key];
      else if (key.target === $("lanes")) action = laneKeys[key.key];
      action ??= pageKeys[key.key];
      if (!action) return;
      key.preventDefault();
      action();
    });

    /// Paper gets the events that the filters let through, as far as paper is of use.
    window.addEventListener("beforeprint", () => {
      const most = 1000;
      const rows = [...view.rows.slice(0, most)];
      fill($("print-events"), view.rows.length <= most ? null : make("p", null,
        `The first ${grouped(most)} of ${$("count").textContent}.`),
        make("table", null, make("tbody", null, rows.map((event) => {
          const { status, code } = view.log.of(event);
          return make("tr", null, make("td", null, positionText(event)),
            make("td", { class: "id" }, short(view.group.id(event))),
            make("td", null, time(view.group.time[event])),
            make("td", null, personName(view.group.author[event])),
            make("td", null, `${cut(kindText(event), 60)} ${about(event)}`),
            make("td", null, statusWord(status), code === null ? "" : ` ${code}`));
        }))));
    });

    """#
}
