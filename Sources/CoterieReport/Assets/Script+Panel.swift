extension Script {
  /// Everything that is known of one event.
  static let panel = #"""

    function showPanel() {
      const event = view.chosen;
      if (event < 0) {
        return fill($("panel"), make("p", { class: "soft" },
          "Choose an event to see what was judged of it, and why."));
      }
      const { group, log } = view;
      const verdict = log.of(event);
      const id = group.id(event);
      const details = group.panel(event);
      const field = (name) => details.find(([key]) => key === name)?.[1];
      const others = details.filter(([key]) => key !== "body" && key !== "why");
      fill($("panel"),
        make("h3", null, cut(kindText(event), 80), " ", make("span", { class: "id" },
          `${positionText(event)} ${short(id)}`)),
        make("p", { class: "lead" }, "by ", personName(group.author[event]), ", ",
          make("span", { class: "soft" }, time(group.time[event]))),
        judged(verdict),
        waits(event),
        field("why") ? whyList(field("why")) : null,
        contentOf(event),
        make("h4", null, "Body"), pairs(field("body") ?? []),
        others.map(([key, value]) => [make("h4", null, visible(key)), tree(value)]),
        make("h4", null, "Standing"), standingList(verdict),
        make("h4", null, "Place in the history"), placeList(event),
        elsewhere(event), findingsOf(id),
        make("h4", null, "Id"), make("div", { class: "full" }, id),
        make("h4", null, "Author’s key"), make("div", { class: "full" },
          group.persons[group.author[event]]));
      $("panel").scrollTop = 0;
    }

    function showAbsent(prefix) {
      view.chosen = -1;
      list.draw();
      fill($("panel"), make("h3", null, "Not in these logs"), make("p", { class: "soft" },
        `No event's id starts with ${cut(prefix, 64)}. It may have been kept out as malformed, `
          + "or nobody who gave a log has it."));
      $("events").scrollIntoView({ block: "nearest" });
    }

    function judged(verdict) {
      const by = verdict.by;
      return make("div", { class: "judged" },
        make("p", null, statusWord(verdict.status), "  ",
          make("span", { class: "soft" }, head.statuses[verdict.status])),
        verdict.code === null ? null : make("p", null, make("code", null, verdict.code), "  ",
          make("span", { class: "soft" }, head.codes[verdict.code])),
        by === null ? null : make("p", null, make("span", { class: "soft" }, "by "),
          eventLink(by)),
        verdict.root === null || verdict.root === by ? null
          : make("p", null, make("span", { class: "soft" }, "first cause "),
            eventLink(verdict.root)));
    }

    function waits(event) {
      const missing = view.log.missing[event];
      return missing === undefined ? null : make("p", null, "It lacks ",
        missing.map((id) => [idLink(id), " "]));
    }

    const term = (name, ...value) => [make("dt", null, name), make("dd", null, ...value)];

    function standingList({ standing, need, support }) {
      return make("dl", null,
        standing === null ? term("Author", make("span", { class: "soft" }, "no member"))
          : [term("Acts as", make("span", {
            class: `role r${head.roles.indexOf(standing[0]) + 1}` }, standing[0])),
          term("Path", standing[1] === "" ? "the founder" : standing[1])],
        need === null ? null : term("Needs", `${need} or higher`),
        support === null ? null : term("By right of", eventLink(support)));
    }

    function placeList(event) {
      const { group, log } = view;
      const children = group.children();
      const links = (events) => make("ul", { class: "links" },
        [...events].slice(0, 40).map((one) => make("li", null, eventLink(one))),
        events.length <= 40 ? null
          : make("li", { class: "soft" }, `and ${events.length - 40} more`));
      const held = children.of(event).filter((one) => log.verdict[one] >= 0);
      const after = children.after(event);
      return make("dl", null,
        term("Parents", group.parentsOf(event).length === 0 ? "none: it founds the group"
          : links(group.parentsOf(event))),
        term("Children", held.length === 0 ? "none" : links(held)),
        term("Sequence", String(group.sequence[event])),
        group.previous[event] === -1 ? null
          : term("Author before", eventLink(group.previous[event])),
        after < 0 || log.verdict[after] < 0 ? null : term("Author next", eventLink(after)),
        term("Size", `${grouped(group.bytes[event])} bytes`));
    }

    /// What the other logs say of it.
    function elsewhere(event) {
      const { logs } = view.group;
      if (logs.length < 2) return null;
      return [make("h4", null, "In each log"), make("dl", null, logs.map((log) => {
        const verdict = log.of(event);
        return term(named(cut(log.name, 40)), statusWord(verdict?.status ?? "absent"),
          verdict?.code ? [" ", make("code", null, verdict.code)] : null);
      }))];
    }

    function findingsOf(id) {
      const found = head.findings.map((finding, at) => [finding, at + 1])
        .filter(([finding]) => finding.event === id || finding.evidence.includes(id));
      return found.length === 0 ? null : [make("h4", null, "Findings"),
        found.map(([finding, number]) => make("p", null,
          make("a", { href: `#f=${number}` }, `f ${number} ${finding.code}`)))];
    }

    function contentOf(event) {
      const text = view.group.content(event);
      return text === undefined ? null : [make("h4", null, "Content"),
        make("div", { class: "content", dir: "auto" }, visible(text, true))];
    }

    function leafOf(value) {
      if (value.person !== undefined) return personName(value.person);
      if (value.event !== undefined) return eventLink(value.event);
      if (value.id !== undefined) return make("span", { class: "full" }, value.id);
      const text = typeof value.value === "string" ? value.value : JSON.stringify(value.value);
      return isDigest(text) || /^[0-9a-f]{65,}$/.test(text)
        ? make("span", { class: "full" }, text) : named(text);
    }

    const isLeaf = (value) => !Array.isArray(value);

    function pairs(fields) {
      if (fields.length === 0) return make("p", { class: "soft" }, "empty");
      const flat = (fields, path) => fields.flatMap(([name, value]) => {
        const whole = path === "" ? visible(name) : `${path}.${visible(name)}`;
        return isLeaf(value) ? [[whole, value]] : flat(value, whole);
      });
      return make("dl", null, flat(fields, "").map(([name, value]) =>
        term(cut(name.replace(/^content\.commitment$/, "commitment"), 60), leafOf(value))));
    }

    const tree = (value) => isLeaf(value) ? leafOf(value) : pairs(value);

    /// A text in which keys are named and ids cut short.
    const inWords = (text) => visible(text).replace(/[0-9a-f]{64}/g, (id) =>
      view.group.placeOfPerson.has(id) ? personText(view.group.placeOfPerson.get(id)) : short(id));

    /// The judge's own trace, where the page has it: checks with their facts.
    function whyList(why) {
      if (isLeaf(why)) return null;
      const field = (name) => why.find(([key]) => key === name)?.[1]?.value ?? [];
      const known = ["checks", "would_pass_if", "id", "verdict"];
      const rest = why.filter(([key]) => !known.includes(key));
      return [make("h4", null, "Why"), make("ul", { class: "checks" },
        field("checks").map((check) => make("li", null,
          make("span", { class: `check-${check.result}` }, check.result),
          make("span", null, visible(check.name), (check.facts ?? []).map((fact) =>
            make("div", { class: "soft" }, `${inWords(fact.path)}: ${inWords(fact.value)} `,
              isDigest(fact.from) ? idLink(fact.from) : "")))))),
        field("would_pass_if").map((text) => make("p", null,
          make("span", { class: "soft" }, "would pass if "), inWords(text))),
        rest.length === 0 ? null : pairs(rest)];
    }

    """#
}
