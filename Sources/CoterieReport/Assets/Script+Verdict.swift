extension Script {
  /// The banner and the findings.
  static let verdict = #"""

    const statusOrder = ["effective", "rejected", "defeated", "overridden", "held-back", "pending",
      "malformed"];

    function showVerdict() {
      const { comparison } = view.group.info;
      const { members, status, cause } = comparison;
      const isOne = members.length === 1 && status === "same";
      const section = $("verdict");
      section.dataset.verdict = isOne ? "one" : status;
      $("verdict-word").textContent = isOne ? "ONE LOG" : status.toUpperCase();
      fill($("verdict-text"), verdictText(comparison, isOne, cause));
      fill($("verdict-logs"), make("table", null,
        make("thead", null, make("tr", null, make("th", null, "Log"),
          make("th", { class: "number" }, "Events"), make("th", null, "By status"),
          make("th", null, "State"), make("th", null, "Heads"))),
        make("tbody", null, members.map((member) => make("tr", null,
          make("td", { class: "log-name" }, named(member.name)),
          make("td", { class: "number" }, grouped(member.events)),
          make("td", null, make("div", { class: "counts" }, statusOrder
            .filter((word) => member.counts[word]).map((word) => make("span", null,
              statusWord(`${word}`), " ", grouped(member.counts[word]))))),
          make("td", null, make("code", { title: member.digest ?? "" },
            member.digest === null ? "none" : short(member.digest))),
          make("td", null, member.heads.slice(0, 4).map((id) => [
            make("a", { class: "id", href: `#e=${id}` }, short(id)), " "]),
            member.heads.length > 4 ? `and ${member.heads.length - 4} more` : ""))))));
    }

    function verdictText(comparison, isOne, cause) {
      const { members, status, first, missing } = comparison;
      if (isOne) return "Nothing to compare it with; judged by itself.";
      if (status === "same") {
        const digest = members[0]?.digest;
        return `All ${members.length} agree on ${digest ? short(digest) : "nothing"}.`;
      }
      if (status === "undecided") {
        return missing.map(({ member, ids }) => [named(member), ` lacks ${ids.slice(0, 4)
          .map(short).join(", ")}${ids.length > 4 ? ` and ${ids.length - 4} more` : ""}. `]);
      }
      return [`Cause: ${cause}. `, first === null ? ""
        : ["First difference: ", make("a", { class: "id", href: `#e=${first.id}` },
          short(first.id)), "."]];
    }

    function showFindings() {
      const { findings } = head;
      $("findings-title").textContent =
        findings.length === 0 ? "Findings: none" : `Findings: ${findings.length}`;
      if (findings.length === 0) {
        fill($("findings-body"), make("p", { class: "none" }, "Bytes, signatures and chains are "
          + "sound, nobody signed two histories, and no two logs contradict each other."));
        return;
      }
      const link = (id) => make("a", { class: "id", href: `#e=${id}` }, short(id));
      fill($("findings-body"), make("ol", { class: "findings" }, findings.map((finding, at) => {
        const evidence = finding.evidence.filter((id) => id !== finding.event).slice(0, 24);
        return make("li", { id: `f${at + 1}`, class: `finding ${finding.severity}`, tabindex: -1 },
          make("a", { class: "mark", href: `#f=${at + 1}`, title: "Link to this finding" },
            `f ${at + 1}`),
          make("div", null,
            make("p", { class: "what" }, make("span", { class: "severity" }, finding.severity),
              " ", make("code", null, finding.code), "  ", visible(finding.message)),
            make("p", { class: "more" }, make("span", null, visible(finding.help)),
              finding.event === null ? null : make("span", null, "event ", link(finding.event)),
              evidence.length === 0 ? null
                : make("span", null, "shown by ", evidence.map((id) => [link(id), " "])))));
      })));
    }

    """#

  /// The first difference of two logs, what each lacks, and how their states differ.
  static let parting = #"""

    function showParting() {
      const { logs } = view.group;
      $("parting").hidden = logs.length < 2 || logs.every((log) => log.sameAs === 0);
      if ($("parting").hidden) return;
      const pair = firstPair(logs);
      const pick = (at) => make("select", {
        "aria-label": at === 0 ? "One log" : "Other log",
        onchange: (event) => { pair[at] = logs[Number(event.target.value)]; showPair(); },
      }, logs.map((log, number) => make("option", { value: number, selected: log === pair[at] },
        cut(visible(log.name), 40))));
      const body = make("div");
      const showPair = () => fill(body, pairOf(pair[0], pair[1]));
      showPair();
      fill($("parting-body"), make("p", { class: "pair" }, pick(0), "and", pick(1)), body);
    }

    /// The pair of which the comparison names the first difference, else the first that differ.
    function firstPair(logs) {
      const named = view.group.info.comparison.first?.members ?? [];
      const pair = named.map((name) => logs.find((log) => log.name === name));
      if (pair.length === 2 && pair[0] && pair[1] && pair[0] !== pair[1]) return pair;
      return [logs[0], logs.find((log) => log.sameAs !== 0)];
    }

    function pairOf(one, other) {
      const { group } = view;
      const [onlyOne, onlyOther, otherwise] = [[], [], []];
      let same = 0;
      for (let event = 0; event < group.count; event += 1) {
        const [left, right] = [one.verdict[event], other.verdict[event]];
        if (left === right) {
          if (left >= 0) same += 1;
        } else if (right < 0) {
          onlyOne.push(event);
        } else if (left < 0) {
          onlyOther.push(event);
        } else {
          otherwise.push(event);
        }
      }
      const all = [...onlyOne, ...onlyOther, ...otherwise].sort((left, right) => left - right);
      if (all.length === 0) return make("p", { class: "none" },
        "These two hold the same events with the same verdicts.");
      const fact = (number, text) => make("span", null, make("b", null, grouped(number)), text);
      const changes = stateDifferences(one.state, other.state);
      return [
        make("div", { class: "first" }, make("p", null, make("strong", null, "First: "),
          eventLink(all[0])), make("p", null, sideOf(one, all[0]), "  |  ",
          sideOf(other, all[0]))),
        make("p", { class: "facts" }, fact(onlyOne.length, ["only in ", named(cut(one.name, 40))]),
          fact(onlyOther.length, ["only in ", named(cut(other.name, 40))]),
          fact(otherwise.length, "with another verdict"), fact(same, "the same"),
          fact(changes.length, "differences of state")),
        make("div", { class: "sides" },
          side(["Only in ", named(cut(one.name, 60))], onlyOne,
            (event) => sideOf(one, event, true)),
          side(["Only in ", named(cut(other.name, 60))], onlyOther,
            (event) => sideOf(other, event, true)),
          side("Other verdicts", otherwise, (event) => [sideOf(one, event, true), " | ",
            sideOf(other, event, true)])),
        changes.length === 0 ? null : make("div", { class: "differences" }, make("table", null,
          make("thead", null, make("tr", null, make("th", null, "State"),
            make("th", null, named(cut(one.name, 40))),
            make("th", null, named(cut(other.name, 40))))),
          make("tbody", null, changes.slice(0, 400).map(({ path, left, right }) => make("tr", null,
            make("td", null, path), make("td", null, left), make("td", null, right)))))),
      ];
    }

    function sideOf(log, event, isBrief) {
      const verdict = log.of(event);
      return [isBrief ? null : [named(cut(log.name, 40)), ": "],
        statusWord(verdict?.status ?? "absent"),
        verdict?.code ? [" ", make("code", null, verdict.code)] : null];
    }

    function side(title, events, verdict) {
      if (events.length === 0) return null;
      return make("div", null, make("h3", null, title), make("ol", null,
        events.slice(0, 200).map((event) => make("li", null, verdict(event), " ",
          eventLink(event))),
        events.length > 200 ? make("li", { class: "soft" },
          `and ${grouped(events.length - 200)} more`) : null));
    }

    /// Paths at which two states, as the judge made them, have other values.
    function stateDifferences(one, other) {
      const found = [];
      const word = (part) => view.group.placeOfPerson.has(part)
        ? personText(view.group.placeOfPerson.get(part))
        : isDigest(part) ? short(part) : cut(visible(part), 60);
      const shown = (value) => value === undefined ? make("span", { class: "soft" }, "absent")
        : Array.isArray(value) && value.every(isDigest) ? value.map(short).join(" ")
          : cut(visible(typeof value === "string" ? word(value) : JSON.stringify(value)), 200);
      const isTree = (value) => typeof value === "object" && value !== null
        && !Array.isArray(value);
      const compare = (left, right, path) => {
        if (isTree(left) && isTree(right)) {
          const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
          const at = (tree, key) => Object.hasOwn(tree, key) ? tree[key] : undefined;
          for (const key of [...keys].sort()) {
            compare(at(left, key), at(right, key), [...path, key]);
          }
        } else if (JSON.stringify(left) !== JSON.stringify(right)) {
          found.push({ path: path.map(word).join(" . "), left: shown(left), right: shown(right) });
        }
      };
      compare(one, other, []);
      return found;
    }

    """#
}
