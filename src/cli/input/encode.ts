/** Rows as the inputs that a model was trained on. */
import type { Inputs } from "../../data/dataset.ts";
import { unnamed } from "../../data/tables/columns.ts";
import { some } from "../../data/tables/kinds/kind.ts";
import {
  filledIn,
  formatOf,
  type Row,
  type RowEncoder,
  type RowFormat,
  rowEncoder,
} from "../../data/tables/rows.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import { fits, reordered, showShape, sizeOf } from "../../shape.ts";

/** What is known of a model's rows. */
interface Rows {
  readonly format: RowFormat;
  readonly encoder: RowEncoder;
  readonly filled: (row: Row) => string[];
}

const known = new WeakMap<Model, Rows>();

function rowsOf(model: Model): Rows {
  const format: RowFormat = formatOf(model) ?? {
    columns: Array.from({ length: sizeOf(model.inputShape) }, (_, i) => `column ${i + 1}`),
    standardisation: model.metadata.standardisation,
  };
  return { format, encoder: rowEncoder(format), filled: filledIn(format) };
}

/**
 * A row as the model's table was read, and what is to be said of it: values that are missing are filled.
 *
 * @param onExtra told of keys that are no columns; default: they are refused
 */
export function encode(
  model: Model,
  row: Row,
  name: string,
  onExtra?: (keys: readonly string[]) => void,
): { values: Float32Array; note?: string } {
  const width = sizeOf(model.inputShape);
  const rows = known.get(model) ?? rowsOf(model);
  known.set(model, rows);
  const { format, encoder, filled } = rows;
  const { columns } = format;
  if (unnamed(columns) && Array.isArray(row) && row.length !== columns.length) {
    // made-up names would not help
    const { length } = columns;
    throw new NablaError(
      `${name}: expected ${length} value${length === 1 ? "" : "s"}, got ${row.length}${row.length === length + 1 ? "; leave the label out" : ""}`,
    );
  }
  if (encoder.width !== width)
    throw new NablaError(
      `${name}: the model takes ${width} inputs, but the ${columns.length} columns of its table make ${encoder.width}; the file is malformed`,
    );
  const values = encoder(row, name, onExtra);
  const names = filled(row);
  return { values, ...(names.length > 0 && { note: `missing, filled as in training: ${some(names)}` }) };
}

/** Stored values, where they are as many as the model takes: predict() reads bytes as training did. */
export function fitting(model: Model, values: Inputs, shape: readonly number[], name: string): Inputs {
  if (!fits(shape, model.inputShape)) {
    throw new NablaError(
      `${name}: the model takes inputs ${showShape(model.inputShape)}, these are ${showShape(shape)}${reordered(shape, model.inputShape, 1)}`,
    );
  }
  return values;
}
