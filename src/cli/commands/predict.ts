/** nabla predict */

import { publicly } from "../../data/readers/remote.ts";
import type { Voting } from "../../ensemble/ensemble.ts";
import { NablaError, prefixed } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import { checkWritable, writeFileAtomic } from "../../node/files.ts";
import { classNames } from "../../report/examine.ts";
import type { Terminal } from "../../report/terminal.ts";
import { csvText } from "../../report/text/csv.ts";
import { count, figure, percent, plural, result as shownResult } from "../../report/text/format.ts";
import { inLine } from "../../report/text/visible.ts";
import { folderOf, type PictureOptions } from "../input/folder.ts";
import { readInputs } from "../input/inputs.ts";
import { openModel } from "../input/openModel.ts";
import { type OnePrediction, type Prediction, predictorOf } from "../input/predictor.ts";
import type { InputRow } from "../input/row.ts";
import { seriesOf } from "../input/series.ts";
import { checkSingle } from "../input/single.ts";
import { textOf } from "../input/texts.ts";
import { type ReadingFlags, readingOptions } from "../options/tables.ts";
import type { OwnThreshold } from "../options/threshold.ts";
import { withThreshold } from "../training/decision.ts";
import { openVoters } from "./vote.ts";

/** Rows of a file or data set that are shown when none is named. */
const MOST = 10;

interface PredictFlags extends PictureOptions, ReadingFlags, OwnThreshold {
  json?: boolean;
  voting?: Voting;
  out?: string;
}

/** What becomes of one row. */
interface Predicted extends Omit<InputRow, "values" | "steps"> {
  readonly prediction: Prediction;
}

interface Answers {
  readonly spec: string;
  readonly rows: readonly Predicted[];
  /** How many more there are. */
  readonly more: number;
  /** How they were read. */
  readonly notes: readonly string[];
  /** Whether they are the pictures of a folder. */
  readonly folder: boolean;
}

export async function predictCommand(
  path: string,
  words: string[],
  flags: PredictFlags,
  terminal: Terminal,
): Promise<number> {
  const { dim, print, printJson } = terminal;
  // no input is called like that, so these are models as well
  const first = words.findIndex((word) => !/\.safetensors$/i.test(word));
  const specs = words.slice(first < 0 ? words.length : first).map((word) => word.replace(/^ (?=-)/, ""));
  const paths = [path, ...words.slice(0, words.length - specs.length)];
  if (specs.length === 0) throw new NablaError(`predict: expected an INPUT after ${paths.join(" ")}`);
  if (paths.length === 1 && flags.voting !== undefined)
    throw new NablaError("--voting: expected several models, got one");
  if (paths.length > 1 && flags.threshold !== undefined)
    throw new NablaError("--threshold: expected one model, got several, which vote");
  const { model, vote } =
    paths.length === 1
      ? { model: await openModel(path), vote: undefined }
      : await openVoters(paths, flags.voting);
  checkSingle(model, path);
  if (textOf(model))
    throw new NablaError(
      `predict: ${path} was trained on a text: nabla generate ${path} --prompt "…" goes on with one`,
    );
  if (seriesOf(model))
    throw new NablaError(
      `predict: ${path} was trained on a series: nabla forecast ${path} series.csv tells what comes behind its end`,
    );
  withThreshold(model, flags.threshold, path);
  if (flags.out !== undefined) await checkWritable(flags.out);
  const names = classNames(model);
  const predict = predictorOf(model, vote);
  const limit = flags.json || flags.out !== undefined ? Number.POSITIVE_INFINITY : MOST;
  // everything is read before anything is printed
  const all: Answers[] = [];
  for (const spec of specs) {
    const folder = await folderOf(model, spec, flags, terminal);
    const { rows, more, notes } = folder
      ? { rows: folder, more: 0 }
      : await readInputs(model, spec, limit, terminal, flags.asIs, {
          ...readingOptions(flags),
          ...(flags.maxPixels !== undefined && { maxPixels: flags.maxPixels }),
        });
    const predicted: Predicted[] = [];
    for await (const { values, steps, ...row } of rows) {
      const prediction = prefixed(`${row.name}: `, () => predict(values, steps));
      predicted.push({ ...row, prediction });
    }
    all.push({ spec, rows: predicted, more, notes: notes ?? [], folder: folder !== undefined });
  }
  const truthOf = ({ label }: Predicted) => (label === undefined ? undefined : names[label]);
  if (flags.out !== undefined) {
    const rows = all.flatMap((each) => [...each.rows]);
    const bytes = new TextEncoder().encode(
      csvText(
        tableOf(
          rows,
          all.every(({ folder }) => folder),
        ),
      ),
    );
    await writeFileAtomic(flags.out, bytes);
    if (flags.json) printJson({ rows: rows.length, out: flags.out });
    else print(`${plural(rows.length, "row")} written to ${flags.out}`);
    return 0;
  }
  const say = (value: number) => (vote ? percent(value) : confidence(model, value));
  for (const { spec, rows, more, notes, folder } of all) {
    if (!flags.json) for (const note of notes) print(dim(inLine(`${publicly(spec)}: ${note}`)));
    if (folder && !flags.json) {
      terminal.writeData(csvText(tableOf(rows, true)));
      continue;
    }
    for (const row of rows) {
      const { name, note, prediction } = row;
      const truth = truthOf(row);
      if (flags.json)
        printJson({
          input: name,
          ...prediction,
          ...(truth !== undefined && { label: truth }),
          ...(note && { prepared: note }),
        });
      else show(row, truth, say, terminal);
    }
    if (more > 0)
      print(dim(`… and ${count(more)} more; name one with ${publicly(spec)}#index, or see all with --json`));
  }
  return 0;
}

