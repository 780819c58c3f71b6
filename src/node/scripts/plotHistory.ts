import { NablaError } from "../../errors.ts";
import { demand, isObject } from "../../fields/expected.ts";
import { show } from "../../fields/fields.ts";
import { checkGiven, having } from "../../fields/programs.ts";
import type { History } from "../../model/model.ts";
import type { Output } from "../../report/terminal.ts";
import { lossCurve } from "../../report/text/curve.ts";
import { writeFileAtomic } from "../files.ts";
import { type Location, pathOf } from "../location.ts";
import { scriptTerminal } from "./terminal.ts";

/** Where a history is drawn. */
export interface PlotHistoryOptions {
  /** A file to draw to as well, `.svg` or `.html`: every figure, training and validation in it, and the best epoch marked. */
  path?: Location;
  /** Default: the process' standard output. */
  output?: Output;
}

/**
 * Draws the loss over the epochs on the terminal, as `nabla train` does; with `path` all figures to a file as well.
 *
 *     const history = await model.fit(data, { epochs: 5, validationSplit: 0.1 });
 *     await plotHistory(history, { path: "history.svg" });
 *
 * @param given what fit() resolves to, its history, or model.history
 * @returns what was drawn on the terminal, without colours; of a single epoch a line of its figures
 * @throws NablaError for what is no history, and for a file that cannot be written
 */
export async function plotHistory(
  given: History | Figures,
  options: PlotHistoryOptions = {},
): Promise<string> {
  const history = readHistory("plotHistory", given);
  checkGiven("plotHistory", options, { output: having<Output>("what has write(text)", "write") }, ["path"]);
  const path = options.path === undefined ? undefined : pathOf("plotHistory: path", options.path);
  const ending = path === undefined ? "" : /\.(svg|html?)$/i.exec(path)?.[1]?.toLowerCase();
  if (ending === undefined)
    throw new NablaError(`plotHistory: path: expected a name that ends in .svg or .html, got ${show(path)}`);
  const terminal = scriptTerminal(options.output);
  const drawn = (of: typeof terminal) => lossCurve(history, of) || figuresOf(history);
  terminal.print(drawn(terminal));
  if (path !== undefined) {
    const { historyPage, historySvg } = await import("../../report/history.ts");
    const text = ending === "svg" ? historySvg(history) : historyPage(history);
    await writeFileAtomic(path, new TextEncoder().encode(text));
  }
  return drawn(scriptTerminal({ write: () => {}, columns: terminal.columns() }));
}

const figuresOf = ({ epoch, history }: History): string =>
  [
    `${epoch.length} epoch${epoch.length === 1 ? "" : "s"}`,
    ...Object.entries(history).map(([name, values]) => `${name} ${values.at(-1)}`),
  ].join("  ");

/** Figures alone, what `const { history } = await model.fit(…)` has. */
export type Figures = History["history"];

/** @throws NablaError for what is no history */
export function readHistory(who: string, given: unknown): History {
  if (isObject(given) && Array.isArray(given.loss) && !isObject(given.history))
    return { epoch: given.loss.map((_, epoch) => epoch), history: given as Figures };
  demand(
    isObject(given) && Array.isArray(given.epoch) && isObject(given.history),
    who,
    "what fit() resolves to, its history, or model.history",
    given,
  );
  return given as unknown as History;
}
