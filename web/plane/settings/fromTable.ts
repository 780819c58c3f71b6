/** A table of two or three columns as points of the plane. Loaded when there is one to read. */

import { isMissing } from "../../../src/data/tables/cells.ts";
import { parseCsvTable, rowIn, type Table } from "../../../src/data/tables/csvTable.ts";
import { decimalOf, readNumber } from "../../../src/data/tables/numbers.ts";
import { decodeText } from "../../../src/data/tables/text.ts";
import { NablaError } from "../../../src/errors.ts";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { MAX_POINTS } from "../state/choices.ts";
import type { PlaneState } from "../state/planeState.ts";
import { EXTENT, type Point, snap, snapValue } from "../state/points.ts";
import { choosing } from "../state/state.ts";

const said = planeText.table;

/** What is drawn where a column is wider than the plane. */
const WIDE = 0.9 * EXTENT;
const MOST_CLASSES = 6;

interface Column {
  readonly name: string;
  readonly cells: readonly string[];
  /** Undefined where a cell is no number. */
  readonly numbers: readonly number[] | undefined;
}

/**
 * @returns what to change of a state, and what to say of it
 * @throws NablaError where the table has other columns, cells that are missing, or more rows than a link carries
 */
export function pointsOfTable(
  bytes: Uint8Array,
  name: string,
  now: PlaneState,
): { patch: Partial<PlaneState>; notes: string[] } {
  const table = parseCsvTable(decodeText(bytes, name).text, name);
  const columns = columnsOf(table);
  const fail = (what: string): never => {
    throw new NablaError(`${name}: ${what}`);
  };
  if (columns.length < 2 || columns.length > 3)
    fail(fill(said.columns, { count: String(columns.length), names: columns.map((c) => c.name).join(", ") }));
  const rows = table.rows.length;
  if (rows < 2 || rows > MAX_POINTS) fail(fill(said.rows, { rows: String(rows), most: String(MAX_POINTS) }));
  const texts = columns.filter(({ numbers }) => !numbers);
  // a class may stand before the places
  const last = texts.length === 1 && columns.length === 3 ? texts[0]! : columns.at(-1)!;
  const places = columns.filter((column) => column !== last);
  for (const column of columns.length === 2 ? columns : places)
    if (!column.numbers) fail(wrongCell(table, column));
  const notes: string[] = [];
  const [x, y] = (columns.length === 2 ? columns : places) as [Column, Column];
  const [xs, ys] = [x, y].map((column) => drawn(column, WIDE, EXTENT, said.scaled, notes)) as [
    number[],
    number[],
  ];
  const points = xs.map((v, i): Point => ({ x: snap(v), y: snap(ys[i]!), label: 0 }));
  const common = { count: String(rows), x: x.name, y: y.name, third: last.name };
  if (columns.length === 2)
    return {
      patch: { ...choosing("curve", now), points },
      notes: [fill(said.curve, common), ...notes],
    };
  const classes = classesOf(last);
  if (classes) {
    if (classes.length < 2 || classes.length > MOST_CLASSES)
      fail(
        fill(said.classes, { third: last.name, count: String(classes.length), most: String(MOST_CLASSES) }),
      );
    const named = classes
      .map((each, c) => fill(said.className, { label: String(c + 1), name: each }))
      .join(", ");
    return {
      patch: {
        ...choosing("painted", now),
        classes: classes.length,
        points: points.map((point, i) => ({ ...point, label: classes.indexOf(last.cells[i]!) })),
      },
      notes: [fill(said.painted, { ...common, named }), ...notes],
    };
  }
  const values = drawn(last, 1, 1, said.scaledValues, notes);
  return {
    patch: {
      ...choosing("values", now),
      points: points.map((point, i) => ({ ...point, value: snapValue(values[i]!) })),
    },
    notes: [fill(said.values, common), ...notes],
  };
}

function columnsOf(table: Table): Column[] {
  return table.columns.flatMap((name, at) => {
    if (at === table.index) return [];
    const cells = table.rows.map((row) => row[at]!);
    const missing = cells.findIndex(isMissing);
    if (missing >= 0)
      throw new NablaError(
        `${table.name}: ${rowIn(table, missing)}: ${fill(said.missing, { column: name })}`,
      );
    const signs = new Set(cells.map(decimalOf));
    if (signs.has("?") && !signs.has(",") && !signs.has("."))
      throw new NablaError(`${table.name}: ${fill(said.decimal, { column: name })}`);
    const read = cells.map((cell) => readNumber(cell, signs.has(",") ? "," : ".")?.value);
    return [{ name, cells, numbers: read.every((v) => v !== undefined) ? (read as number[]) : undefined }];
  });
}

function wrongCell(table: Table, { name, cells }: Column): string {
  const at = cells.findIndex((cell) => !readNumber(cell) && !readNumber(cell, ","));
  return `${rowIn(table, Math.max(0, at))}: ${fill(said.number, { column: name, cell: cells[Math.max(0, at)]! })}`;
}

/** Texts, and up to six whole numbers, are classes; all else are values. */
function classesOf({ cells, numbers }: Column): string[] | undefined {
  const different = [...new Set(cells)];
  if (!numbers) return different.sort();
  if (!numbers.every(Number.isInteger) || different.length > MOST_CLASSES) return undefined;
  return different.sort((a, b) => Number(a) - Number(b));
}

/** As they are where they fit, else from end to end of what is drawn. */
function drawn({ name, numbers }: Column, to: number, fits: number, says: string, notes: string[]): number[] {
  const all = numbers!;
  const [least, most] = [Math.min(...all), Math.max(...all)];
  if (Math.max(-least, most) <= fits) return [...all];
  const short = (v: number): string => String(Number(v.toPrecision(6)));
  notes.push(fill(says, { column: name, least: short(least), most: short(most), to: String(to) }));
  return all.map((v) => (most > least ? ((v - least) / (most - least)) * 2 * to - to : 0));
}
