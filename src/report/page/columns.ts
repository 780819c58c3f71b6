/** Rows of a table as they stand in the file, and how much the model's answers depend on each column. */
import { buffersFor, type Dataset, type Inputs, range } from "../../data/dataset.ts";
import { subset } from "../../data/split.ts";
import { DAY } from "../../data/tables/dates.ts";
import { type ColumnEncoding, featuresOf, kindOf, PLAIN } from "../../data/tables/encoding.ts";
import { formatOf } from "../../data/tables/rows.ts";
import { permutation, STREAMS } from "../../math/random.ts";
import type { Model } from "../../model/model.ts";
import { count, figure, shown, words } from "../text/format.ts";
import { inUnits, unitsOf } from "../units.ts";
import { html, section } from "./html.ts";

/** A column of the table, and which inputs it becomes. */
interface Column {
  readonly name: string;
  readonly entry: ColumnEncoding;
  readonly at: number;
  readonly width: number;
}

/** What tells rows of the table from a model's inputs. */
export interface Table {
  readonly columns: readonly Column[];
  /** A row as it stands in the file: "plan: Basic, age: 44, city: missing". */
  rowOf(input: Inputs): string;
}

/** Most columns of a row that are shown. */
const SHOWN = 12;

/** What the model knows of the table its rows are of; undefined where they are of none. */
export function tableOf(model: Model, dataset: Dataset): Table | undefined {
  const format = formatOf(model);
  if (!format || dataset.parts || dataset.inputShape.length !== 1) return undefined;
  let at = 0;
  const columns = format.columns.map((name, i): Column => {
    const entry = format.encoding?.[i] ?? PLAIN;
    const { length: width } = featuresOf(name, entry);
    at += width;
    return { name, entry, at: at - width, width };
  });
  if (at !== dataset.inputShape[0]) return undefined;
  const { mean = [], scale = [] } = format.standardisation ?? {};
  const cell = (column: Column, input: Inputs): string => {
    const features = Array.from({ length: column.width }, (_, i) => {
      const by = column.at + i;
      return input[by]! * (scale[by] ?? 1) + (mean[by] ?? 0);
    });
    // what float32 lost of what was standardised, and float64 of its mean
    const by = scale[column.at] ?? 1;
    const lost = 6.1e-8 * Math.abs(input[column.at]! * by) + 1e-15 * Math.abs(mean[column.at] ?? 0);
    return cellOf(column.entry, features, lost);
  };
  return {
    columns,
    rowOf(input) {
      const cells = columns.slice(0, SHOWN).map((column) => `${column.name}: ${cell(column, input)}`);
      return cells.join(", ") + (columns.length > SHOWN ? ", …" : "");
    },
  };
}

/** What the file says, from a column's inputs in their own units. @param lost how far the first may be from what it was */
function cellOf(entry: ColumnEncoding, features: readonly number[], lost: number): string {
  if (entry.indicator && features.at(-1)! > 0.5) return "missing";
  const [first] = features as readonly [number];
  const { nameOf, features: named } = kindOf(entry.kind);
  if (nameOf) {
    const [{ name }, ...others] = named("", entry) as [{ name: string }, ...unknown[]];
    // an input by the column's own name has the value, others are one for each
    const value = name === "" ? Math.round(first) : most(features.slice(0, 1 + others.length));
    return String(nameOf(entry, value) ?? "another value");
  }
  if (entry.kind === "date") return momentOf(first + lost);
  if (Math.abs(first) <= lost) return "0";
  // the shortest that it may have been
  for (let digits = 1; digits < 17; digits++) {
    const short = Number(first.toPrecision(digits));
    if (Math.abs(short - first) <= lost) return String(short);
  }
  return String(first);
}

const most = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** Days since 1970 as a date, with the time if there is one; of a time alone that. */
function momentOf(days: number): string {
  const moment = new Date(Math.floor(days * 1440) * (DAY / 1440));
  if (Number.isNaN(moment.getTime())) return String(days);
  const [date, time] = moment.toISOString().slice(0, 16).split("T") as [string, string];
  if (days >= 0 && days < 1) return time;
  return time === "00:00" ? date : `${date} ${time}`;
}

