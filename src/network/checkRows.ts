/** Rows that are not made of numbers. */
import { NablaError } from "../errors.ts";
import type { Plan } from "../plan/forward.ts";
import { sizeOf } from "../shape.ts";
import type { InferenceNetwork } from "./inference.ts";

/**
 * Refuses NaN and infinities in the rows that are in a plan's buffers, also of numbers that float32 made infinite. Inputs are looked at
 * because outputs and losses need not show it: a step or a maximum hides NaN, and of an infinity a sigmoid makes 1. It takes the core a
 * hundredth of the time of predicting.
 *
 * @param who begins errors
 * @param rowOf what errors call a row
 * @throws NablaError with details { row }
 */
export function checkRows(
  who: string,
  { core, layers }: Pick<InferenceNetwork, "core" | "layers">,
  { inputs, outputs }: Plan,
  rows: number,
  rowOf: (row: number) => number,
): void {
  const check = (
    what: string,
    { offset }: { readonly offset: number },
    width: number,
    all: readonly unknown[],
    name: string,
  ) => {
    const n = rows * width;
    if (core.exports.allFinite(offset, n)) return;
    const values = core.f32(offset, n);
    const at = values.findIndex((value) => !Number.isFinite(value));
    const row = rowOf(Math.floor(at / width));
    throw new NablaError(
      `${who}: row ${row}: value ${at % width} of its ${what}${all[1] ? ` "${name}"` : ""} is not a finite number (${values[at]}); mend it, or leave the row out`,
      { details: { row } },
    );
  };
  for (const { name, kind, x, shape } of inputs)
    if (kind.type === "float32") check("input", x, sizeOf(shape), inputs, name);
  for (const layer of layers) layer.check?.(who, core, inputs[layer.inputs[0]], rows, rowOf);
  if (TRAINING)
    for (const { name, yKind, y, units, each } of outputs)
      if (yKind === "values") check("target", y!, units * each, outputs, name);
}
