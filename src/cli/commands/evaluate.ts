/** nabla evaluate */

import { publicly } from "../../data/readers/remote.ts";
import { isWindows } from "../../data/sequences/windows.ts";
import type { Voting } from "../../ensemble/ensemble.ts";
import { NablaError } from "../../errors.ts";
import { figureMeant } from "../../metrics/direction.ts";
import { METRICS, type MetricName } from "../../metrics/table.ts";
import { classNames, examine } from "../../report/examine.ts";
import { figuresOf, intervalsOf, usualMetrics } from "../../report/figures.ts";
import { figuresOfSteps, intervalsOfSteps, subjectOf } from "../../report/steps.ts";
import type { Terminal } from "../../report/terminal.ts";
import { classTable, confusionTable, labelTable } from "../../report/text/confusion.ts";
import { scoreText } from "../../report/text/forecast.ts";
import { count, plural, shown, words } from "../../report/text/format.ts";
import { noteLines, notesOf } from "../../report/text/notes.ts";
import { scoreForecast } from "../../sequences/score.ts";
import type { Intervals } from "../../training/bootstrap.ts";
import { openModel } from "../input/openModel.ts";
import { openPart, type PartFlags } from "../input/part.ts";
import { checkSingle } from "../input/single.ts";
import { bitsJson, bitsText, textOf, textScore } from "../input/texts.ts";
import { SAID } from "../options/part.ts";
import type { OwnThreshold } from "../options/threshold.ts";
import { withThreshold } from "../training/decision.ts";

interface EvaluateFlags extends PartFlags, OwnThreshold {
  json?: boolean;
  bootstrap?: number;
  voting?: Voting;
}

/** As they stand on the command line: one model or several, then the data. */
export async function evaluateWords(
  all: string[],
  flags: EvaluateFlags,
  terminal: Terminal,
): Promise<number> {
  const [source, ...models] = [all.at(-1)!, ...all.slice(0, -1)];
  if (models.length > 1 && flags.bootstrap !== undefined)
    throw new NablaError("--bootstrap: expected one model, got several, which vote");
  if (models.length > 1 && flags.threshold !== undefined)
    throw new NablaError("--threshold: expected one model, got several, which vote");
  if (models.length > 1) return (await import("./vote.ts")).voteCommand(models, source, flags, terminal);
  if (models.length === 0)
    throw new NablaError(`evaluate: missing argument DATA; got only ${publicly(source)}`);
  if (flags.voting !== undefined) throw new NablaError("--voting: expected several models, got one");
  return evaluateCommand(models[0]!, source, flags, terminal);
}

async function evaluateCommand(
  path: string,
  source: string,
  flags: EvaluateFlags,
  terminal: Terminal,
): Promise<number> {
  const { bold, dim, print, printJson } = terminal;
  const model = await openModel(path);
  checkSingle(model, path, "evaluate() takes them");
  withThreshold(model, flags.threshold, path);
  const { dataset, part, name, notes, bits } = await openPart(model, source, flags, terminal);
  const score = isWindows(dataset) ? scoreForecast(model, dataset) : undefined;
  const found = await examine(model, dataset, { rows: true });
  const { rows, steps, scores: asked, confusion, wrong, seen } = found;
  const names = classNames(model, dataset);
  const predicted = textOf(model) && textScore(model, bits === undefined ? {} : { bits }, asked.loss);
  const subject = subjectOf(found, model, dataset);
  const usual = subject ? usualMetrics(subject).filter((name) => !figureMeant(name, Object.keys(asked))) : [];
  const more = seen
    ? figuresOf(seen, usual)
    : steps !== undefined
      ? await figuresOfSteps(model, dataset, usual)
      : {};
  const ask: AskIntervals | undefined = seen
    ? (names, n) => intervalsOf(seen, names, n, asked.loss)
    : steps !== undefined
      ? (names, n) => intervalsOfSteps(model, dataset, names, n)
      : undefined;
  const values = seen?.batch.outputs.length ?? (steps ?? 0) * names.length;
  const intervals = ask && (await intervalsFor(ask, values, asked, usual, flags.bootstrap));
  if (flags.json) {
    printJson({
      data: publicly(source),
      part,
      rows,
      ...notesOf({ notes }),
      ...asked,
      ...more,
      ...(score && { forecast: score }),
      ...(predicted && bitsJson(predicted)),
      ...(steps !== undefined && { steps }),
      ...(flags.bootstrap !== undefined && { intervals }),
      ...(confusion && {
        wrong,
        accuracy: confusion.accuracy,
        classes: confusion.perClass().map((figures, c) => ({ class: names[c], ...figures })),
        confusion: confusion.counts,
      }),
    });
    return 0;
  }
  const said = ([key, value]: [string, number]) => {
    const of = intervals?.[key];
    const between = of ? dim(` (95 %: ${of.map((end) => shown(key, end)).join(" to ")})`) : "";
    return `${words(key)} ${bold(shown(key, value))}${between}`;
  };
  const which = SAID[part];
  const ofSteps = steps === undefined ? "" : `, ${plural(steps, "step")}`;
  print(`${name}${which}: ${plural(rows, "row")}${ofSteps}${confusion ? `, ${count(wrong)} wrong` : ""}`);
  for (const line of noteLines({ notes }, terminal)) print(line);
  print(Object.entries(asked).map(said).join(", "));
  if (usual.length > 0) print(Object.entries(more).map(said).join(", "));
  if (usual.includes("f1")) {
    const what = {
      two: `of class ${names[1]}`,
      classes: "the mean over the classes",
      labels: "of all labels together",
      quantities: "",
    }[subject!.task];
    print(dim(`${usual.includes("precision") ? "precision, recall and f1 are" : "f1 is"} ${what}`));
  }
  if (seen?.subject.task === "labels") print(`\n${labelTable(seen, names)}`);
  if (predicted) print(bitsText(predicted));
  if (score) print(`\n${scoreText(score, terminal)}`);
  if (!confusion) return 0;
  // of a text that is a table for each character
  if (predicted) return 0;
  print(`\n${classTable(confusion, names, steps === undefined ? "rows" : "steps")}`);
  print(`\n${confusionTable(confusion, names, terminal)}`);
  return 0;
}

/** Values a table may have for an interval that nobody asked for: it takes no time. */
const FEW = 20_000;

type AskIntervals = (names: readonly MetricName[], bootstrap: number) => Promise<Intervals>;

/** Of all figures, where drawings were asked for; else of the main one, if the rows are few. @param values how many outputs they have */
async function intervalsFor(
  ask: AskIntervals,
  values: number,
  asked: Readonly<Record<string, number>>,
  usual: readonly MetricName[],
  bootstrap: number | undefined,
): Promise<Intervals | undefined> {
  const named = [...Object.keys(asked).filter((name): name is MetricName => isMetric(name)), ...usual];
  if (bootstrap !== undefined) return ask(named, bootstrap);
  const main = named.find((name) => name === "accuracy") ?? named[0];
  if (main === undefined || values > FEW) return undefined;
  const { loss: _, ...one } = await ask([main], 1000);
  return one;
}

const isMetric = (name: string): boolean => (METRICS as readonly string[]).includes(name);
