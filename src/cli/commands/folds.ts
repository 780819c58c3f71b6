/** nabla train --folds: how good such a model is, measured on models trained for that alone. */

import { kFold } from "../../data/folds.ts";
import { type CrossValidation, crossValidate, type FoldResult } from "../../ensemble/crossValidate.ts";
import { NablaError } from "../../errors.ts";
import { fromConfig } from "../../model/fromConfig.ts";
import type { Terminal } from "../../report/terminal.ts";
import { plural, shown, table, words } from "../../report/text/format.ts";
import { noteLines, notesOf, readingLines } from "../../report/text/notes.ts";
import type { Scores } from "../../training/scores.ts";
import { modeOf, type TrainFlags } from "../training/flags.ts";
import { openToTrain } from "../training/opening.ts";
import { parts } from "../training/parts.ts";
import { resolveConfig } from "../training/settings.ts";

/** @returns the exit code */
export async function foldsCommand(source: string, flags: TrainFlags, terminal: Terminal): Promise<number> {
  const { dim, print, printJson } = terminal;
  const folds = flags.folds!;
  if (flags.from !== undefined || flags.freeze)
    throw new NablaError("--folds: trains each model from the start; leave --from and --freeze out");
  for (const [option, given] of Object.entries({
    "--out": flags.out,
    "--checkpoint-every": flags.checkpointEvery,
    "--keep": flags.keep,
    "--resume": flags.resume,
    "--report": flags.report,
    "--test-each-epoch": flags.testEachEpoch,
    "--wide": flags.wide,
    "--shard-optimizer": flags.shardOptimizer,
    "--threshold": flags.threshold,
  }))
    if (given !== undefined)
      throw new NablaError(
        `${option}: --folds trains a model for each fold and keeps none; leave one of them out`,
      );
  if (flags.large)
    throw new NablaError(
      "--large: --folds measures what each fold's rows are like, which takes them in memory; leave one of them out",
    );
  // every row is tested with once, so none has to be kept out; and the scale of a fold is that of its own training rows
  const opened = await openToTrain(source, flags, terminal, {
    testFraction: flags.testSplit ?? 0,
  });
  const data = opened.train;
  if (folds > data.length)
    throw new NablaError(
      `--folds: expected at most ${data.length}, the rows of ${opened.name}, got ${folds}`,
    );
  // each fold has a test part
  const config = await resolveConfig(flags, { ...opened, validation: undefined, train: data, test: data });
  const { training } = config;
  if (flags.batchSize === undefined && flags.config === undefined && !flags.model?.endsWith(".json")) {
    const least = data.length - Math.ceil(data.length / folds);
    training.batchSize = Math.min(training.batchSize, parts({ train: { length: least } }, config).trained);
  }
  const mode = modeOf(flags, terminal);
  const { callbacks, ...fit } = fromConfig(config).fit;
  if (mode === "terminal")
    for (const line of [
      ...noteLines(opened, terminal),
      ...readingLines(opened).map((line) => dim(`  ${line}`)),
    ])
      print(line);
  // the rows that crossValidate() deals out: what a table is like is measured on those trained on
  const deal = kFold(data, { folds, seed: fit.seed });
  let next = 0;
  const result = await crossValidate(() => fromConfig(config).model, data, {
    ...fit,
    threads: flags.threads ?? "auto",
    callbacks,
    folds,
    ...(opened.refit && {
      prepare: () => {
        const rows = deal[next++]!;
        return opened.refit!(rows.train, rows.test);
      },
    }),
    onFold({ fold, rows, testRows, scores, history }) {
      if (mode === "json")
        printJson({
          event: "fold",
          fold: fold + 1,
          rows,
          testRows,
          epochs: history.epoch.length,
          ...scores,
        });
      if (mode === "terminal") print(dim(`fold ${fold + 1} of ${folds}: ${said(scores)}`));
    },
  });
  const { mean, standardDeviation } = result;
  if (mode === "terminal")
    print(`\n${foldsTable(result)}\n\n${plural(data.length, "row")}, each tested with once`);
  if (mode === "json" || flags.json)
    printJson({ event: "done", folds, rows: data.length, ...notesOf(opened), mean, standardDeviation });
  return 0;
}

const said = (scores: Scores): string =>
  Object.entries(scores)
    .map(([name, value]) => `${words(name)} ${shown(name, value)}`)
    .join(", ");

/** A line for each fold; under them their mean and standard deviation. */
export function foldsTable({ folds, mean, standardDeviation }: CrossValidation): string {
  const names = Object.keys(mean);
  const cells = (scores: Scores) => names.map((name) => shown(name, scores[name]!));
  const line = ({ fold, rows, testRows, history, scores }: FoldResult) => [
    String(fold + 1),
    String(rows),
    String(testRows),
    String(history.epoch.length),
    ...cells(scores),
  ];
  return table(
    ["fold", "trained on", "tested with", "epochs", ...names.map(words)],
    [
      ...folds.map(line),
      ["mean", "", "", "", ...cells(mean)],
      ["±", "", "", "", ...cells(standardDeviation)],
    ],
  );
}
