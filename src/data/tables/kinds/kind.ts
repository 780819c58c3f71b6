/** What a kind of column is: how its cells become inputs, and how that is found out from the rows that are trained on. */
import { didYouMean } from "../../../errors.ts";
import type { Fields, ObjectField } from "../../../fields/fields.ts";
import { isMissing } from "../cells.ts";
import type { ColumnNumbers, Decimal } from "../numbers.ts";

/** A cell as files and programs give it: text, or what JSON has. */
export type Cell = string | number | boolean | null;

/** One of the inputs that a column becomes. */
export interface Feature {
  readonly name: string;
  /** Whether it is brought to mean 0 and variance 1: quantities are, marks of 0 and 1 stay. */
  readonly scaled: boolean;
}

/** What all kinds say about missing values; nothing where there are none. */
export interface Filled {
  /** What stands for a missing value: a mean, or the most frequent value. */
  readonly fill?: number | string | boolean;
  /** Whether an input of its own says that the value was missing. */
  readonly indicator?: boolean;
}

/** The cells of a column that is looked at. */
export interface ColumnCells {
  readonly name: string;
  /** Of all rows. */
  readonly cells: readonly string[];
  /** The lines that its rows begin on. */
  readonly lines: readonly number[];
  /** Whether a cell is missing. */
  isMissing(cell: string): boolean;
  /** Numbers of the rows that are trained on: figures are of them alone. */
  readonly rows: Uint32Array;
  /** What it is as numbers. */
  numbers(): ColumnNumbers;
  /** The decimal sign that was asked for, and the one that the table's columns show. */
  readonly decimal?: Decimal;
  readonly shown?: Decimal;
  readonly maxCategories: number;
  /** @throws NablaError naming the line, the column and both readings */
  refuse(row: number, problem: string): never;
}

/**
 * A kind of column: one file in this folder, and one line in index.ts. Values of cells are numbers: of quantities the
 * quantity, of a choice its place in the list.
 *
 * @template Entry what a model's file says about a column of this kind, besides `kind`
 * @template Asked what an option says that asks for this kind, besides `kind`
 */
export interface ColumnKind<Entry extends Filled = Filled, Asked = object> {
  readonly fields: () => ObjectField<Fields>;
  /** What a column of this kind becomes, without the mark of missing values. */
  features(column: string, entry: Entry): Feature[];
  /** Reads a cell; undefined for what is no value of this column. */
  reader(entry: Entry): (cell: Cell) => number | undefined;
  /** What stands for values that no reader knows. */
  otherwise?(entry: Entry): number | undefined;
  /** Writes the features of a value, one after the other. */
  writer(entry: Entry): (value: number, out: Float64Array, at: number) => void;
  /** To follow "expected": what a cell has to be; with a hint for this one. */
  expected(entry: Entry, cell: Cell): string;
  /** How a column was read, for people: "4 categories: …". */
  title(entry: Entry): string;
  /** Whether missing values are filled with the mean; else with the most frequent value, by its name. */
  readonly averaged: boolean;
  nameOf?(entry: Entry, value: number): string | boolean;
  /** The fields of an option that asks for this kind. Where TRAINING is true, like the following. */
  asked: () => ObjectField<Fields>;
  /**
   * What a column is, if it is of this kind; undefined if not.
   *
   * @param asked where an option asks for this kind
   * @throws NablaError where only an option can tell, or a cell is not what the option asks for
   */
  fit(column: ColumnCells, asked?: Asked): Entry | undefined;
}

/** Whether there is no value. */
export const isAbsent = (cell: Cell): boolean =>
  cell === null || (typeof cell === "string" && isMissing(cell));

/** Cells that are there. */
export const present = ({ cells, isMissing: missing }: ColumnCells): string[] =>
  cells.filter((cell) => !missing(cell));

/** The first row with a cell that is there and does not fit; -1 where all do. */
export const firstOdd = (column: ColumnCells, fits: (cell: string) => boolean): number =>
  column.cells.findIndex((cell) => !column.isMissing(cell) && !fits(cell));

/** As a word of a command line. */
export const word = (text: string): string =>
  /^[\p{L}\d_.,:=+/-]+$/u.test(text) ? text : JSON.stringify(text);

/** Some of many, for messages. */
export const some = (names: readonly string[], most = 8): string =>
  names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")}, …`;

/** " (did you mean …?)", within a sentence; "" where nothing is like it. */
export const hint = (cell: Cell, values: readonly string[]): string =>
  typeof cell === "string" ? didYouMean(cell, values).replace(/^; (.*)$/s, " ($1)") : "";
