extension Style {
  /// Verdict, findings, differences, lanes and state.
  static let parts = """

    #verdict { border-left: 6px solid var(--soft); }
    #verdict[data-verdict="same"], #verdict[data-verdict="one"] { border-left-color: var(--good); }
    #verdict[data-verdict="diverged"] { border-left-color: var(--bad); }
    #verdict[data-verdict="undecided"] { border-left-color: var(--wait); }
    .headline { display: flex; gap: 4px 18px; align-items: baseline; flex-wrap: wrap;
      margin-bottom: 12px; }
    .headline h1 { font-size: 27px; font-weight: 680; letter-spacing: -.015em; }
    .headline p { color: var(--soft); font-size: 16px; overflow-wrap: anywhere; }
    [data-verdict="same"] h1, [data-verdict="one"] h1 { color: var(--good); }
    [data-verdict="diverged"] h1 { color: var(--bad); }
    [data-verdict="undecided"] h1 { color: var(--wait); }
    .counts { display: flex; gap: 2px 18px; flex-wrap: wrap; }
    .log-name { max-width: 22em; min-width: 5em; }
    .log-name .name { display: block; max-height: 4.5em; overflow: auto; }

    .findings { list-style: none; margin: 10px 0 0; padding: 0; display: grid; gap: 8px; }
    .finding { display: grid; grid-template-columns: 4.2em minmax(0, 1fr); gap: 2px 14px;
      border: 1px solid var(--line); border-left: 4px solid var(--doubt); border-radius: 8px;
      padding: 10px 14px; scroll-margin-top: 70px; }
    .finding.error { border-left-color: var(--bad); }
    .finding.here { background: var(--wash); }
    .finding .mark { font-family: var(--mono); font-size: 13px; padding-top: 1px; }
    .finding .what { font-weight: 500; overflow-wrap: anywhere; max-height: 9em; overflow: auto; }
    .finding .severity { color: var(--doubt); font-weight: 600; }
    .finding.error .severity { color: var(--bad); }
    .finding .more { color: var(--soft); display: flex; gap: 2px 14px; flex-wrap: wrap; }
    .none { color: var(--soft); margin-top: 6px; }

    .pair { display: flex; gap: 10px; align-items: center; flex-wrap: wrap; margin: 10px 0; }
    .pair select { max-width: 18em; }
    .facts { display: flex; gap: 4px 28px; flex-wrap: wrap; margin: 10px 0; }
    .facts b { font-weight: 600; font-size: 18px; margin-right: 6px; }
    .sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(330px, 1fr)); gap: 18px;
      margin-top: 14px; }
    .sides ol { list-style: none; margin: 6px 0 0; padding: 0; max-height: 250px;
      overflow: auto; }
    .sides li { padding: 2px 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .differences { margin-top: 16px; max-height: 340px; overflow: auto; }
    .differences td { overflow-wrap: anywhere; max-width: 30em; }
    .first { border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px;
      background: var(--faint); }
    .first p + p { margin-top: 4px; }

    .split { display: grid; grid-template-columns: minmax(0, 1fr) 330px; gap: 24px;
      margin-top: 12px; }
    .legend { display: flex; gap: 4px 16px; flex-wrap: wrap; font-size: 13px; color: var(--soft);
      margin-bottom: 6px; }
    .legend i { display: inline-block; width: 14px; height: 10px; border-radius: 2px;
      margin-right: 6px; }
    .legend .r1 { background: var(--r1); } .legend .r2 { background: var(--r2); }
    .legend .r3 { background: var(--r3); } .legend .r4 { background: var(--r4); }
    .legend .r5 { background: var(--r5); }
    .legend .bad, .legend .doubt, .legend .wait { width: 3px; height: 13px; border-radius: 0;
      vertical-align: -2px; background: var(--bad); }
    .legend .doubt { background: var(--doubt); } .legend .wait { background: var(--wait); }
    #lanes { max-height: 470px; overflow: auto; cursor: crosshair; }
    #lanes svg { display: block; width: 100%; height: auto; font-size: 12px; }
    #lanes text { fill: var(--ink); }
    #lanes text.axis { fill: var(--soft); }
    #lanes text.key { fill: var(--soft); font-family: var(--mono); font-size: 11px; }
    #lanes .bed { fill: var(--faint); }
    #lanes .r1 { fill: var(--r1); } #lanes .r2 { fill: var(--r2); }
    #lanes .r3 { fill: var(--r3); } #lanes .r4 { fill: var(--r4); }
    #lanes .r5 { fill: var(--r5); }
    #lanes .grid { stroke: var(--line); stroke-width: 1; }
    #lanes .bad { fill: var(--bad); } #lanes .doubt { fill: var(--doubt); }
    #lanes .wait { fill: var(--wait); }
    #lanes .cursor { stroke: var(--accent); stroke-width: 2; }
    #lanes .hover { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3; }
    #lanes .chosen { fill: var(--card); stroke: var(--accent); stroke-width: 2; }
    .readout { min-height: 1.5em; font-size: 13px; color: var(--soft); white-space: nowrap;
      overflow: hidden; text-overflow: ellipsis; }
    .state { min-width: 0; }
    .state-head { display: flex; justify-content: space-between; align-items: center; gap: 8px; }
    .state-head input { width: 6.5em; padding: 1px 6px; }
    #state-body { max-height: 450px; overflow: auto; margin-top: 8px; }
    .members { list-style: none; margin: 0; padding: 0; }
    .members li { display: grid; grid-template-columns: 6.3em minmax(0, 1fr) auto; gap: 8px;
      padding: 4px 2px; border-bottom: 1px solid var(--line); align-items: baseline; }
    .members li:last-child { border-bottom: 0; }
    .members li.new { background: var(--wash); }
    .members .who { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .role { font-size: 13px; }
    .role::before { content: ""; display: inline-block; width: 10px; height: 10px;
      border-radius: 2px; margin-right: 6px; }
    .role.r1::before { background: var(--r1); } .role.r2::before { background: var(--r2); }
    .role.r3::before { background: var(--r3); } .role.r4::before { background: var(--r4); }
    .role.r5::before { background: var(--r5); }
    #final { margin-top: 14px; }
    #final-body { max-height: 420px; overflow: auto; margin-top: 8px; }
    .tree { margin: 0; padding-left: 0; list-style: none; }
    .tree .tree { padding-left: 18px; border-left: 1px solid var(--line); }
    .tree li { padding: 1px 0; overflow-wrap: anywhere; }
    .tree .field { color: var(--soft); margin-right: 8px; }

    @media (max-width: 1080px) {
      .split { grid-template-columns: minmax(0, 1fr); }
    }

    """
}
