import type { ArrayLike2 } from "../../data/arrays.ts";
import type { Dataset } from "../../data/dataset.ts";
import { NablaError } from "../../errors.ts";
import { demand, isObject } from "../../fields/expected.ts";
import { number, string } from "../../fields/fields.ts";
import { checkGiven } from "../../fields/programs.ts";
import { toDataset } from "../../model/fit.ts";
import { internalsOf } from "../../model/internals.ts";
import type { History, Model } from "../../model/model.ts";
import { examine, MISTAKES } from "../../report/examine.ts";
import { typed } from "../../report/terminal.ts";
import { isDataset } from "../../training/arguments.ts";
import { meant } from "../../training/meant.ts";
import type { TargetsArgument } from "../../training/source.ts";
import { checkWritable, writeFileAtomic } from "../files.ts";
import { type Location, pathOf } from "../location.ts";
import { type Figures, readHistory } from "./plotHistory.ts";
import { calledAs } from "./terminal.ts";

/** What a report says besides what the model, its history and the rows say. */
export interface WriteReportOptions {
  /** Its title. Default: the name of the rows. */
  name?: string;
  /** What the rows are called. Default "test part". */
  part?: string;
  /** How long the training took. Default: not said. */
  seconds?: number;
  /** What made it. Default: the program that runs, as it was called. */
  command?: string;
}

/**
 * Writes the report of a training, the page that `nabla train --report` writes: one HTML file that needs nothing else. Curves of the training,
 * figures and confusion of the rows, the worst mistakes, what layers see, the network and its settings.
 *
 *     const history = await model.fit(data.train, { epochs: 20, validationSplit: 0.1 });
 *     await writeReport(model, history, data.test, "report.html");
 *
 * @param model of one input and one output, compiled
 * @param training what fit() resolves to, or its history
 * @param test the rows it is judged by: a data set, or `[x, y]`
 * @param path where to, a path or a `file:` URL
 * @throws NablaError for other arguments, and where the file cannot be written; an older file of that name is then as it was
 */
export async function writeReport(
  model: Model,
  training: History | Figures,
  test: Dataset | readonly [x: ArrayLike2, y: TargetsArgument],
  path: Location,
  options: WriteReportOptions = {},
): Promise<void> {
  const who = "writeReport";
  demand(isObject(model) && typeof model.predict === "function", who, "a model", model);
  const history = readHistory(who, training);
  const data = isDataset(test) || (Array.isArray(test) && test.length === 2);
  demand(data, who, "rows to judge it by, a data set (data.test) or [x, y]", test);
  const to = pathOf(who, path);
  checkGiven(who, options, { name: string(), part: string(), seconds: number(), command: string() });
  if (model.inputs.length > 1 || model.outputs.length > 1)
    throw new NablaError(`${who}: expected a model of one input and one output, this one has several`);
  await checkWritable(to);
  const internals = internalsOf(model);
  const reads = { datasetOf: toDataset(internals) };
  const dataset = meant("test rows", internals, test, false, reads).data as Dataset;
  const { name = dataset.name, part = "test part", seconds, command = commandOf() } = options;
  const examination = await examine(model, dataset, { mistakes: MISTAKES, rows: true });
  const { reportPage } = await import("../../report/page/index.ts");
  const { standardisation } = model.metadata;
  const page = await reportPage({
    model,
    name,
    dataset,
    part,
    examination,
    history,
    ...(seconds !== undefined && { seconds }),
    ...(command !== undefined && { command }),
    ...(standardisation && { standardisation }),
  });
  await writeFileAtomic(to, new TextEncoder().encode(page));
}

function commandOf(): string | undefined {
  const called = calledAs();
  return called && typed("node", called);
}
