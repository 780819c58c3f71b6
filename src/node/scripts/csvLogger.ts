import type { Callback, TrainingContext } from "../../callbacks/callback.ts";
import { watching } from "../../callbacks/monitor.ts";
import { messageOf } from "../../errors.ts";
import { string } from "../../fields/fields.ts";
import { checkGiven } from "../../fields/programs.ts";
import type { Model } from "../../model/model.ts";
import { checkWritable, writeFileAtomic } from "../files.ts";
import { type Location, pathOf } from "../location.ts";

/** How a log is written. */
export interface CsvLoggerOptions {
  /** Between the values of a line. Default ",". */
  separator?: string;
}

/**
 * A callback that keeps the figures of all epochs in a CSV file: `epoch,loss,accuracy,valLoss,…`, epochs from 0, a line for each.
 *
 *     await model.fit(data, { epochs: 20, callbacks: [csvLogger("training.csv")] });
 *
 * The file is written anew after each epoch, whole or not at all: a resumed run has the epochs before it as well, none twice. Another call of
 * fit() begins another file. What cannot be written while the training runs is said once on the console, and the training goes on.
 *
 * @param path a path or a `file:` URL
 * @throws NablaError for options that are wrong; the training does at its beginning, where the file cannot be written
 */
export function csvLogger(path: Location, options: CsvLoggerOptions = {}): Callback {
  const to = pathOf("csvLogger", path);
  checkGiven("csvLogger", options, { separator: string() });
  const { separator = "," } = options;
  let warned = false;
  async function write({ model }: TrainingContext): Promise<void> {
    const { epoch, history } = (model as Model).history;
    const names = Object.keys(history);
    const cell = (value: number | string | undefined) => quoted(String(value ?? ""), separator);
    const lines = [
      ["epoch", ...names],
      ...epoch.map((e, i) => [e, ...names.map((name) => history[name]![i])]),
    ].map((line) => `${line.map(cell).join(separator)}\n`);
    try {
      await writeFileAtomic(to, new TextEncoder().encode(lines.join("")));
      warned = false;
    } catch (error) {
      if (!warned) console.warn(`csvLogger: ${messageOf(error)}. Training continues, the next line is tried`);
      warned = true;
    }
  }
  return {
    async onTrainBegin() {
      warned = false;
      await checkWritable(to);
    },
    onEpochEnd: watching({ who: "csvLogger" }, (_epoch, _logs, context) => write(context)),
    // figures that callbacks after this one have added
    onTrainEnd: write,
  };
}

const quoted = (text: string, separator: string): string =>
  text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
