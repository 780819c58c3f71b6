/** How the report looks: light and dark, from a phone to a wide screen. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --text: #1b2027; --soft: #5c6673; --line: #e1e5ea;
  --series1: #2563eb; --series2: #d97706; --series3: #7c3aed; --right: 22, 163, 74; --wrong: 220, 38, 38;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151a; --card: #1a1f26; --text: #e7eaee; --soft: #97a1ae; --line: #2c333d;
    --series1: #60a5fa; --series2: #fbbf24; --series3: #a78bfa; --right: 34, 197, 94; --wrong: 248, 81, 81;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 8px; }
h3 { font-size: .95rem; margin: 0 0 4px; color: var(--soft); font-weight: 600; }
p { margin: 0 0 12px; }
.note, footer { color: var(--soft); font-size: .9rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; margin-top: 16px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 8px; margin: 16px 0 0; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; }
.tiles dt { color: var(--soft); font-size: .8rem; }
.tiles dd { margin: 0; font-size: 1.15rem; font-weight: 600; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; }
.charts > div, .charts > div > div { min-width: 0; overflow: hidden; }
.u-legend th, .u-legend td { border: 0; }
.u-legend { color: var(--text); font-size: .85rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 4px 10px; border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
thead th, th { color: var(--soft); font-weight: 600; font-size: .85rem; }
.n { text-align: right; }
.confusion { margin: 0 auto; }
.confusion th, .confusion td { border: 0; text-align: center; padding: 0 4px; min-width: 42px; height: 34px; }
.confusion tbody th { text-align: right; padding-right: 10px; white-space: nowrap; }
.confusion td.right { background: rgba(var(--right), calc(.05 + .5 * var(--share))); }
.confusion td.wrong { background: rgba(var(--wrong), calc(.9 * var(--share))); }
.confusion td, .confusion thead th[scope] { width: max(42px, var(--name) + 8px); min-width: max(42px, var(--name) + 8px); }
.confusion .recall { color: var(--soft); font-size: .85rem; padding-left: 10px; white-space: nowrap; }
@media (max-width: 640px) {
  .confusion { font-size: .78rem; }
  .confusion th, .confusion td, .confusion thead th[scope] { min-width: max(25px, var(--name)); width: auto; height: 27px; padding: 0 1px; font-size: inherit; }
  .confusion tbody th, .confusion .recall { padding: 0 4px; font-size: inherit; }
}
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)); gap: 12px; }
.paired { grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 4px; }
.pair img + img { border: 1px solid var(--line); }
.list { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 12px; }
figure { margin: 0; font-size: .82rem; line-height: 1.35; }
figure img { width: 100%; border-radius: 6px; }
img { image-rendering: pixelated; display: block; }
figcaption { color: var(--soft); margin-top: 4px; overflow-wrap: anywhere; }
figcaption b { color: var(--text); }
code { font-size: .85rem; overflow-wrap: anywhere; }
.weights { display: grid; grid-template-columns: repeat(auto-fill, minmax(76px, 1fr)); gap: 8px; }
.weights img { width: 100%; border: 1px solid var(--line); border-radius: 4px; }
.filters { grid-template-columns: repeat(auto-fill, minmax(56px, 1fr)); }
.maps th, .maps td { padding: 4px 6px; vertical-align: middle; }
.maps thead th { font-weight: 600; white-space: nowrap; vertical-align: bottom; }
.maps small { font-weight: 400; }
.maps img { width: 112px; max-width: none; }
.maps td:nth-child(2) img { width: 56px; }
.beside { display: flex; flex-wrap: wrap; gap: 16px 32px; align-items: flex-start; }
.beside > .scroll { max-width: 100%; }
.beside td { white-space: nowrap; }
svg.network { display: block; max-width: 100%; height: auto; font: 12px system-ui, sans-serif; }
.network rect { fill: var(--page); stroke: var(--line); stroke-width: 1.5; }
.network .input rect, .network .output rect { fill: var(--line); }
.network .shared rect { stroke-width: 2.5; }
.network text { fill: var(--soft); text-anchor: middle; }
.network text.name { fill: var(--text); font-weight: 600; }
.network .edges path { fill: none; stroke: var(--soft); stroke-width: 1.2; }
.network .edges .tip { fill: var(--soft); stroke: none; }
svg.plot { display: block; width: 100%; height: auto; font: 11px system-ui, sans-serif; }
.plot text { fill: var(--soft); }
.plot .axis { font-size: 12px; }
.plot .grid { stroke: var(--line); stroke-width: 1; }
.plot .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.plot .dashed { fill: none; stroke-width: 1.5; stroke-dasharray: 5 4; }
.plot .points { opacity: .55; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 4px 0 8px; padding: 0; font-size: .82rem; }
.legend i { display: inline-block; width: 14px; height: 3px; margin-right: 6px; vertical-align: middle; }
.charts .note { font-size: .82rem; margin: 4px 0 0; }
.importance { width: 100%; max-width: 640px; }
.importance tbody th { overflow-wrap: anywhere; width: 30%; min-width: 6.5rem; }
.importance td.bar { width: 40%; padding: 4px 0; }
.importance i { display: block; height: 12px; border-radius: 2px; background: var(--series1); }
.importance td.n { white-space: nowrap; }
.settings td:first-child { color: var(--soft); }
.settings td { overflow-wrap: anywhere; }
footer { margin-top: 24px; }
footer code { font-size: .8rem; }
`;
