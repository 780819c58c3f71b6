/** nabla predict */

import { sizeOf } from "../data/dataset.ts";
import { outputThreshold } from "../losses/resolve.ts";
import type { Model } from "../model.ts";
import { classNames } from "./examine.ts";
import { type InputRow, readInputs } from "./inputs.ts";
import { openModel } from "./openmodel.ts";
import {
  bold,
  count,
  dim,
  figure,
  green,
  percent,
  print,
  printJson,
  red,
  result as shownResult,
} from "./output.ts";
import { extraOf } from "./resume.ts";

/** Rows of a file or data set that are shown when none is named. */
const MOST = 10;

export async function predictCommand(
  path: string,
  specs: string[],
  flags: { json?: boolean; asIs?: boolean },
): Promise<number> {
  const model = await openModel(path);
  // everything is read before anything is said
  const inputs: { spec: string; rows: InputRow[]; more: number }[] = [];
  for (const spec of specs)
    inputs.push({
      spec,
      ...(await readInputs(model, spec, flags.json ? Number.POSITIVE_INFINITY : MOST, flags.asIs)),
    });
  const names = classNames(model);
  const numbers = isRegression(model);
  const target = extraOf(model)?.csv?.target;
  const show = (row: InputRow) => {
    const raw = [...model.predict(row.values).row(0)];
    const outputs = target ? raw.map((value) => value * target.scale + target.mean) : raw;
    const result = numbers ? { outputs } : classify(model, outputs, names);
    const truth = row.label === undefined ? undefined : names[row.label];
    if (flags.json) {
      printJson({
        input: row.name,
        ...result,
        ...(truth !== undefined && { label: truth }),
        ...(row.note && { prepared: row.note }),
      });
    } else if ("class" in result) {
      const [first, ...others] = result.ranking;
      const mark = truth === undefined ? "" : truth === result.class ? green("  ✓") : red(`  ✗ (${truth})`);
      const runners = others
        .slice(0, 3)
        .map((other) => `${other.class} ${confidence(model, other.confidence)}`);
      print(
        `${row.name}: ${bold(result.class)} ${confidence(model, first!.confidence)}${mark}${dim(runners.length ? `   then ${runners.join(", ")}` : "")}`,
      );
    } else print(`${row.name}: ${bold(outputs.map(shownResult).join(", "))}`);
    if (row.note && !flags.json) print(dim(`  (${row.note})`));
  };
  for (const { spec, rows, more } of inputs) {
    rows.forEach(show);
    if (more > 0)
      print(dim(`… and ${count(more)} more; name one with ${spec}#index, or see all with --json`));
  }
  return 0;
}

/** Whether the outputs are numbers to be read as they are: several linear outputs are, unless the loss tells classes apart. */
function isRegression(model: Model): boolean {
  const { loss } = model.training;
  const last = model.layers[model.layers.length - 1]!;
  return !loss.classification && last.activation === "linear" && !model.metadata.classes;
}

function classify(model: Model, outputs: number[], names: readonly string[]) {
  const margin = outputThreshold(model.training.loss, model.layers);
  const shares = outputs.length === 1 ? [2 * margin - outputs[0]! || 0, outputs[0]!] : outputs;
  // a single output that stands exactly at the threshold is class 0, as everywhere
  const ranking = shares
    .map((share, c) => ({ class: names[c] ?? String(c), confidence: share, c }))
    .sort((a, b) => b.confidence - a.confidence || a.c - b.c)
    .map(({ class: name, confidence: share }) => ({ class: name, confidence: share }));
  return { class: ranking[0]!.class, confidence: ranking[0]!.confidence, ranking };
}

/** Margins and step outputs are no probabilities. */
const confidence = (model: Model, value: number): string =>
  ["softmax", "sigmoid"].includes(model.layers[model.layers.length - 1]!.activation ?? "") &&
  sizeOf(model.outputShape) > 0
    ? percent(value)
    : figure(value);
