extension Script {
  /// Members over positions: one lane each, a bar for as long as a role lasts.
  static let lanes = #"""

    const laneHeight = 24;
    const lanes = { gutter: 176, top: 8, width: 900, people: [] };

    const laneX = (position) => lanes.gutter + (view.log.count <= 1 ? 0
      : (position - 1) / view.log.count * (lanes.width - lanes.gutter - 6));

    function lanePosition(x) {
      const part = (x - lanes.gutter) / (lanes.width - lanes.gutter - 6);
      return Math.max(1, Math.min(view.log.count, Math.floor(part * view.log.count) + 1));
    }

    function showLanes() {
      const { log } = view;
      lanes.width = Math.max(520, $("lanes").clientWidth || 900);
      lanes.people = [...log.changesOf.keys()];
      lanes.gutter = lanes.people.some((person) => view.group.people[person].name) ? 176 : 76;
      const bottom = lanes.top + lanes.people.length * laneHeight;
      const svg = make("svg", { viewBox: `0 0 ${lanes.width} ${bottom + 24}`,
        "aria-hidden": "true" });
      drawAxis(svg, bottom);
      lanes.people.forEach((person, at) => drawLane(svg, person, at));
      drawMarks(svg);
      svg.append(
        make("line", { class: "hover", id: "lane-hover", y1: lanes.top, y2: bottom, x1: -9,
          x2: -9 }),
        make("line", { class: "cursor", id: "lane-cursor", y1: lanes.top - 4, y2: bottom + 4 }),
        make("circle", { class: "chosen", id: "lane-chosen", r: 5, cx: -20, cy: -20 }));
      fill($("lanes"), svg);
      fill($("legend"), head.roles.map((role, rank) => make("span", null,
        make("i", { class: `r${rank + 1}` }), role)).reverse(),
        statusOrder.slice(1).filter((status) => log.summary.counts[status]).map((status) =>
          make("span", null, make("i", { class: markOf(status) }), status)));
      $("lanes").setAttribute("aria-valuemin", 1);
      $("lanes").setAttribute("aria-valuemax", log.count);
    }

    /// Round positions below the lanes, with the time that their author claimed.
    function drawAxis(svg, bottom) {
      const { log, group } = view;
      const rough = log.count / Math.max(2, (lanes.width - lanes.gutter) / 150);
      const unit = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
      const step = Math.max(1, [1, 2, 5, 10].find((factor) => factor * unit >= rough) * unit);
      for (let position = step === 1 ? 1 : 0; position <= log.count; position += step) {
        if (position === 0) continue;
        const x = laneX(position);
        svg.append(make("line", { class: "grid", x1: x, x2: x, y1: lanes.top, y2: bottom + 5 }));
        if (x > lanes.width - 70) continue;
        svg.append(make("text", { class: "axis", x, y: bottom + 18 },
          `#${grouped(position)} · ${time(group.time[log.events[position - 1]]).slice(5, 16)}`));
      }
    }

    function drawLane(svg, person, at) {
      const y = lanes.top + at * laneHeight;
      const { key, name } = view.group.people[person];
      svg.append(make("rect", { class: "bed", x: lanes.gutter, y: y + 4, height: laneHeight - 8,
        width: lanes.width - lanes.gutter - 6, rx: 2 }));
      svg.append(name === null
        ? make("text", { class: "key", x: 2, y: y + 16 }, short(key))
        : make("text", { x: 2, y: y + 16 }, cut(name, 14)));
      if (name !== null) {
        svg.append(make("text", { class: "key", x: lanes.gutter - 66, y: y + 16 }, short(key)));
      }
      const paths = head.roles.map(() => "");
      const changes = view.log.changesOf.get(person);
      changes.forEach((change, place) => {
        if (change.role === null) return;
        const end = changes[place + 1]?.position ?? view.log.count + 1;
        const x = laneX(change.position);
        const width = Math.max(0.7, laneX(end) - x);
        paths[head.roles.indexOf(change.role)] +=
          `M${x.toFixed(1)} ${y + 4}h${width.toFixed(1)}v${laneHeight - 8}h-${width.toFixed(1)}z`;
      });
      paths.forEach((d, rank) => {
        if (d !== "") svg.append(make("path", { class: `r${rank + 1}`, d }));
      });
    }

    const markOf = (status) => status === "rejected" || status === "malformed" ? "bad"
      : status === "pending" || status === "held-back" ? "wait" : "doubt";

    /// A tick on the author's lane for each event that does not simply count.
    function drawMarks(svg) {
      const { log, group } = view;
      const laneOf = new Map(lanes.people.map((person, at) => [person, at]));
      const drawn = { bad: new Set(), doubt: new Set(), wait: new Set() };
      for (let row = 0; row < log.count; row += 1) {
        const event = log.events[row];
        const { status } = group.verdicts[log.verdict[event]];
        if (status === "effective" || !laneOf.has(group.author[event])) continue;
        drawn[markOf(status)].add(`M${Math.round(laneX(row + 1))} ${
          lanes.top + laneOf.get(group.author[event]) * laneHeight + 1}h2.5v${
          laneHeight - 2}h-2.5z`);
      }
      for (const [mark, paths] of Object.entries(drawn)) {
        if (paths.size > 0) svg.append(make("path", { class: mark, d: [...paths].join("") }));
      }
    }

