/** Rows that are not made of numbers. */
import type { Core } from "../core/core.ts";
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
  network: Pick<InferenceNetwork, "core" | "layers">,
  { inputs, outputs }: Plan,
  rows: number,
  rowOf: (row: number) => number,
): void {
  const { core, layers } = network;
  // by number: an iterator would leave something behind in each step
  for (let i = 0; i < inputs.length; i++) {
    const { name, kind, x, shape } = inputs[i];
    if (kind.type === "float32") numbers(who, core, x, rows, sizeOf(shape), rowOf, "input", inputs, name);
  }
  for (let i = 0; i < layers.length; i++)
    layers[i].check?.(who, core, inputs[layers[i].inputs[0]], rows, rowOf);
  for (let i = 0; TRAINING && i < outputs.length; i++) {
    const { name, yKind, y, units, each } = outputs[i];
    if (yKind === "values") numbers(who, core, y!, rows, units * each, rowOf, "target", outputs, name);
  }
}

/** @throws NablaError unless all of them are finite */
function numbers(
  who: string,
  core: Core,
  { offset }: { readonly offset: number },
  rows: number,
  width: number,
  rowOf: (row: number) => number,
  what: string,
  all: readonly unknown[],
  name: string,
): void {
  if (core.exports.allFinite(offset, rows * width)) return;
  const values = core.f32(offset, rows * width);
  const i = values.findIndex((value) => !Number.isFinite(value));
  const row = rowOf(Math.floor(i / width));
  throw new NablaError(
    `${who}: row ${row}: value ${i % width} of its ${what}${all[1] ? ` "${name}"` : ""} is not a finite number (${values[i]}); mend it, or leave the row out`,
    { details: { row } },
  );
}
