/** Rows as the inputs that a model was trained on. */
import type { Inputs } from "../../data/dataset.ts";
import { unnamed } from "../../data/tables/columns.ts";
import { formatOf, type Row, type RowEncoder, type RowFormat, rowEncoder } from "../../data/tables/rows.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import { fits, reordered, showShape, sizeOf } from "../../shape.ts";

const encoders = new WeakMap<Model, RowEncoder>();

/** A row as the model's table was read. @param onExtra told of keys that are no columns; default: they are refused */
export function encode(
  model: Model,
  row: Row,
  name: string,
  onExtra?: (keys: readonly string[]) => void,
): Float32Array {
  const { standardisation } = model.metadata;
  const width = sizeOf(model.inputShape);
  const format: RowFormat = formatOf(model) ?? {
    columns: Array.from({ length: width }, (_, i) => `column ${i + 1}`),
    standardisation,
  };
  if (unnamed(format.columns) && Array.isArray(row) && row.length !== format.columns.length) {
    // made-up names would not help
    const { length } = format.columns;
    throw new NablaError(
      `${name}: expected ${length} value${length === 1 ? "" : "s"}, got ${row.length}${row.length === length + 1 ? "; leave the label out" : ""}`,
    );
  }
  const known = encoders.get(model) ?? rowEncoder(format);
  encoders.set(model, known);
  if (known.width !== width)
    throw new NablaError(
      `${name}: the model takes ${width} inputs, but the ${format.columns.length} columns of its table make ${known.width}; the file is malformed`,
    );
  return known(row, name, onExtra);
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
