extension Style {
  /// The list of events, the panel of one, and the help.
  static let browser = """

    .events-head { display: flex; gap: 18px; align-items: baseline; }
    #count { color: var(--soft); }
    #filters { display: flex; gap: 10px; flex-wrap: wrap; align-items: end; margin: 10px 0 12px; }
    #filters label { display: grid; font-size: 13px; color: var(--soft); }
    #filters label > * { color: var(--ink); font-size: 14px; }
    #filters label > span { color: var(--soft); font-size: 12.5px; }
    #filters .grow { flex: 1 1 15em; }
    #filters select { max-width: 15em; }
    .browser { display: grid; grid-template-columns: minmax(0, 1fr) 400px; gap: 16px; }
    .listing { min-width: 0; border: 1px solid var(--line); border-radius: 8px;
      overflow: hidden; --graph: 60px; }
    .columns, .row { display: grid; align-items: center; gap: 0 12px; padding: 0 12px 0 0;
      grid-template-columns: var(--graph) 60px 74px 122px minmax(80px, var(--author))
        minmax(120px, 1fr) minmax(110px, 1.1fr); }
    .columns { font-size: 12.5px; color: var(--soft); background: var(--faint); height: 30px;
      border-bottom: 1px solid var(--line); position: sticky; top: 0; z-index: 2; }
    #list { position: relative; height: clamp(440px, calc(100vh - 230px), var(--all, 9999px));
      overflow-y: auto; overflow-x: hidden; overscroll-behavior: contain; }
    #list:focus-visible { outline-offset: -2px; }
    #spacer { position: relative; overflow: hidden; }
    #graph { position: absolute; left: 0; top: 0; overflow: hidden; pointer-events: none;
      z-index: 1; }
    #graph path { fill: none; stroke-width: 1.6; }
    #graph .node { stroke: var(--card); stroke-width: 1.5; }
    #graph .n-rejected, #graph .n-malformed { fill: var(--bad); }
    #graph .n-defeated, #graph .n-overridden { fill: var(--card); stroke: var(--doubt);
      stroke-width: 2; }
    #graph .n-pending, #graph .n-held-back { fill: var(--card); stroke: var(--wait);
      stroke-width: 2; stroke-dasharray: 2 2; }
    #graph .t0 { stroke: var(--t0); } #graph .t1 { stroke: var(--t1); }
    #graph .t2 { stroke: var(--t2); } #graph .t3 { stroke: var(--t3); }
    #graph .t4 { stroke: var(--t4); } #graph .t5 { stroke: var(--t5); }
    #graph .t6 { stroke: var(--t6); } #graph .t7 { stroke: var(--t7); }
    #graph .f0 { fill: var(--t0); } #graph .f1 { fill: var(--t1); }
    #graph .f2 { fill: var(--t2); } #graph .f3 { fill: var(--t3); }
    #graph .f4 { fill: var(--t4); } #graph .f5 { fill: var(--t5); }
    #graph .f6 { fill: var(--t6); } #graph .f7 { fill: var(--t7); }
    .row { position: absolute; left: 0; right: 0; height: 28px; cursor: pointer;
      font-size: 14px; }
    .row > * { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; min-width: 0; }
    .row:hover { background: var(--faint); }
    .row[aria-selected="true"] { background: var(--wash); box-shadow: inset 3px 0 var(--accent); }
    .row .n, .row .t { color: var(--soft); }
    .columns .n, .row .n { text-align: right; }
    .row .t { font-size: 13px; }
    .row .s-effective { color: var(--soft); font-weight: 400; }
    .row .s-effective::before { background: var(--good); }
    .row .about { color: var(--soft); }
    .row .code { color: var(--soft); font-size: 12.5px; letter-spacing: -.01em; }
    .empty { position: absolute; inset: 40px 0 auto; text-align: center; color: var(--soft); }

    #panel { border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px;
      height: 0; min-height: 100%; overflow: auto; overflow-wrap: anywhere; }
    #panel h3 { font-size: 17px; }
    #panel h3 .id { font-weight: 500; color: var(--soft); }
    #panel .lead { margin: 2px 0 12px; }
    #panel h4 { margin: 18px 0 4px; font-size: 13px; font-weight: 600; color: var(--soft); }
    .judged { border-radius: 8px; background: var(--faint); padding: 10px 12px; }
    .judged p + p { margin-top: 5px; }
    dl { display: grid; grid-template-columns: 7.4em minmax(0, 1fr); gap: 3px 12px; margin: 0; }
    dt { color: var(--soft); font-size: 14px; }
    dd { margin: 0; min-width: 0; }
    dd .name, .content { display: block; max-height: 14em; overflow: auto; }
    .content { white-space: pre-wrap; border-left: 3px solid var(--line); padding: 2px 12px; }
    .links { list-style: none; margin: 0; padding: 0; }
    .links li { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .full { font: 12px/1.45 var(--mono); color: var(--soft); user-select: all; }
    .checks { list-style: none; margin: 0; padding: 0; }
    .checks li { display: grid; grid-template-columns: 4em 1fr; gap: 8px; }
    .check-ok { color: var(--good); } .check-fail { color: var(--bad); font-weight: 600; }
    .check-skipped { color: var(--soft); }

    dialog { border: 1px solid var(--line); border-radius: 12px; background: var(--card);
      color: var(--ink); padding: 22px 26px; max-width: 620px; }
    dialog::backdrop { background: rgb(0 0 0 / .35); }
    dialog p + p { margin-top: 12px; }
    dialog table { margin: 10px 0 14px; }
    dialog td:first-child { white-space: nowrap; width: 9.5em; }

    @media (max-width: 1280px) {
      .browser { grid-template-columns: minmax(0, 1fr); }
      #panel { height: auto; min-height: 0; max-height: 70vh; }
      #list { height: clamp(300px, calc(70vh - 160px), var(--all, 9999px)); }
    }
    @media (max-width: 860px) {
      .columns, .row { grid-template-columns: var(--graph) 56px minmax(80px, 130px)
        minmax(100px, 1fr) minmax(90px, 140px); }
      .columns > :nth-child(3), .columns > :nth-child(4), .row > .id, .row .t { display: none; }
    }
    @media (max-width: 560px) {
      main { padding: 10px 8px; }
      .card { padding: 14px 12px; }
      .columns, .row { grid-template-columns: var(--graph) 46px minmax(0, 1.2fr) minmax(0, 1fr); }
      .columns > :nth-child(5), .row > :nth-child(5) { display: none; }
    }

    """

