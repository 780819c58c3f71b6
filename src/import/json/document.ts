/** Models that are JSON: what is common to their readers. Fields are read as what they plainly are, or refused with their path. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { parseJson } from "../../fields/json.ts";
import { attempt, fromUtf8 } from "../../host.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** A document, and what errors say of its parts. */
export class Document {
  readonly root: Fields;

  constructor(
    bytes: Uint8Array,
    readonly name: string,
  ) {
    const text = attempt(() => fromUtf8(bytes.slice()));
    if (text === undefined) throw new NablaError(`${name}: not UTF-8; is the file whole?`);
    this.root = this.fields(parseJson(text, name), "the document");
  }

  broken(where: string, expected: string, got: unknown): NablaError {
    return new NablaError(`${this.name}: ${where}: expected ${expected}, got ${show(got)}`);
  }

  fields(value: unknown, where: string): Fields {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw this.broken(where, "an object", value);
    return value as Fields;
  }

  list(value: unknown, where: string): readonly unknown[] {
    if (!Array.isArray(value)) throw this.broken(where, "an array", value);
    return value;
  }

  /** A whole number from `min` on. */
  count(value: unknown, where: string, min = 1): number {
    if (!Number.isSafeInteger(value) || (value as number) < min)
      throw this.broken(where, `a whole number ≥ ${min}`, value);
    return value as number;
  }

  number(value: unknown, where: string): number {
    if (typeof value !== "number" || !Number.isFinite(value)) throw this.broken(where, "a number", value);
    return value;
  }

  /** So many numbers: a list, or an object whose keys are their places, as JSON has typed arrays. */
  numbers(value: unknown, n: number, where: string): Float32Array {
    const items = Array.isArray(value) ? value : Object.values(this.fields(value, where));
    if (items.length !== n)
      throw new NablaError(`${this.name}: ${where}: expected ${n} numbers, got ${items.length}`);
    return Float32Array.from(items, (item, i) => this.number(item, `${where}[${i}]`));
  }
}

/** A field of the document's own. */
export const own = (fields: Fields, key: string): unknown =>
  Object.hasOwn(fields, key) ? fields[key] : undefined;

/** Columns of `rows` values as a matrix. They have been read, so there is no more of it than of the file. */
export function beside(columns: readonly Float32Array[], rows: number): Float32Array {
  const matrix = new Float32Array(rows * columns.length);
  columns.forEach((column, o) => {
    column.forEach((value, i) => {
      matrix[i * columns.length + o] = value;
    });
  });
  return matrix;
}
