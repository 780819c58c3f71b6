/** The parts of the report, each as HTML. */
import type { Config } from "../../config/config.ts";
import type { Dataset, Inputs, Standardisation } from "../../data/dataset.ts";
import type { ConfusionMatrix } from "../../metrics/confusion.ts";
import type { Model } from "../../model/model.ts";
import { layerSummaries } from "../../model/summary.ts";
import { showShape } from "../../shape.ts";
import { type Examination, inputOf } from "../examine.ts";
import { imageOf } from "../text/draw.ts";
import { count, figure, percent } from "../text/format.ts";
import type { Table } from "./columns.ts";
import { html, section } from "./html.ts";
import { inputImage } from "./images.ts";

export function tiles(facts: readonly (readonly [string, string])[]): string {
  return `<dl class="tiles">${facts.map(([what, value]) => `<div><dt>${html(what)}</dt><dd>${html(value)}</dd></div>`).join("")}</dl>`;
}

/** Each cell coloured by its share of the row: right ones green, wrong ones red. */
export function confusionSection({ counts }: ConfusionMatrix, names: readonly string[]): string {
  const head = names.map((name) => `<th scope="col">${html(name)}</th>`).join("");
  const rows = counts.map((row, t) => {
    const all = row.reduce((a, b) => a + b, 0) || 1;
    const cells = row.map((n, p) => {
      // mistakes are few: their colour rises as the square root of their share
      const share = t === p ? n / all : Math.sqrt(n / all);
      const title = `${count(n)} of class ${names[t]} taken for ${names[p]}`;
      return `<td class="${t === p ? "right" : "wrong"}" style="--share:${share.toFixed(3)}" title="${html(title)}">${n ? count(n) : ""}</td>`;
    });
    const recall = percent((row[t] ?? 0) / all);
    return `<tr><th scope="row">${html(names[t]!)}</th>${cells.join("")}<td class="recall">${recall}</td></tr>`;
  });
  return `<div class="scroll"><table class="confusion" style="--name:${Math.min(12, Math.max(...names.map((name) => name.length)))}ch"><thead><tr><th></th>${head}<th>found</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** Most classes with a row of their own. */
const ROWS = 100;

/** Precision, recall and F1 of each class; of very many those that are found worst. */
export function classSection(confusion: ConfusionMatrix, names: readonly string[], part: string): string {
  const figures = confusion
    .perClass()
    .map((each, c) => ({ ...each, name: names[c] ?? String(c) }))
    .filter(({ support, precision }) => support > 0 || precision > 0);
  const shown = figures.length > ROWS ? [...figures].sort((a, b) => a.f1 - b.f1).slice(0, ROWS) : figures;
  const rows = shown.map(
    ({ name, precision, recall, f1, support }) =>
      `<tr><th scope="row">${html(name)}</th><td class="n">${percent(precision)}</td><td class="n">${percent(recall)}</td><td class="n">${percent(f1)}</td><td class="n">${count(support)}</td></tr>`,
  );
  const head = ["precision", "recall", "F1", "rows"].map((each) => `<th class="n" scope="col">${each}</th>`);
  const table = `<div class="scroll"><table class="classes"><thead><tr><th scope="col">class</th>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
  return section(
    "Classes",
    table,
    `Precision: of the rows taken for the class, those that are of it. Recall: of the rows of the class, those that were found. F1: their harmonic mean. (${part}${figures.length > ROWS ? `; the ${ROWS} of ${count(figures.length)} classes with the lowest F1` : ""})`,
  );
}

export async function mistakeSection(
  dataset: Dataset,
  { mistakes }: Examination,
  names: readonly string[],
  standardisation?: Standardisation,
  table?: Table,
  /** A second picture of each: what it depends on. */
  saliency: readonly string[] = [],
): Promise<string> {
  const image = imageOf(dataset.inputShape);
  const figures: string[] = [];
  for (const [i, { row, truth, predicted, confidence }] of mistakes.entries()) {
    const input = await inputOf(dataset, row);
    const label = `<b>${html(names[truth]!)}</b>, taken for <b>${html(names[predicted]!)}</b>`;
    const picture = image
      ? `<img alt="row ${row}" src="${inputImage(input, image)}">`
      : `<code>${html(table?.rowOf(input) ?? values(input, standardisation))}</code>`;
    const second = saliency[i] ? `<img alt="what row ${row} depends on" src="${saliency[i]}">` : "";
    figures.push(
      `<figure>${second ? `<div class="pair">${picture}${second}</div>` : picture}<figcaption>${label}<br>${html(sure(confidence))} · ${html(dataset.files?.[row] ?? `row ${row}`)}</figcaption></figure>`,
    );
  }
  return `<div class="${image ? `pictures${saliency.length ? " paired" : ""}` : "list"}">${figures.join("")}</div>`;
}

/** A row of numbers in their own units. */
function values(input: Inputs, by?: Standardisation): string {
  const shown = Array.from(input.slice(0, 8), (value, i) => {
    const raw = by ? value * by.scale[i]! + by.mean[i]! : value;
    return `${by?.columns ? `${by.columns[i]} ` : ""}${Number(raw.toPrecision(4))}`;
  });
  return shown.join(", ") + (input.length > 8 ? ", …" : "");
}

/** Outputs between 0 and 1 are read as shares; margins are not. */
const sure = (value: number): string => (value >= 0 && value <= 1 ? percent(value) : figure(value));

/** The layers as a table; of a graph also what each is applied to. @param picture of the network, or "" */
export function layerSection(model: Model, picture: string): string {
  const layers = layerSummaries(model);
  const graph = layers.some(({ inputs }) => inputs);
  const rows = layers.map((layer) => {
    const type = `${layer.type}${layer.weightsOf ? ` (weights of ${layer.weightsOf})` : ""}`;
    const inputs = graph ? `<td>${html(layer.inputs!.join(", "))}</td>` : "";
    return `<tr><td>${html(layer.name)}</td><td>${html(type)}</td><td>${html(layer.activation ?? "")}</td><td>${showShape(layer.outputShape)}</td><td class="n">${count(layer.parameters)}</td>${inputs}</tr>`;
  });
  const head = `<th>layer</th><th>type</th><th>activation</th><th>output</th><th class="n">parameters</th>${graph ? "<th>connected to</th>" : ""}`;
  const table = `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
  return picture ? `<div class="beside"><div class="scroll">${picture}</div>${table}</div>` : table;
}

/** The configuration as rows "training.optimizer.name  nesterov". */
export function configSection({ training }: Pick<Config, "training">): string {
  const rows: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path ? `${path}.${key}` : key);
    } else if (value !== undefined) {
      const text = Array.isArray(value) ? value.join(", ") || "none" : String(value);
      rows.push(`<tr><td>${html(path)}</td><td>${html(text)}</td></tr>`);
    }
  };
  walk(training, "");
  return `<table class="settings"><tbody>${rows.join("")}</tbody></table>`;
}