  /// What paper needs.
  static let paper = """

    #print-events { display: none; }
    @media print {
      :root, :root[data-theme] { color-scheme: light; }
      @page { margin: 14mm; }
      body { background: none; font-size: 10.5pt; }
      main { display: block; max-width: none; padding: 0; }
      .bar { position: static; border: 0; padding: 0 0 8px; }
      .card { border: 0; border-radius: 0; padding: 8px 0 14px; }
      #verdict { border-left: 4pt solid var(--soft); padding-left: 12px; }
      .tools, .skip, #filters, .browser, .noprint, .readout, #final:not([open]), .hover,
      .pair select, dialog { display: none; }
      :focus-visible { outline: none; }
      .state-head input { border: 0; padding: 0; font-weight: 600; }
      .split { grid-template-columns: minmax(0, 1fr); }
      .finding, .members li, tr { break-inside: avoid; }
      #lanes, #state-body, .sides ol, .differences, #final-body { max-height: none;
        overflow: visible; }
      .bed, .r1, .r2, .r3, .r4, .r5, #lanes path, .role::before, .legend i, .status::before {
        print-color-adjust: exact; }
      #print-events { display: block; }
      #print-events table { font-size: 8.5pt; }
      #print-events td { padding: 1pt 8pt 1pt 0; }
      a { color: inherit; }
    }

    """
}
