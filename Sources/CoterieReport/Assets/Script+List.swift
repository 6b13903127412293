extension Script {
  /// Columns for the edges of the graph, as `git log --graph` has them.
  static let graph = #"""

    /// From the newest event to the oldest: each column waits for one event that is yet to come.
    /// Kept for each row: its column, the columns that pass it by, those that lead up from it, and
    /// whether one comes from below. Columns beyond the 31st share it.
    function columnsOf(log) {
      if (log.graph) return log.graph;
      const { group } = log;
      const rows = log.events.length;
      const graph = { node: new Uint8Array(rows), pass: new Uint32Array(rows),
        up: new Uint32Array(rows), below: new Uint8Array(rows), width: 1 };
      const columnOf = new Map();
      const isTaken = [];
      const take = () => {
        let column = isTaken.indexOf(false);
        if (column < 0) column = isTaken.length;
        isTaken[column] = true;
        return column;
      };
      const bit = (column) => (1 << Math.min(column, 31)) >>> 0;
      let taken = 0;
      const mask = () => {
        let bits = 0;
        for (let column = 0; column < isTaken.length; column += 1) {
          if (isTaken[column]) bits |= bit(column);
        }
        return bits >>> 0;
      };
      for (let row = rows - 1; row >= 0; row -= 1) {
        const event = log.events[row];
        const known = columnOf.get(event);
        const column = known ?? take();
        graph.below[row] = known === undefined ? 0 : 1;
        columnOf.delete(event);
        isTaken[column] = false;
        taken = mask();
        let up = 0;
        for (const parent of group.parentsOf(event)) {
          if (parent < 0 || log.rowOf[parent] < 0 || log.rowOf[parent] > row) continue;
          if (!columnOf.has(parent)) {
            const place = isTaken[column] ? take() : column;
            isTaken[place] = true;
            columnOf.set(parent, place);
          }
          up |= bit(columnOf.get(parent));
        }
        graph.node[row] = Math.min(column, 31);
        graph.pass[row] = taken;
        graph.up[row] = up >>> 0;
        graph.width = Math.max(graph.width, Math.min(isTaken.length, 32));
      }
      log.graph = graph;
      return graph;
    }

    const columnsMost = 14;
    const columnX = (column, width) =>
      12 + Math.min(column, columnsMost - 1) * (width > 8 ? 8 : 11);

    /// Draws the edges and nodes of the rows that are seen, whose first stands at `top`.
    function drawGraph(first, end, height) {
      const { log } = view;
      const graph = columnsOf(log);
      const place = (column) => columnX(column, graph.width);
      const width = place(Math.min(graph.width, columnsMost) - 1) + 12;
      const { style } = document.querySelector(".listing");
      style.setProperty("--graph", `${width}px`);
      style.setProperty("--author", lanes.gutter > 100 ? "190px" : "90px");
      const svg = $("graph");
      svg.style.top = `${first * height}px`;
      svg.setAttribute("width", width);
      svg.setAttribute("height", (end - first) * height);
      const lines = ["", "", "", "", "", "", "", ""];
      const nodes = [];
      for (let at = first; at < end; at += 1) {
        const event = view.rows[at];
        const row = log.rowOf[event];
        const [y, middle, below] = [(at - first) * height, (at - first + 0.5) * height,
          (at - first + 1) * height];
        const x = place(graph.node[row]);
        if (!view.isFiltered) {
          for (let column = 0; column < 32; column += 1) {
            const to = place(column);
            if (graph.pass[row] >>> column & 1) lines[column % 8] += `M${to} ${y}V${below}`;
            if (graph.up[row] >>> column & 1) {
              lines[column % 8] += to === x ? `M${x} ${middle}V${y}`
                : `M${x} ${middle}C${x} ${y + 2} ${to} ${middle - 2} ${to} ${y}`;
            }
          }
          if (graph.below[row]) lines[graph.node[row] % 8] += `M${x} ${middle}V${below}`;
        }
        const { status } = log.of(event);
        const tone = status === "effective" ? `f${graph.node[row] % 8}` : `n-${status}`;
        nodes.push(make("circle", { class: `node ${tone}`, cx: x, cy: middle,
          r: status === "effective" ? 4 : 4.6 }));
      }
      svg.replaceChildren(...lines.flatMap((d, tone) =>
        d === "" ? [] : [make("path", { class: `t${tone}`, d })]), ...nodes);
    }

    """#

  /// The list: only the rows that are seen are elements.
  static let list = #"""

    const list = {
      height: 28, rows: new Map(),
      // Browsers end elements at some thirty million pixels; beyond that rows are reached by
      // filters and addresses.
      most: 1100000,

      reset() {
        this.rows.forEach((row) => row.remove());
        this.rows.clear();
        $("spacer").style.height =
          `${Math.max(60, Math.min(view.rows.length, this.most) * this.height)}px`;
        $("list").style.setProperty("--all",
          `${view.log.events.length * this.height + 32}px`);
        document.querySelector("#spacer .empty")?.remove();
        if (view.rows.length === 0) {
          $("spacer").append(make("p", { class: "empty" }, "No event fits. Escape clears."));
        }
        this.draw();
      },

      draw() {
        const box = $("list");
        const first = Math.max(0, Math.floor(box.scrollTop / this.height) - 6);
        const end = Math.min(view.rows.length,
          Math.ceil((box.scrollTop + box.clientHeight) / this.height) + 6);
        for (const [at, row] of this.rows) {
          if (at < first || at >= end) {
            row.remove();
            this.rows.delete(at);
          }
        }
        const fresh = [];
        for (let at = first; at < end; at += 1) {
          if (this.rows.has(at) && (this.rows.get(at).dataset.whole || !view.group.panelRows)) {
            this.mark(this.rows.get(at), view.rows[at]);
            continue;
          }
          this.rows.get(at)?.remove();
          const row = this.row(at);
          this.rows.set(at, row);
          fresh.push(row);
        }
        $("spacer").append(...fresh);
        drawGraph(first, Math.max(first, end), this.height);
        const chosen = view.chosen < 0 ? -1 : view.rowOf(view.chosen);
        if (this.rows.has(chosen)) {
          box.setAttribute("aria-activedescendant", `row-${chosen}`);
        } else {
          box.removeAttribute("aria-activedescendant");
        }
      },

      mark(row, event) {
        row.setAttribute("aria-selected", event === view.chosen ? "true" : "false");
      },

      row(at) {
        const event = view.rows[at];
        const { group, log } = view;
        const { status, code } = log.of(event);
        const row = make("div", { class: "row", role: "option", id: `row-${at}`,
          "aria-posinset": at + 1, "aria-setsize": view.rows.length },
          make("span", { class: "c-graph" }),
          make("span", { class: "n" }, positionText(event)),
          make("span", { class: "id" }, short(group.id(event))),
          make("span", { class: "t" }, time(group.time[event]).slice(0, 16)),
          make("span", null, personName(group.author[event])),
          make("span", null, cut(kindText(event), 60), " ",
            make("span", { class: "about", dir: "auto" }, about(event))),
          make("span", null, statusWord(status),
            code === null ? null : make("span", { class: "code" }, `  ${code}`)));
        row.style.top = `${at * this.height}px`;
        if (group.panelRows) row.dataset.whole = "1";
        this.mark(row, event);
        return row;
      },

      /// Scrolls as little as it takes to show an event's row.
      reveal(event) {
        const at = view.rowOf(event);
        if (at < 0) return;
        const box = $("list");
        const top = at * this.height;
        if (top < box.scrollTop + this.height || top > box.scrollTop + box.clientHeight
          - this.height * 2) {
          box.scrollTop = top - box.clientHeight / 2 + this.height / 2;
        }
        this.draw();
      },

      toStart() { $("list").scrollTop = 0; this.draw(); },

      /// Moves the choice by so many rows.
      move(by) {
        if (view.rows.length === 0) return;
        const at = view.chosen < 0 ? -1 : view.rowOf(view.chosen);
        const next = at < 0 ? Math.floor($("list").scrollTop / this.height) : at + by;
        choose(view.rows[Math.max(0, Math.min(view.rows.length - 1, next))], true);
      },
    };

    $("list").addEventListener("scroll", () => list.draw(), { passive: true });
    $("list").addEventListener("click", (pointer) => {
      const row = pointer.target.closest(".row");
      if (row) choose(view.rows[Number(row.id.slice(4))]);
    });

    """#
}
