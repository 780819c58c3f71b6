/** What `nabla train` says before and after the epochs. */

import type { Config } from "../../config/config.ts";
import { publicly } from "../../data/readers/remote.ts";
import { figureOf } from "../../metrics/metric.ts";
import { internalsOf } from "../../model/internals.ts";
import type { History, Model } from "../../model/model.ts";
import { weightsSha256 } from "../../model/save.ts";
import type { OpenedData } from "../../node/dataFiles.ts";
import { classNames, type Examination } from "../../report/examine.ts";
import type { Terminal } from "../../report/terminal.ts";
import { confusionTable } from "../../report/text/confusion.ts";
import { lossCurve } from "../../report/text/curve.ts";
import { scoreText } from "../../report/text/forecast.ts";
import { count, duration, plural, shown, words } from "../../report/text/format.ts";
import { noteLines, notesOf, readingLines } from "../../report/text/notes.ts";
import type { ForecastScore } from "../../sequences/score.ts";
import { since } from "../../training/run.ts";
import { bitsJson, bitsText, type TextScore } from "../input/texts.ts";
import { type Decided, decidedText } from "./threshold.ts";

export function startEvent(source: string, data: OpenedData, model: Model, config: Config) {
  const { step } = since(internalsOf(model).state.run);
  return {
    event: "start",
    data: publicly(source),
    rows: data.train.length,
    ...(data.validation && { validationRows: data.validation.length }),
    testRows: data.test?.length ?? 0,
    inputShape: model.inputShape,
    parameters: internalsOf(model).built.parameterCount,
    trainable: internalsOf(model).built.trainableCount,
    epochs: config.training.epochs,
    batchSize: config.training.batchSize,
    seed: config.training.seed,
    validationSplit: config.training.validationSplit,
    ...(step > 0 && { resumedAtStep: step }),
    ...(data.csv?.encoding && { columns: data.readings }),
    ...notesOf(data),
  };
}

export function startText(
  data: OpenedData,
  model: Model,
  config: Config,
  trained: number,
  validation: number,
  { dim }: Terminal,
  begins?: { from: string; keepsHead: boolean },
): string {
  const { target } = data.train;
  const what =
    target.kind === "class"
      ? `${target.classes} classes`
      : `${target.size} value${target.size === 1 ? "" : "s"} a row`;
  const rows = [
    `${count(trained)} rows to train on`,
    validation && `${count(validation)} to validate on`,
    data.test && `${count(data.test.length)} to test with`,
  ].filter(Boolean);
  const sizes = [
    ...model.layers
      .filter((layer) => layer.operations.length > 0)
      .map((layer) => layer.outputShape.join("×")),
  ];
  const { optimizer, loss, batchSize } = config.training;
  const { step } = since(internalsOf(model).state.run);
  return [
    `${data.name}: ${rows.join(", ")}, ${what}`,
    ...noteLines(data, { dim }),
    ...readingLines(data).map((line) => dim(`  ${line}`)),
    `${[model.inputShape.join("×"), ...sizes].join(" → ")}, ${count(internalsOf(model).built.parameterCount)} parameters`,
    dim(
      `${loss.name}, ${optimizer.name} with η = ${optimizer.learningRate}, batches of ${batchSize}, seed ${config.training.seed}`,
    ),
    ...(begins
      ? [
          dim(
            `from ${begins.from} with ${begins.keepsHead ? "its" : "a new"} head, ${count(internalsOf(model).built.trainableCount)} parameters to train`,
          ),
        ]
      : []),
    ...(step > 0 ? [dim(`continuing after ${count(step)} steps`)] : []),
    "",
  ].join("\n");
}

export function endText(
  model: Model,
  data: OpenedData,
  history: History,
  test: Examination | undefined,
  seconds: number,
  terminal: Terminal,
  score?: ForecastScore | TextScore,
  decided?: Decided,
): string {
  const lines: string[] = [];
  if (history.stopped) lines.push(`stopped early: ${history.stopped}`);
  const curve = lossCurve(history, terminal);
  if (curve) lines.push("", curve);
  if (test?.confusion && test.confusion.classes <= 12) {
    lines.push("", confusionTable(test.confusion, classNames(model, data.test), terminal));
  }
  lines.push("");
  if (decided) lines.push(decidedText(decided));
  if (test) {
    const scores = Object.entries(test.scores).map(([name, value]) => `${words(name)} ${shown(name, value)}`);
    const wrong = test.confusion
      ? ` (${count(test.wrong)} of ${test.steps === undefined ? count(test.rows) : plural(test.steps, "step")} wrong)`
      : ` (${count(test.rows)} rows)`;
    lines.push(`test: ${scores.join(", ")}${wrong}`);
  }
  if (score) lines.push("", "bits" in score ? bitsText(score) : scoreText(score, terminal), "");
  lines.push(`${plural(history.epoch.length, "epoch")} in ${duration(seconds)}`);
  return lines.join("\n");
}

export function doneEvent(
  model: Model,
  history: History,
  test: Examination | undefined,
  seconds: number,
  out: string | undefined,
  report: string | undefined,
  score?: ForecastScore | TextScore,
  decided?: Decided,
) {
  const scores = Object.entries(test?.scores ?? {}).map(([name, value]) => [figureOf("test", name), value]);
  return {
    event: "done",
    epochs: history.epoch.length,
    seconds: Number(seconds.toFixed(3)),
    ...Object.fromEntries(scores),
    ...(score && ("bits" in score ? bitsJson(score) : { forecast: score })),
    ...(decided && { decision: decided }),
    weightsSha256: weightsSha256(model),
    ...(history.stopped !== undefined && { stopped: history.stopped }),
    ...(out !== undefined && { out }),
    ...(report !== undefined && { report }),
  };
}