function show(
  { name, note, prediction }: Predicted,
  truth: string | undefined,
  say: (value: number) => string,
  { bold, dim, green, print, red }: Terminal,
): void {
  if ("class" in prediction) {
    const [first, ...others] = prediction.ranking;
    const mark =
      truth === undefined ? "" : truth === prediction.class ? green("  ✓") : red(`  ✗ (${inLine(truth)})`);
    const runners = others.slice(0, 3).map((other) => `${inLine(other.class)} ${say(other.confidence)}`);
    print(
      `${inLine(name)}: ${bold(inLine(prediction.class))} ${say(first!.confidence)}${mark}${dim(runners.length ? `   then ${runners.join(", ")}` : "")}`,
    );
  } else if ("steps" in prediction) {
    const shown = (of: OnePrediction) =>
      "class" in of ? inLine(of.class) : of.outputs.map(shownResult).join(", ");
    const between = prediction.steps.some((of) => "outputs" in of && of.outputs.length > 1) ? "; " : " ";
    print(`${inLine(name)}: ${bold(prediction.steps.map(shown).join(between))}`);
  } else print(`${inLine(name)}: ${bold(prediction.outputs.map(shownResult).join(", "))}`);
  if (note) print(dim(`  (${inLine(note)})`));
}

/** With a header; confidences and outputs as the float32 they are. A line for each step, where these are predicted. */
function tableOf(rows: readonly Predicted[], files: boolean): (string | number)[][] {
  const first = rows[0]?.prediction;
  const each = first !== undefined && "steps" in first;
  const one = each ? first.steps[0] : first;
  const outputs = one && "outputs" in one ? one.outputs.length : 0;
  const columns =
    outputs === 0
      ? ["class", "confidence"]
      : outputs === 1
        ? ["output"]
        : Array.from({ length: outputs }, (_, i) => `output ${i}`);
  const cells = (of: OnePrediction) =>
    "class" in of ? [of.class, shortest(of.confidence)] : of.outputs.map(shortest);
  return [
    [files ? "file" : "input", ...(each ? ["step"] : []), ...columns],
    ...rows.flatMap(({ name, prediction }) =>
      "steps" in prediction
        ? prediction.steps.map((of, step) => [name, step, ...cells(of)])
        : [[name, ...cells(prediction)]],
    ),
  ];
}

/** The shortest text that is the same float32. */
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return Number(value.toPrecision(9));
}

/** Margins and step outputs are not probabilities. */
const confidence = (model: Model, value: number): string =>
  ["softmax", "sigmoid"].includes(model.layers[model.layers.length - 1]!.activation ?? "")
    ? percent(value)
    : figure(value);
