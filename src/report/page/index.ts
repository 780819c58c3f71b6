/** The report of a training: one HTML page that needs nothing else, on disk or on the network. */
import uplotScript from "uplot/dist/uPlot.iife.min.js?raw";
import uplotStyle from "uplot/dist/uPlot.min.css?raw";
import type { Config } from "../../config/config.ts";
import type { Dataset, Standardisation } from "../../data/dataset.ts";
import { isWindows } from "../../data/sequences/windows.ts";
import { figureMeant } from "../../metrics/direction.ts";
import { internalsOf } from "../../model/internals.ts";
import type { History, Model } from "../../model/model.ts";
import { configOf, weightsSha256 } from "../../model/save.ts";
import type { ChosenThreshold } from "../../training/chooseThreshold.ts";
import { classNames, type Examination } from "../examine.ts";
import { figuresOf, usualMetrics } from "../figures.ts";
import { imageOf } from "../text/draw.ts";
import { count, duration, figure, plural, shown, words } from "../text/format.ts";
import { bestEpoch, chartsOf, DRAW } from "./charts.ts";
import { columnSection, tableOf } from "./columns.ts";
import { plotsOf } from "./curves/index.ts";
import { forecastSection } from "./forecast.ts";
import { html, section } from "./html.ts";
import { networkPicture } from "./network.ts";
import { mapSection, noPictures, saliencyOf, single, weightSection } from "./pictures.ts";
import {
  classSection,
  configSection,
  confusionSection,
  layerSection,
  mistakeSection,
  tiles,
} from "./sections.ts";
import { STYLE } from "./style.ts";

export interface ReportRequest {
  model: Model;
  /** What the data is called. */
  name: string;
  /** The settings. Default: those the model was compiled and trained with. */
  config?: Pick<Config, "training">;
  /** What was examined, and what to call it. */
  dataset: Dataset;
  part: string;
  examination: Examination;
  history: History;
  /** How long it took, where that is known. */
  seconds?: number;
  /** The command or the program that made it. */
  command?: string;
  /** Of all rows to train on, where they are known, else of those examined. */
  trained?: Dataset;
  /** How values of a table were standardised. */
  standardisation?: Standardisation;
}

/** Most classes a confusion matrix is shown for. */
const CLASSES = 64;

/** The page as HTML. */
export async function reportPage(request: ReportRequest): Promise<string> {
  const { model, name, dataset, part, examination, history, seconds, command, trained } = request;
  const config = request.config ?? (configOf(model) as Pick<Config, "training">);
  const settings = internalsOf(model).state.settings;
  const best = bestEpoch(history);
  const { confusion, rows, steps, wrong, mistakes, seen } = examination;
  const names = classNames(model, dataset);
  const plots = seen ? plotsOf(seen, names) : "";
  const charts = chartsOf(history);
  const epochs = history.epoch.length;
  const facts: [string, string][] = [
    ...[...Object.entries(examination.scores).reverse(), ...Object.entries(moreOf(examination))].map(
      ([name, value]): [string, string] => [`${words(name)}, ${part}`, shown(name, value)],
    ),
    ...thresholdOf(model),
    ["epochs", String(epochs)],
    ...(best === undefined ? [] : [["best epoch", String(best + 1)] as [string, string]]),
    ...(seconds === undefined ? [] : [["time", duration(seconds)] as [string, string]]),
    ["parameters", count(internalsOf(model).built.parameterCount)],
    ...(settings?.rows ? [["rows trained on", count(settings.rows)] as [string, string]] : []),
  ];
  const saliency = single(model) ? await saliencyOf(model, dataset, examination) : [];
  const table = tableOf(model, dataset);
  const sections = [
    charts.length && epochs > 0
      ? section(
          "Training",
          `<div class="charts">${charts.map((chart, i) => `<div><h3>${html(chart.title)}</h3><div id="chart${i}"></div></div>`).join("")}</div>`,
          [
            best === undefined
              ? ""
              : `The dashed line is epoch ${best + 1}, whose validation loss is the lowest.`,
            history.stopped ? `Stopped early: ${history.stopped}.` : "",
          ]
            .filter(Boolean)
            .join(" "),
        )
      : "",
    isWindows(dataset)
      ? forecastSection(model, dataset, part)
      : trained && isWindows(trained)
        ? forecastSection(model, trained, "the rows trained on")
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
          `Rows: the true class; columns: what was predicted. ${count(wrong)} of ${steps === undefined ? plural(rows, "row") : plural(steps, "step")} (${part}) ${wrong === 1 ? "is" : "are"} wrong.`,
        )
      : "",
    confusion ? classSection(confusion, names, part) : "",
    mistakes.length
      ? section(
          "Worst mistakes",
          await mistakeSection(dataset, examination, names, request.standardisation, table, saliency),
          `Those with the largest loss first; the percentage is how sure the model was of its answer.${saliency.length ? " Next to each, in red, the pixels its loss depends on most: the size of the loss's gradient." : ""}`,
        )
      : "",
    table && dataset.length > 1 ? await columnSection(model, dataset, table, part) : "",
    ...(single(model) ? [weightSection(model), await mapSection(model, dataset, names)] : [noPictures()]),
    section("Network", layerSection(model, networkPicture(model))),
    section("Settings", configSection(config)),
  ];
  const json = JSON.stringify({
    charts: epochs > 0 ? charts : [],
    ...(best !== undefined && { best: best + 1 }),
  }).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="nabla">
<title>${html(name)} — training report</title>
<link rel="icon" href="data:,">
<style>${uplotStyle}${STYLE}</style>
</head>
<body>
<main>
<h1>${html(name)}</h1>
<p class="note">${html(describe(trained ?? dataset, model, imageOf(dataset.inputShape) !== undefined))}</p>
<p class="note">${command === undefined ? "" : `Made by <code>${html(command)}</code>, `}seed ${settings?.seed ?? model.seed}.</p>
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

/** Above which value an output says the second class, where that was chosen for the model. */
function thresholdOf({ metadata }: Model): [string, string][] {
  const { threshold, by } = (metadata.extra?.decision ?? {}) as Partial<ChosenThreshold>;
  if (threshold === undefined) return [];
  return [[by === undefined ? "threshold" : `threshold, chosen by ${by}`, figure(threshold)]];
}

/** Usual figures that were not asked for. */
function moreOf({ scores, seen }: Examination): Record<string, number> {
  if (!seen) return {};
  const names = usualMetrics(seen.subject).filter((name) => !figureMeant(name, Object.keys(scores)));
  return figuresOf(seen, names);
}

function describe({ target, length }: Dataset, model: Model, images: boolean): string {
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
