/** Values of Parquet's types as the cells of a table: as people would write them. */
import { attempt } from "../../../host.ts";
import { isA } from "../../../tags.ts";
import { clock, decimal, shortest } from "./values.ts";

/** A node of the schema, as the format calls its parts. */
export interface Element {
  readonly name: string;
  readonly type?: string;
  readonly repetition_type?: string;
  readonly num_children?: number;
  readonly converted_type?: string;
  readonly scale?: number;
  readonly logical_type?: { readonly type: string; readonly unit?: string; readonly scale?: number };
}

const UNITS: Readonly<Record<string, number>> = { MILLIS: 1e3, MICROS: 1e6, NANOS: 1e9 };

const isDecimal = ({ converted_type, logical_type }: Element): boolean =>
  converted_type === "DECIMAL" || logical_type?.type === "DECIMAL";

/** Decimals as the whole numbers they are stored as: hyparquet makes float64 of them, with 16 of up to 38 digits. */
export function asStored(element: Element): Element {
  if (!isDecimal(element)) return element;
  const { converted_type: _c, logical_type: _l, ...plain } = element;
  return plain;
}

/** No decimal has more of them. */
const MOST_BYTES = 64;

/** The highest byte first, with the sign. */
function wholeOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(8 * bytes.length, value);
}

/** @returns the bytes, which are no single value, where they are no text */
function textIn(bytes: Uint8Array): unknown {
  const text = attempt(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  return text === undefined || text.includes("\0") ? bytes : text;
}

/** How a column's values become those of cells: as people would write them. What is no single value is refused where it is used. */
export function cellOf(element: Element): (value: unknown) => unknown {
  const { type, converted_type, logical_type, scale } = element;
  if (isDecimal(element)) {
    const digits = logical_type?.scale ?? scale ?? 0;
    return (value) => {
      if (typeof value === "number" || typeof value === "bigint") return decimal(BigInt(value), digits);
      return isA("Uint8Array", value) && value.length <= MOST_BYTES ? decimal(wholeOf(value), digits) : value;
    };
  }
  const unit =
    logical_type?.type === "TIME"
      ? logical_type.unit
      : /^TIME_(MILLIS|MICROS)$/.exec(converted_type ?? "")?.[1];
  if (unit !== undefined && UNITS[unit])
    return (value) =>
      typeof value === "bigint" || typeof value === "number" ? clock(Number(value) / UNITS[unit]!) : value;
  if (type === "FLOAT") return (value) => (typeof value === "number" ? shortest(value) : value);
  return (value) => {
    if (type === "BYTE_ARRAY" && isA("Uint8Array", value)) return textIn(value);
    // of a year that a Date has not: it is not missing
    if (isA("Date", value) && Number.isNaN(value.getTime())) return { time: "beyond the years of a Date" };
    return value;
  };
}
