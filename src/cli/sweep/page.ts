/** A sweep as one HTML page that needs nothing else. */
import { log } from "../../math/elementary.ts";
import { axisFor, type Point, plot } from "../../report/page/curves/plot.ts";
import { html, section } from "../../report/page/html.ts";
import { tiles } from "../../report/page/sections.ts";
import { STYLE } from "../../report/page/style.ts";
import { plural, shown, words } from "../../report/text/format.ts";
import { groupsOf, type Influence, mean } from "./importance.ts";
import type { Summary } from "./summary.ts";

const LN10 = 2.302585092994046;
/** Rows of the table. */
const MOST = 200;

export function summaryPage({ specification, standings, influences, rungs, command }: Summary): string {
  const { document, parameters, trials } = specification;
  const { score } = document;
  const best = standings[0]!.result;
  const head = ["", "trial", words(score), "epochs", ...parameters.map(({ name }) => name)];
  const rows = standings.slice(0, MOST).map(({ result }, i) => {
    const cells = [
      i + 1,
      result.trial,
      result.score === undefined ? "diverged" : shown(score, result.score),
      result.epochs,
      ...parameters.map(({ name }) => text(result.parameters[name])),
    ];
    return `<tr>${cells.map((cell) => `<td>${html(String(cell))}</td>`).join("")}</tr>`;
  });
  const facts: [string, string][] = [
    [`best ${words(score)}`, best.score === undefined ? "diverged" : shown(score, best.score)],
    ["trials finished", `${standings.length} of ${trials}`],
    ["sampling", document.sampling],
    ...(rungs ? [["rungs, in epochs", rungs.join(", ")] satisfies [string, string]] : []),
  ];
  const title = `${document.data}: ${plural(standings.length, "trial")}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="nabla">
<title>${html(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${html(title)}</h1>
<p class="note">Compared by ${html(words(score))}; ${specification.sign === 1 ? "higher" : "lower"} is better.</p>
${tiles(facts)}
${section("The best", `<code>${html(command)}</code>`, "This command trains it once more, to the bit.")}
${section(
  "What mattered",
  `<div class="charts">${influences.map((influence) => influencePlot(influence, score)).join("")}</div>`,
  `Each point is a trial${rungs ? ` after ${plural(rungs[0]!, "epoch")}` : ""}. The share is that of the differences between scores (of their ranks) which goes with the parameter.`,
)}
${section(
  "Trials",
  `<div class="scroll"><table><thead><tr>${head.map((name) => `<th>${html(name)}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`,
  standings.length > MOST ? `The best ${MOST} of ${standings.length}.` : "",
)}
<footer>Made by nabla.</footer>
</main>
</body>
</html>
`;
}

const text = (value: unknown): string =>
  value === undefined ? "" : Array.isArray(value) ? value.join(",") : String(value);

function influencePlot({ parameter, samples, share }: Influence, score: string): string {
  const title = `${parameter.name}${share === undefined ? "" : `, ${(share * 100).toFixed(0)} %`}`;
  if (samples.length === 0) return "";
  const { range } = parameter;
  const y = axisFor(
    words(score),
    samples.map((sample) => sample.score),
  );
  if (range) {
    const points = samples.map(
      ({ value, score }): Point => [range.log ? log(value as number) / LN10 : (value as number), score],
    );
    const x = axisFor(
      range.log ? `log₁₀ of ${parameter.name}` : parameter.name,
      points.map(([value]) => value),
    );
    return plot({ title, x, y, lines: [], points });
  }
  const groups = [...groupsOf(samples)];
  const points = groups.flatMap(([, places], i) => places.map((k): Point => [i + 1, samples[k]!.score]));
  const means = groups.map(([, places], i): Point => [i + 1, mean(places.map((k) => samples[k]!.score))]);
  const names = groups.map(([key], i) => `${i + 1}: ${text(JSON.parse(key))}`).join(", ");
  return plot({
    title,
    x: { label: parameter.name, from: 0.5, to: groups.length + 0.5 },
    y,
    lines: [{ points: means, dashed: true }],
    points,
    note: `${names}. The line goes through the means.`,
  });
}
