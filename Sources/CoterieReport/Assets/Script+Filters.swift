extension Script {
  /// Which events are listed; the same conditions as `coterie log`, and a text.
  static let filters = #"""

    const choices = ["author", "kind", "status", "code"];

    /// What a filter looks at in an event of a log.
    function fieldOf(log, event) {
      const { group } = log;
      const verdict = group.verdicts[log.verdict[event]];
      return {
        author: group.author[event], kind: group.kinds[group.kind[event]][0],
        status: verdict.status, code: verdict.code,
      };
    }

    /// Offers each value that occurs, with how often it does.
    function fillFilters() {
      const { group } = view;
      const counts = { author: new Map(), kind: new Map(), status: new Map(), code: new Map() };
      for (const event of view.log.events) {
        const field = fieldOf(view.log, event);
        for (const name of choices) {
          if (field[name] === null) continue;
          counts[name].set(field[name], (counts[name].get(field[name]) ?? 0) + 1);
        }
      }
      for (const name of choices) {
        const words = [...counts[name]].map(([value, count]) => ({
          value: name === "author" ? group.persons[value] : value,
          text: name === "author" ? personText(value) : value, count,
        }));
        words.sort((one, other) => one.text < other.text ? -1 : 1);
        fill($(`filter-${name}`), make("option", { value: "" }, "any"), words.map((word) =>
          make("option", { value: word.value }, `${word.text}  (${grouped(word.count)})`)));
      }
    }

    function wantedFields() {
      const wanted = {};
      for (const name of choices) {
        const value = $(`filter-${name}`).value;
        if (value !== "") wanted[name] = value;
      }
      return wanted;
    }

    /// Says of an event whether its id, author, kind, verdict, body or content has a text in it.
    function textTest(text) {
      const { group, log } = view;
      const has = (word) => word !== null && word !== undefined
        && String(word).toLowerCase().includes(text);
      const people = group.people.map(({ key, name }) => has(key) || has(name));
      const kinds = group.kinds.map(([kind, written]) => has(kind) || has(written));
      const verdicts = group.verdicts.map(({ status, code }) => has(status) || has(code));
      const isHex = /^[0-9a-f]+$/.test(text);
      const rows = group.panels();
      const inRow = (row) => {
        for (let at = 1; at < row.length; at += 1) {
          const value = row[at];
          if (typeof value === "string") {
            if (has(value)) return true;
          } else if (typeof value === "number" && value < 0 && people[-1 - value]) {
            return true;
          }
        }
        return false;
      };
      return (event) => people[group.author[event]] || kinds[group.kind[event]]
        || verdicts[log.verdict[event]] || (isHex && group.id(event).includes(text))
        || inRow(rows[event]) || has(group.content(event));
    }

    function matching(wanted, text) {
      const { group, log } = view;
      const author = wanted.author === undefined ? -1 : group.placeOfPerson.get(wanted.author);
      const kinds = group.kinds.map(([kind]) => !wanted.kind || kind === wanted.kind);
      const verdicts = group.verdicts.map(({ status, code }) =>
        (!wanted.status || status === wanted.status) && (!wanted.code || code === wanted.code));
      const test = text === "" ? null : textTest(text);
      return log.events.filter((event) => (author < 0 || group.author[event] === author)
        && kinds[group.kind[event]] && verdicts[log.verdict[event]] && (!test || test(event)));
    }

    function applyFilters() {
      const wanted = wantedFields();
      const text = $("filter-text").value.trim().toLowerCase();
      view.isFiltered = text !== "" || Object.keys(wanted).length > 0;
      view.rows = view.isFiltered ? matching(wanted, text) : view.log.events;
      const all = view.log.events.length;
      $("count").textContent = view.isFiltered
        ? `${grouped(view.rows.length)} of ${plural(all, "event")}` : plural(all, "event");
      $("count").dataset.count = view.rows.length;
      list.reset();
    }

    function clearFilters() {
      $("filter-text").value = "";
      for (const name of choices) $(`filter-${name}`).value = "";
      applyFilters();
    }

    let soon = 0;
    $("filters").addEventListener("input", () => {
      clearTimeout(soon);
      soon = setTimeout(applyFilters, view.log.events.length > 20000 ? 120 : 0);
    });
    $("filters").addEventListener("submit", (event) => {
      event.preventDefault();
      applyFilters();
      $("list").focus();
    });
    $("filters").addEventListener("reset", (event) => {
      event.preventDefault();
      clearFilters();
      if (view.chosen >= 0) list.reveal(view.chosen);
    });

    """#
}
