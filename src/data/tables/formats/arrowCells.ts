/** Values of Arrow's types as the cells of a table: as people would write them. */
import { clock, decimal, shortest } from "./values.ts";

/** A type as apache-arrow describes it. */
export interface ArrowType {
  readonly typeId: number;
  /** Of numbers with a fraction: 0 half, 1 single, 2 double; of decimals the digits. */
  readonly precision?: number;
  readonly scale?: number;
  /** Of numbers and decimals. */
  readonly bitWidth?: number;
  /** Of times: 0 seconds, 1 milliseconds, 2 microseconds, 3 nanoseconds. */
  readonly unit?: number;
  /** Of a dictionary: the type of its values. */
  readonly dictionary?: ArrowType;
}

const [NULL, INT, FLOAT, UTF8, DATE, TIME, TIMESTAMP] = [1, 2, 3, 5, 8, 9, 10];
export const [BOOL, DECIMAL] = [6, 7];
const [LARGE_UTF8, UTF8_VIEW, DICTIONARY] = [20, 24, -1];

/** What has no single value in each cell, or no plain one. */
const ODD: Readonly<Record<number, string>> = {
  4: "bytes",
  11: "spans of time",
  12: "lists",
  13: "records",
  14: "values of several types",
  15: "bytes",
  16: "lists",
  17: "records",
  18: "spans of time, whose unit a number would not tell",
  19: "bytes",
  21: "lists",
  23: "bytes",
};

/** How a column's values become those of cells; a text says what it is instead. */
export function arrowCell(type: ArrowType): ((value: unknown) => unknown) | string {
  switch (type.typeId) {
    case NULL:
    case INT:
    case UTF8:
    case BOOL:
    case LARGE_UTF8:
    case UTF8_VIEW:
      return (value) => value;
    case FLOAT:
      return type.precision === 1 ? (value) => shortest(value as number) : (value) => value;
    case DECIMAL:
      return (value) => decimal(wholeOf(value as ArrayLike<number>), type.scale ?? 0);
    case DATE:
    case TIMESTAMP:
      return (value) => moment(Number(value));
    case TIME: {
      const units = [1, 1e3, 1e6, 1e9][type.unit ?? 0]!;
      return (value) => clock(Number(value) / units);
    }
    case DICTIONARY:
      return type.dictionary ? arrowCell(type.dictionary) : "codes without their values";
  }
  return ODD[type.typeId] ?? `values of Arrow's type ${type.typeId}`;
}

/** Years that a Date has not are refused, as what is no single value. */
function moment(milliseconds: number): unknown {
  const date = new Date(Math.floor(milliseconds));
  return Number.isNaN(date.getTime()) ? { milliseconds } : date;
}

/** @param words of 32 bits, the lowest first; the sign is in the highest */
function wholeOf(words: ArrayLike<number>): bigint {
  let value = 0n;
  for (let i = words.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[i]! >>> 0);
  return BigInt.asIntN(32 * words.length, value);
}