    function showCursor() {
      const x = laneX(view.position);
      for (const end of ["x1", "x2"]) $("lane-cursor")?.setAttribute(end, x);
      const { chosen, group, log } = view;
      const lane = chosen < 0 ? -1 : lanes.people.indexOf(group.author[chosen]);
      const isShown = lane >= 0 && log.position[chosen] > 0;
      $("lane-chosen")?.setAttribute("cx", isShown ? laneX(log.position[chosen]) : -20);
      $("lane-chosen")?.setAttribute("cy", lanes.top + (lane + 0.5) * laneHeight);
      const event = log.events[view.position - 1];
      const words = event === undefined ? "" : `#${view.position}, ${kindText(event)} by ${
        personText(group.author[event])}, ${log.members(view.position).length} members`;
      $("lanes").setAttribute("aria-valuenow", view.position);
      $("lanes").setAttribute("aria-valuetext", words);
      $("lanes-readout").textContent = words;
    }

    function laneEvent(pointer) {
      const box = $("lanes").querySelector("svg").getBoundingClientRect();
      const scale = lanes.width / box.width;
      return {
        position: lanePosition((pointer.clientX - box.left) * scale),
        lane: Math.floor(((pointer.clientY - box.top) * scale - lanes.top) / laneHeight),
      };
    }

    $("lanes").addEventListener("pointermove", (pointer) => {
      if (view.log.count === 0) return;
      const { position, lane } = laneEvent(pointer);
      const x = laneX(position);
      for (const end of ["x1", "x2"]) $("lane-hover").setAttribute(end, x);
      const event = view.log.events[position - 1];
      const person = lanes.people[lane];
      const standing = person === undefined ? null : view.log.standing(person, position);
      $("lanes-readout").textContent =
        `#${position}  ${kindText(event)} by ${personText(view.group.author[event])}`
        + (person === undefined ? "" : `   ·   ${personText(person)}: ${standing?.role
          ? `${standing.role} since #${standing.position}` : "not a member"}`);
    });
    $("lanes").addEventListener("pointerleave", () => {
      for (const end of ["x1", "x2"]) $("lane-hover")?.setAttribute(end, -9);
      showCursor();
    });
    $("lanes").addEventListener("click", (pointer) => goTo(laneEvent(pointer).position));
    let resized = 0;
    window.addEventListener("resize", () => {
      clearTimeout(resized);
      resized = setTimeout(() => { showLanes(); showCursor(); list.draw(); }, 80);
    });

    """#

  /// Who is a member after a position.
  static let state = #"""

    function setPosition(position) {
      const last = view.log.count;
      if (!Number.isFinite(position) || last === 0) return;
      view.position = Math.max(1, Math.min(last, Math.round(position)));
      showPosition();
    }

    /// Goes to a position by hand: the address names it, and the list shows it.
    function goTo(position) {
      setPosition(position);
      const event = view.log.events[view.position - 1];
      if (event !== undefined) list.reveal(event);
      address(`n=${view.position}`, true);
    }

    function showPosition() {
      const { log, position } = view;
      $("position").value = position;
      const members = log.members(position);
      const left = log.changes.filter((change) =>
        change.position === position && change.role === null);
      fill($("state-body"), make("ul", { class: "members" }, members.map((member) =>
        make("li", { class: member.position === position ? "new" : null },
          make("span", { class: `role r${head.roles.indexOf(member.role) + 1}` }, member.role),
          make("span", { class: "who", title: `path ${member.path || "of the founder"}` },
            personName(member.person)),
          make("span", { class: "soft" }, member.isBlocked ? "blocked " : "",
            member.grant < 0 ? "" : make("a", { href: eventAddress(member.grant),
              title: "The event that gave the role" }, positionText(member.grant)))))),
        left.map((change) => make("p", { class: "soft" }, personName(change.person),
          " is no member any more.")),
        members.length === 0 ? make("p", { class: "none" }, "Nobody is a member.") : null);
      showCursor();
    }

    /// The positions at which someone's standing changes, next to the one shown.
    function changeBeside(direction) {
      const at = view.position;
      const found = direction > 0
        ? view.log.changes.find((change) => change.position > at)
        : view.log.changes.findLast((change) => change.position < at);
      if (found) goTo(found.position);
    }

    /// The judge's final state, as `coterie state --json` gives it, without the members.
    function showFinal() {
      const { state } = view.log;
      if (state === null) return fill($("final-body"), "The founding event is missing.");
      const { members, ...rest } = state;
      const leaf = (value) => isDigest(value)
        ? view.group.placeOfPerson.has(value)
          ? personName(view.group.placeOfPerson.get(value)) : idLink(value)
        : visible(typeof value === "string" ? value : JSON.stringify(value));
      const tree = (value) => {
        if (typeof value !== "object" || value === null) return leaf(value);
        const entries = Array.isArray(value) ? value.map((one, at) => [at + 1, one])
          : orderedKeys(value).map((key) => [key, value[key]]);
        if (entries.length === 0) return make("span", { class: "soft" }, "none");
        return make("ul", { class: "tree" }, entries.slice(0, 500).map(([key, one]) =>
          make("li", null, make("span", { class: "field" },
            isDigest(key) ? short(key) : cut(visible(key), 80)), tree(one))),
          entries.length > 500 ? make("li", null, `and ${entries.length - 500} more`) : null);
      };
      $("final").addEventListener("toggle", () => fill($("final-body"), tree(rest)),
        { once: true });
      if ($("final").open) fill($("final-body"), tree(rest));
    }

    $("position").addEventListener("change", (event) => goTo(Number(event.target.value)));
    $("change-before").addEventListener("click", () => changeBeside(-1));
    $("change-after").addEventListener("click", () => changeBeside(1));

    """#
}
