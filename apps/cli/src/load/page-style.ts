// Style sheet of the report's page: the dashboard's colours, light and dark, and on paper.

export const PAGE_STYLE = `
:root { color-scheme: light dark;
  --paper: light-dark(#ffffff, #161a20); --ground: light-dark(#f4f5f7, #0e1115); --line: light-dark(#dcdfe5, #2a313b);
  --ink: light-dark(#161a20, #e8ebef); --quiet: light-dark(#57606d, #9aa4b1); --accent: light-dark(#1d4fc4, #8db0ff);
  --good: light-dark(#146c3c, #62d197); --warn: light-dark(#875200, #f0b95b); --bad: light-dark(#b3261e, #ff9a90); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 0; }
p { margin: 0; }
.quiet, figcaption { color: var(--quiet); }
.verdict { display: inline-block; margin: 1rem 0 1.25rem; padding: .35rem .8rem; border-radius: 6px; border: 1px solid currentColor; font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.25rem 1.1rem; margin: 0 0 1rem; min-width: 0; }
dl.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1rem; margin: 0 0 1rem; }
dl.figures div { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; }
dl.figures dt { color: var(--quiet); font-size: .85rem; }
dl.figures dd { margin: 0; white-space: nowrap; font-size: 1.3rem; font-weight: 600; line-height: 1.3; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .3rem 0 .2rem; padding: 0; color: var(--quiet); font-size: .88rem; }
.legend svg { width: 1.1rem; height: .7rem; margin-right: .35rem; display: inline; vertical-align: baseline; }
svg { display: block; width: 100%; height: auto; margin-top: .4rem; }
svg text { fill: var(--quiet); font-size: 12px; } svg .y { text-anchor: end; } svg .x { text-anchor: middle; } svg .x.last { text-anchor: end; }
.grid { stroke: var(--line); stroke-width: 1; } .axis { stroke: var(--quiet); stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.a { stroke: var(--accent); } .b { stroke: var(--good); stroke-dasharray: 7 4; } .c { stroke: var(--quiet); stroke-dasharray: 2 4; }
.p50 { stroke: var(--accent); } .p95 { stroke: var(--warn); stroke-dasharray: 8 4; } .p99 { stroke: var(--bad); stroke-dasharray: 3 3; }
.bar { fill: var(--accent); }
.o-OK { fill: light-dark(#2f9e63, #3f9f6b); } .o-BUSY { fill: light-dark(#d39a1c, #d9a53c); } .o-NOANSWER { fill: light-dark(#8a6fd1, #9d85e0); }
.o-VOICE { fill: light-dark(#3b8fc9, #56a6dc); } .o-NORING { fill: light-dark(#6b7683, #87929f); } .o-ISDNERR { fill: light-dark(#c04a9b, #d468b2); }
.o-NOSERVICE { fill: light-dark(#0f8f94, #2fb0b5); } .o-SENDFAIL { fill: light-dark(#c8382f, #e5675e); } .o-BLACKLIST { fill: light-dark(#2b3038, #c9ced6); }
.o-CANCELLED { fill: light-dark(#a9825b, #bd9873); }
.plot { overflow-x: auto; } .plot svg { min-width: 34rem; }
details { margin-top: .6rem; } summary { cursor: pointer; color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.scroll { overflow: auto; max-height: 24rem; margin-top: .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: right; padding: .22rem .7rem .22rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child, .facts td { text-align: left; } .words td:first-child, .words td[colspan], .facts td + td { white-space: normal; overflow-wrap: anywhere; }
.facts td:first-child { color: var(--quiet); vertical-align: top; }
th { color: var(--quiet); font-weight: 600; } thead th { position: sticky; top: 0; background: var(--paper); }
ul.differences { margin: .2rem 0; padding-left: 1.2rem; color: var(--bad); }
@media (max-width: 30rem) { main { padding: 1.25rem .75rem 3rem; } section { padding: .8rem .85rem; } th, td { padding-right: .4rem; } th:last-child, td:last-child { padding-right: 0; } }
@media print { body { background: none; } section, dl.figures div { break-inside: avoid; } .scroll { max-height: none; } }
`;
