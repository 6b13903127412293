extension Script {
  /// Tables and columns of one group.
  static let data = #"""

    /// The events of one group as columns; an event is its place in canonical order of all logs.
    class Group {
      constructor(number) {
        this.number = number;
        this.info = head.groups[number];
        this.ids = $(`ids-${number}`).textContent;
        Object.assign(this, read(`columns-${number}`));
        this.count = this.ids.length / 64;
        this.absolute();
        // Every verdict that any event has, once.
        this.verdicts = this.verdicts.map(([status, code, by, standing, need, support, root]) =>
          ({ status, code, by, standing, need, support, root }));
        this.logs = this.logs.map((log, at) => new Log(this, log, at));
        const words = this.names.map((name) => name === null ? null : visible(name));
        const seen = new Map();
        for (const name of words) if (name) seen.set(name, (seen.get(name) ?? 0) + 1);
        this.people = this.persons.map((key, at) => ({
          key, name: words[at], text: words[at] === null ? short(key)
            : `${cut(words[at], 40)} ${short(key)}`, isDouble: seen.get(words[at]) > 1,
        }));
        this.placeOfPerson = new Map(this.persons.map((key, at) => [key, at]));
      }

      /// Differences become values, and distances become places.
      absolute() {
        const times = new Float64Array(this.count);
        const previous = new Int32Array(this.count);
        const starts = new Int32Array(this.count + 1);
        const parents = new Int32Array(this.parents.length);
        let [last, at, outside] = [0, 0, 0];
        // Below zero stands what is named by an event, but held by nobody.
        const place = (event, distance) =>
          distance > event ? -2 - outside++ : event - distance;
        for (let event = 0; event < this.count; event += 1) {
          last += this.time[event];
          times[event] = last;
          for (let end = at + this.parentCount[event]; at < end; at += 1) {
            parents[at] = place(event, this.parents[at]);
          }
          starts[event + 1] = at;
          previous[event] = this.previous[event] === 0 ? -1 : place(event, this.previous[event]);
        }
        Object.assign(this, { time: times, previous, parents, parentStart: starts });
      }

      id(event) {
        return event < 0 ? this.outside[-2 - event] : this.ids.substr(event * 64, 64);
      }
      parentsOf(event) {
        return this.parents.subarray(this.parentStart[event], this.parentStart[event + 1]);
      }
      

      /// The event whose id starts so; -1 if none does.
      find(prefix) {
        for (let event = 0; event < this.count; event += 1) {
          if (this.ids.startsWith(prefix, event * 64) && prefix.length <= 64) return event;
        }
        return -1;
      }

      /// Events that name an event as a parent, or as the one before them by the same author.
      children() {
        if (this.childList) return this.childList;
        const counts = new Int32Array(this.count + 1);
        for (const parent of this.parents) if (parent >= 0) counts[parent + 1] += 1;
        for (let event = 0; event < this.count; event += 1) counts[event + 1] += counts[event];
        const next = counts.slice();
        const found = new Int32Array(counts[this.count]);
        const after = new Int32Array(this.count).fill(-1);
        for (let event = 0; event < this.count; event += 1) {
          for (const parent of this.parentsOf(event)) {
            if (parent >= 0) found[next[parent]++] = event;
          }
          if (this.previous[event] >= 0) after[this.previous[event]] = event;
        }
        this.childList = {
          of: (event) => found.subarray(counts[event], counts[event + 1]),
          after: (event) => after[event],
        };
        return this.childList;
      }

      /// What is known of each event beside the columns; read when first asked for.
      panels() {
        this.panelRows ??= read(`panels-${this.number}`);
        return this.panelRows;
      }

      /// The panel of an event as pairs of names and values: `{ event }`, `{ person }`, `{ id }`,
      /// `{ value }`, or again pairs.
      panel(event) {
        const row = this.panels()[event];
        let at = 1;
        const inflate = (shape) => {
          if (shape === "j") return { value: row[at++] };
          if (shape === "d") {
            const value = row[at++];
            if (typeof value === "string") return { id: value };
            return value >= 0 ? { event: value } : { person: -1 - value };
          }
          return orderedKeys(shape).map((key) => [key, inflate(shape[key])]);
        };
        return inflate(this.shapes[row[0]]);
      }

      content(event) {
        this.contents ??= read(`contents-${this.number}`);
        return this.contents[event];
      }

      title() {
        const name = this.info.states.find((state) => state)?.profile?.name;
        return name ?? "a group whose founding event is missing";
      }
    }

    """#

  /// What one log says of its group's events.
  static let views = #"""

    class Log {
      constructor(group, source, number) {
        this.group = group;
        this.number = number;
        this.name = source.name;
        this.missing = source.missing;
        this.state = group.info.states[number];
        this.summary = group.info.comparison.members[number];
        // A log that says the same of every event as an earlier one shares its columns.
        this.sameAs = source.verdictOf;
        this.verdict = Int32Array.from(
          source.verdict ?? group.logs[source.verdictOf].verdict);
        const placed = [];
        const waiting = [];
        this.position = new Int32Array(group.count);
        for (let event = 0; event < group.count; event += 1) {
          const verdict = this.verdict[event];
          if (verdict < 0) continue;
          if (group.verdicts[verdict].status === "pending") {
            waiting.push(event);
          } else {
            placed.push(event);
            this.position[event] = placed.length;
          }
        }
        waiting.sort((one, other) => group.id(one) < group.id(other) ? -1 : 1);
        this.count = placed.length;
        this.events = Int32Array.from([...placed, ...waiting]);
        this.rowOf = new Int32Array(group.count).fill(-1);
        this.events.forEach((event, row) => { this.rowOf[event] = row; });
        this.readMoves(source.moves ?? group.logs[source.movesOf].moves);
      }

      /// Changes of members in the order of positions, and those of each person.
      readMoves(moves) {
        this.changes = [];
        this.changesOf = new Map();
        for (let at = 0; at < moves.length; at += 5) {
          const [position, person, standing, grant, blocked] = moves.slice(at, at + 5);
          const [role, path] = standing < 0 ? [null, ""] : this.group.standings[standing];
          const change = { position, person, role, path, grant, isBlocked: blocked === 1 };
          this.changes.push(change);
          if (!this.changesOf.has(person)) this.changesOf.set(person, []);
          this.changesOf.get(person).push(change);
        }
      }

      /// How a person stands after a position; undefined for one who was never a member by then.
      standing(person, position) {
        const changes = this.changesOf.get(person) ?? [];
        let [low, high] = [0, changes.length];
        while (low < high) {
          const middle = (low + high) >> 1;
          if (changes[middle].position <= position) low = middle + 1;
          else high = middle;
        }
        return changes[low - 1];
      }

      /// Who is a member after a position, the highest role first.
      members(position) {
        const members = [];
        for (const person of this.changesOf.keys()) {
          const standing = this.standing(person, position);
          if (standing?.role) members.push(standing);
        }
        const rank = (member) => head.roles.indexOf(member.role);
        return members.sort((one, other) => rank(other) - rank(one)
          || (this.group.persons[one.person] < this.group.persons[other.person] ? -1 : 1));
      }

      of(event) {
        const verdict = this.verdict[event];
        return verdict < 0 ? null : this.group.verdicts[verdict];
      }
    }

    """#

  /// How people and events are named in words.
  static let names = #"""

    function personName(person, isWhole) {
      const { name, key } = view.group.people[person];
      const id = make("span", { class: "id soft", title: key }, isWhole ? key : short(key));
      return name === null ? id : make("span", { class: "person" },
        make("span", { class: "name", dir: "auto", title: cut(name, 300) },
          isWhole ? name : cut(name, 60)), " ", id);
    }

    const personText = (person) => view.group.people[person].text;
    const kindText = (event) => visible(view.group.kinds[view.group.kind[event]][1]);
    const eventAddress = (event) => `#e=${view.group.id(event)}`;

    /// Its position in the log that is looked at, else in the first that has it.
    function positionText(event) {
      const { log, group } = view;
      const holder = log.verdict[event] >= 0 ? log
        : group.logs.find((other) => other.verdict[event] >= 0);
      const position = holder.position[event];
      const text = position > 0 ? `#${position}` : "waits";
      return holder === log ? text : `${text} of ${cut(visible(holder.name), 24)}`;
    }

    /// A link to an event, with who did what.
    function eventLink(event, isBrief) {
      if (typeof event === "string" || event < 0) {
        const id = typeof event === "string" ? event : view.group.id(event);
        return make("span", { class: "id soft", title: id }, `${short(id)} (not held)`);
      }
      const link = make("a", { class: "id", href: eventAddress(event) },
        short(view.group.id(event)));
      return isBrief ? link : [link, " ", make("span", { class: "soft" },
        `${positionText(event)} ${cut(kindText(event), 40)} by `
          + personText(view.group.author[event]))];
    }

    /// Links to an id that may or may not be of an event that is held.
    function idLink(id) {
      const event = isDigest(id) ? view.group.find(id) : -1;
      return event >= 0 ? eventLink(event) : make("span", { class: "id", title: id }, short(id));
    }

    /// A name alone, unless two people share it; the start of the key where there is no name.
    function briefName(person) {
      const { name, text, isDouble } = view.group.people[person];
      return name === null || isDouble ? text : cut(name, 24);
    }

    /// The few words that say on whom or what an event acts.
    function about(event) {
      if (!view.group.panelRows) return "";
      const words = [];
      const body = view.group.panel(event).find(([name]) => name === "body")?.[1];
      if (!Array.isArray(body)) return "";
      for (const [name, value] of body) {
        if (Array.isArray(value) || name === "seal" || name === "nonce") continue;
        if (value.person !== undefined) words.push(briefName(value.person));
        else if (value.event !== undefined) words.push(short(view.group.id(value.event)));
        else if (value.id === undefined && name !== "proof" && value.value !== null) {
          words.push(value.value === true ? name : cut(visible(value.value), 40));
        }
      }
      return words.filter((word) => word !== "false" && word !== "text").join(" ");
    }

    """#
}