/** Rows and shuffles that importance is measured with, and most columns. */
const [ROWS, SHUFFLES, COLUMNS] = [2000, 3, 100];

interface Importance {
  readonly column: string;
  /** What is added to the loss, and to the first metric if there is one. */
  readonly loss: number;
  readonly metric: number;
}

/**
 * How much worse the model gets when the values of one column are dealt out anew among the rows (Breiman 2001; Fisher, Rudin & Dominici 2019):
 * the mean of three shuffles, of at most 2,000 rows. The same for the same rows, whenever it is asked for.
 */
export async function importances(
  model: Model,
  dataset: Dataset,
  { columns }: Table,
): Promise<{ readonly metric?: string; readonly all: readonly Importance[] }> {
  const n = Math.min(ROWS, dataset.length);
  const some =
    n < dataset.length
      ? subset(dataset, permutation(dataset.length, 0, STREAMS.bootstrap).slice(0, n))
      : dataset;
  const { x, y } = buffersFor(some, n);
  await some.read(range(n), x, y);
  const [width] = some.inputShape as readonly [number];
  const by = unitsOf(model.metadata.extra);
  const scores = async (column?: Column, shuffle = 0) => {
    const order = column && permutation(n, 0, STREAMS.bootstrap, 1 + column.at * SHUFFLES + shuffle);
    const shuffled: Dataset = {
      ...some,
      read(rows, toX, toY, epoch) {
        const done = some.read(rows, toX, toY, epoch);
        if (!column || !order) return done;
        const deal = () =>
          rows.forEach((row, r) => {
            const from = order[row]! * width + column.at;
            toX.set(x.subarray(from, from + column.width), r * width + column.at);
          });
        return done ? done.then(deal) : deal();
      },
    };
    return inUnits(await model.evaluate(shuffled), by);
  };
  const before = await scores();
  const metric = Object.keys(before).find((name) => name !== "loss");
  const all: Importance[] = [];
  for (const column of columns.slice(0, COLUMNS)) {
    let [loss, other] = [0, 0];
    for (let k = 0; k < SHUFFLES; k++) {
      const after = await scores(column, k);
      loss += (after.loss - before.loss) / SHUFFLES;
      if (metric !== undefined) other += (after[metric]! - before[metric]!) / SHUFFLES;
    }
    all.push({ column: column.name, loss, metric: other });
  }
  return { ...(metric !== undefined && { metric }), all: all.sort((a, b) => b.loss - a.loss) };
}

/** The columns by how much the model depends on them. @param part of the data */
export async function columnSection(
  model: Model,
  dataset: Dataset,
  table: Table,
  part: string,
): Promise<string> {
  const { metric, all } = await importances(model, dataset, table);
  const most = Math.max(...all.map(({ loss }) => loss), Number.MIN_VALUE);
  const signed = (name: string, value: number) =>
    `${value < 0 ? "−" : "+"}${name === "loss" ? figure(Math.abs(value)) : shown(name, Math.abs(value))}`;
  const rows = all.map(
    ({ column, loss, metric: other }) =>
      `<tr><th scope="row">${html(column)}</th><td class="bar"><i style="width:${Math.max(0, (100 * loss) / most).toFixed(1)}%"></i></td><td class="n">${signed("loss", loss)}</td>${metric === undefined ? "" : `<td class="n">${html(signed(metric, other))}</td>`}</tr>`,
  );
  const head = ["loss", ...(metric === undefined ? [] : [words(metric)])]
    .map((name) => `<th class="n" scope="col">${html(name)}</th>`)
    .join("");
  const rowsUsed = Math.min(ROWS, dataset.length);
  const left = table.columns.length - all.length;
  return section(
    "Columns",
    `<div class="scroll"><table class="importance"><thead><tr><th scope="col">column</th><th></th>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`,
    `Permutation importance: how much the figures change when the values of one column are dealt out anew among the rows, the mean of ${SHUFFLES} shuffles. A column near 0 is one the model hardly uses. Columns that say the same share what they are worth. (${count(rowsUsed)} rows, ${part}${left > 0 ? `; ${count(left)} more columns are not shown` : ""})`,
  );
}
