/// The page's style sheet.
enum Style {
  /// All of it.
  static let text = base + parts + browser + paper

  /// Colours, type, and what every part shares.
  private static let base = """

    :root {
      color-scheme: light dark;
      --page: light-dark(#f7f6f2, #14161a);
      --card: light-dark(#ffffff, #1b1e23);
      --faint: light-dark(#f3f2ed, #22262c);
      --line: light-dark(#e3e0d8, #2f343c);
      --ink: light-dark(#1e2227, #e3e6ea);
      --soft: light-dark(#5c636d, #9ba4af);
      --accent: light-dark(#285f8f, #86b9e8);
      --wash: light-dark(#e9f1f8, #1f2e3d);
      --good: light-dark(#27734a, #6cc292);
      --bad: light-dark(#b0281f, #f18a82);
      --doubt: light-dark(#835b00, #dfb45f);
      --wait: light-dark(#5b4fa0, #afa5f0);
      --r1: light-dark(#dfe7ee, #2c3640);
      --r2: light-dark(#b4cadb, #3d566b);
      --r3: light-dark(#7ea6c2, #5684a6);
      --r4: light-dark(#3f7aa3, #79aed6);
      --r5: light-dark(#17405f, #c4e2fa);
      --t0: light-dark(#3f7aa3, #79aed6);
      --t1: light-dark(#b3703a, #d79a68);
      --t2: light-dark(#4f8a5b, #7fbf8c);
      --t3: light-dark(#8a5fa0, #bb93d0);
      --t4: light-dark(#a8862c, #d3b45f);
      --t5: light-dark(#3d8a8a, #70bfbf);
      --t6: light-dark(#a3526a, #d98aa0);
      --t7: light-dark(#6b7280, #a0a8b4);
      --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, monospace;
      font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
      font-variant-numeric: tabular-nums;
    }
    :root[data-theme="light"] { color-scheme: light; }
    :root[data-theme="dark"] { color-scheme: dark; }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--page); color: var(--ink); }
    main { max-width: 1560px; margin: 0 auto; padding: 16px 20px 8px; display: grid; gap: 16px;
      grid-template-columns: minmax(0, 1fr); }
    h1, h2, h3, p { margin: 0; }
    h2 { font-size: 17px; font-weight: 600; letter-spacing: -.005em; }
    h3 { font-size: 15px; font-weight: 600; }
    a { color: var(--accent); text-decoration: none; }
    a:hover { text-decoration: underline; text-underline-offset: 2px; }
    code, .id { font-family: var(--mono); font-size: .9em; }
    .name { unicode-bidi: isolate; overflow-wrap: anywhere; }
    .row .person, .members .person { display: flex; gap: 7px; align-items: baseline; }
    .person .name { white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
      max-width: 24em; display: inline-block; vertical-align: bottom; }
    .row .person .name, .members .person .name { min-width: 0; flex: 0 1 auto; }
    .person .id { flex: none; }
    .soft, .hint { color: var(--soft); }
    .hint { font-size: 13px; margin-top: 8px; max-width: 76em; }
    .scroll { overflow-x: auto; }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
      padding: 18px 20px; min-width: 0; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
    .skip { position: absolute; left: -999px; top: 4px; padding: 6px 12px; z-index: 9;
      background: var(--card); }
    .skip:focus { left: 8px; }
    button, select, input { font: inherit; color: inherit; background: var(--card);
      border: 1px solid var(--line); border-radius: 6px; padding: 3px 9px; max-width: 100%; }
    button { cursor: pointer; }
    button:hover, select:hover { border-color: var(--soft); }
    kbd { font: 12px var(--mono); border: 1px solid var(--line); border-radius: 4px;
      padding: 0 5px; background: var(--faint); color: var(--soft); }
    table { border-collapse: collapse; width: 100%; }
    th { text-align: left; font-weight: 500; color: var(--soft); font-size: 13px; }
    th, td { padding: 6px 16px 6px 0; border-bottom: 1px solid var(--line);
      vertical-align: baseline; }
    tr:last-child > td { border-bottom: 0; }
    td.number, th.number { text-align: right; }
    summary { cursor: pointer; color: var(--accent); }
    [hidden] { display: none !important; }

    .bar { position: sticky; top: 0; z-index: 5; display: flex; gap: 6px 18px; flex-wrap: wrap;
      align-items: center; padding: 8px 20px; background: var(--card);
      border-bottom: 1px solid var(--line); }
    .brand { font-weight: 650; }
    .brand span { font-weight: 400; color: var(--soft); }
    .group { min-width: 0; flex: 1 1 12em; white-space: nowrap; overflow: hidden;
      text-overflow: ellipsis; }
    .tools { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; font-size: 14px; }
    .tools select { max-width: 14em; }
    footer { max-width: 1560px; margin: 0 auto; padding: 4px 22px 28px; color: var(--soft);
      font-size: 13px; }

    .status { white-space: nowrap; font-weight: 500; }
    .status::before { content: ""; display: inline-block; width: 8px; height: 8px;
      border-radius: 50%; margin-right: 7px; background: currentColor; }
    .s-effective { color: var(--good); }
    .s-rejected, .s-malformed { color: var(--bad); }
    .s-rejected::before, .s-malformed::before { border-radius: 1px; rotate: 45deg; }
    .s-defeated, .s-overridden { color: var(--doubt); }
    .s-defeated::before, .s-overridden::before { background: none;
      border: 2px solid currentColor; }
    .s-pending, .s-held-back { color: var(--wait); }
    .s-pending::before, .s-held-back::before { background: none;
      border: 2px dotted currentColor; }
    .s-absent { color: var(--soft); }
    .s-absent::before { background: none; border: 1px solid currentColor; }

    """
}
