/// The elements that the script fills in.
enum Skeleton {
  static let html = """
    <a class="skip" href="#list">Skip to the events</a>
    <header class="bar">
      <p class="brand">Coterie <span>report</span></p>
      <p class="group" id="group-name"></p>
      <div class="tools">
        <label id="group-label" hidden>Group <select id="group"></select></label>
        <label id="log-label" hidden>As seen by <select id="log"></select></label>
        <button type="button" id="theme">Theme: system</button>
        <button type="button" id="keys" aria-haspopup="dialog">Keys <kbd>?</kbd></button>
      </div>
    </header>
    <noscript><p class="card">This page needs its own script to show the logs; it loads nothing
      from anywhere.</p></noscript>
    <main>
      <section id="verdict" class="card" aria-labelledby="verdict-word">
        <div class="headline">
          <h1 id="verdict-word"></h1>
          <p id="verdict-text"></p>
        </div>
        <div class="scroll" id="verdict-logs"></div>
      </section>
      <section id="findings" class="card" aria-labelledby="findings-title">
        <h2 id="findings-title">Findings</h2>
        <div id="findings-body"></div>
      </section>
      <section id="parting" class="card" aria-labelledby="parting-title" hidden>
        <h2 id="parting-title">Where two logs part</h2>
        <div id="parting-body"></div>
      </section>
      <section id="history" class="card" aria-labelledby="history-title">
        <h2 id="history-title">Who was what, and when</h2>
        <div class="split">
          <div class="lanes">
            <div id="legend" class="legend"></div>
            <div id="lanes" role="slider" tabindex="0" aria-label="Position in the history"
              aria-describedby="lanes-hint"></div>
            <p id="lanes-readout" class="readout" aria-hidden="true"></p>
            <p id="lanes-hint" class="hint">Canonical order from left to right. After each event the
              state is what that event and all before it make; what comes later may still undo it.
              <span class="noprint">Click, or move with the arrow keys; <kbd>[</kbd> and
              <kbd>]</kbd> go to the change before and after.</span></p>
          </div>
          <div class="state">
            <div class="state-head">
              <h3>State after <label>#<input id="position" inputmode="numeric" size="7"
                aria-label="Position"></label></h3>
              <span class="noprint">
                <button type="button" id="change-before" title="Change before ([)">‹</button>
                <button type="button" id="change-after" title="Change after (])">›</button>
              </span>
            </div>
            <div id="state-body" aria-live="polite"></div>
          </div>
        </div>
        <details id="final"><summary>Everything else in the final state</summary>
          <div id="final-body"></div></details>
      </section>
      <section id="events" class="card" aria-labelledby="events-title">
        <div class="events-head">
          <h2 id="events-title">Events</h2>
          <p id="count" role="status" aria-live="polite"></p>
        </div>
        <form id="filters" role="search" autocomplete="off">
          <label class="grow"><span>Text</span><input id="filter-text" type="search"
            placeholder="id, name, key, kind, code…" aria-keyshortcuts="/"></label>
          <label><span>Author</span><select id="filter-author"></select></label>
          <label><span>Kind</span><select id="filter-kind"></select></label>
          <label><span>Status</span><select id="filter-status"></select></label>
          <label><span>Code</span><select id="filter-code"></select></label>
          <button type="reset" id="filter-reset">Clear</button>
        </form>
        <div class="browser">
          <div class="listing">
            <div id="list" role="listbox" tabindex="0" aria-label="Events in canonical order">
              <div class="columns" aria-hidden="true"><span class="c-graph"></span>
                <span class="n">#</span><span>Id</span><span>Time, as claimed</span>
                <span>Author</span><span>Event</span><span>Verdict</span></div>
              <div id="spacer" role="presentation"><svg id="graph" aria-hidden="true"></svg></div>
            </div>
          </div>
          <aside id="panel" aria-label="The selected event" tabindex="-1"></aside>
        </div>
        <div id="print-events"></div>
      </section>
    </main>
    <footer id="foot"></footer>
    <dialog id="help" aria-labelledby="help-title"></dialog>

    """
}
