/** The report of a training: one HTML page that needs nothing else, on disk or on the network. */
import uplotScript from "uplot/dist/uPlot.iife.min.js?raw";
import uplotStyle from "uplot/dist/uPlot.min.css?raw";
import type { Config } from "../../config/config.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { OpenedData } from "../../data/readers/open.ts";
import { isWindows } from "../../data/sequences/windows.ts";
import { figureMeant } from "../../metrics/direction.ts";
import { internalsOf } from "../../model/internals.ts";
import type { History, Model } from "../../model/model.ts";
import { weightsSha256 } from "../../model/save.ts";
import { classNames, type Examination } from "../examine.ts";
import { figuresOf, usualMetrics } from "../figures.ts";
import { imageOf } from "../text/draw.ts";
import { count, duration, plural, shown, words } from "../text/format.ts";
import { chartsOf, DRAW } from "./charts.ts";
import { plotsOf } from "./curves/index.ts";
import { forecastSection } from "./forecast.ts";
import { networkPicture } from "./network.ts";
import { mapSection, noPictures, saliencyOf, single, weightSection } from "./pictures.ts";
import {
  configSection,
  confusionSection,
  html,
  layerSection,
  mistakeSection,
  section,
  tiles,
} from "./sections.ts";
import { STYLE } from "./style.ts";

export interface ReportRequest {
  model: Model;
  config: Config;
  data: OpenedData;
  /** What was examined, and what to call it. */
  dataset: Dataset;
  part: string;
  examination: Examination;
  history: History;
  seconds: number;
}

/** Most classes a confusion matrix is shown for. */
const CLASSES = 64;

/** The page as HTML. */
export async function reportPage(request: ReportRequest): Promise<string> {
  const { model, config, data, dataset, part, examination, history, seconds } = request;
  const subject = data.test ?? data.train;
  const { confusion, rows, wrong, mistakes, seen } = examination;
  const names = classNames(model, dataset);
  const plots = seen ? plotsOf(seen, names) : "";
  const charts = chartsOf(history);
  const epochs = history.epoch.length;
  const facts: [string, string][] = [
    ...[...Object.entries(examination.scores).reverse(), ...Object.entries(moreOf(examination))].map(
      ([name, value]): [string, string] => [`${words(name)}, ${part}`, shown(name, value)],
    ),
    ["epochs", String(epochs)],
    ["time", duration(seconds)],
    ["parameters", count(internalsOf(model).built.parameterCount)],
    ["rows trained on", count(internalsOf(model).state.settings?.rows ?? data.train.length)],
  ];
  const saliency = single(model) ? await saliencyOf(model, dataset, examination) : [];
  const sections = [
    charts.length && epochs > 0
      ? section(
          "Training",
          `<div class="charts">${charts.map((chart, i) => `<div><h3>${html(chart.title)}</h3><div id="chart${i}"></div></div>`).join("")}</div>`,
          history.stopped ? `Stopped early: ${history.stopped}.` : "",
        )
      : "",
    isWindows(subject)
      ? forecastSection(model, subject, data.test ? "test part" : "the rows trained on")
      : "",
    plots
      ? section(
          seen!.subject.task === "quantities" ? "Predictions" : "Curves",
          plots,
          `Of ${plural(rows, "row")} (${part}).`,
        )
      : "",
    confusion && confusion.classes <= CLASSES
      ? section(
          "Confusion matrix",
          confusionSection(confusion, names),
          `Rows: the true class; columns: what was predicted. ${count(wrong)} of ${plural(rows, "row")} (${part}) ${wrong === 1 ? "is" : "are"} wrong.`,
        )
      : "",
    mistakes.length
      ? section(
          "Worst mistakes",
          await mistakeSection(dataset, examination, names, data.standardisation, saliency),
          `Those with the largest loss first; the percentage is how sure the model was of its answer.${saliency.length ? " Next to each, in red, the pixels its loss depends on most: the size of the loss's gradient." : ""}`,
        )
      : "",
    ...(single(model) ? [weightSection(model), await mapSection(model, dataset, names)] : [noPictures()]),
    section("Network", layerSection(model, networkPicture(model))),
    section("Settings", configSection(config)),
  ];
  const json = JSON.stringify(epochs > 0 ? charts : []).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="nabla">
<title>${html(data.name)} — training report</title>
<link rel="icon" href="data:,">
<style>${uplotStyle}${STYLE}</style>
</head>
<body>
<main>
<h1>${html(data.name)}</h1>
<p class="note">${html(describe(data, model, imageOf(dataset.inputShape) !== undefined))}</p>
${tiles(facts)}
${sections.join("\n")}
<footer>Made by nabla. SHA-256 of the weights: <code>${weightsSha256(model)}</code></footer>
</main>
<script type="application/json" id="charts">${json}</script>
<script>${uplotScript}</script>
<script>${DRAW}</script>
</body>
</html>
`;
}

/** Usual figures that were not asked for. */
function moreOf({ scores, seen }: Examination): Record<string, number> {
  if (!seen) return {};
  const names = usualMetrics(seen.subject).filter((name) => !figureMeant(name, Object.keys(scores)));
  return figuresOf(seen, names);
}

function describe(data: OpenedData, model: Model, images: boolean): string {
  const { target, length } = data.train;
  const what =
    target.kind === "class"
      ? `${target.classes} classes`
      : `${target.size} value${target.size === 1 ? "" : "s"} a row`;
  const rows = `${count(length)} ${images ? "images" : "rows"}, ${what}`;
  const { topology } = internalsOf(model);
  if (topology.outputs) return `${rows}. Network: a graph of ${plural(model.layers.length, "layer")}.`;
  const sizes = model.layers
    .filter((layer) => layer.operations.length > 0)
    .map((layer) => layer.outputShape.join("×"));
  return `${rows}. Network: ${[model.inputShape.join("×"), ...sizes].join(" → ")}.`;
}
