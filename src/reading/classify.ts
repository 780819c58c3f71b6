/** The classifier's word on pieces, as shares of the ten digits. */

import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { exp } from "../math/elementary.ts";
import { showShape } from "../shape.ts";
import { drawPiece, type Piece, SIDE } from "./pieces.ts";

/** What is asked of a model; every `Model` has it. */
export interface DigitModel {
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly metadata?: { readonly classes?: readonly string[]; readonly standardisation?: unknown };
  /** Outputs for images of 28 × 28 bytes, ten a row. */
  predict(x: Uint8Array): { readonly data: Float32Array };
}

/**
 * Which digit each output stands for.
 * @throws NablaError when the model does not tell ten digits apart from pictures of 28 × 28
 */
export function digitsOf(model: DigitModel, who: string): number[] {
  const wanted = `${who}: expected a model that takes one digit of 28 × 28 pixels ([28, 28, 1], [28, 28] or [784]) and has ten outputs`;
  if (!Array.isArray(model?.inputShape) || !Array.isArray(model.outputShape))
    throw new NablaError(`${wanted}, got ${show(model)}`);
  const { inputShape, outputShape, metadata } = model;
  if (!["28,28,1", "28,28", "784"].includes(inputShape.join()))
    throw new NablaError(
      `${wanted}; this one takes ${showShape(inputShape)}; train one with nabla train digits`,
    );
  if (outputShape.join() !== "10")
    throw new NablaError(
      `${wanted}; this one's output is ${showShape(outputShape)}; train one with nabla train digits`,
    );
  if (metadata?.standardisation)
    throw new NablaError(
      `${wanted}; this one takes standardised columns of a table; train one with nabla train digits`,
    );
  const classes = metadata?.classes ?? Array.from({ length: 10 }, (_, c) => String(c));
  const digits = classes.map((name) => (/^\d$/.test(name) ? Number(name) : Number.NaN));
  if (digits.length !== 10 || new Set(digits.filter((digit) => digit >= 0)).size !== 10)
    throw new NablaError(
      `${wanted} for the digits 0 to 9; this one's classes are ${classes.slice(0, 10).join(", ")}; train one with nabla train digits`,
    );
  return digits;
}

/**
 * For each piece ten shares that add up to 1. Outputs that are not shares are made so: sigmoids by dividing by their sum, others
 * (logits, margins) by a softmax.
 */
export function classify(model: DigitModel, pieces: readonly Piece[], who: string): Float64Array {
  const x = new Uint8Array(pieces.length * SIDE * SIDE);
  pieces.forEach((piece, p) => {
    drawPiece(piece, x, p * SIDE * SIDE);
  });
  const { data } = model.predict(x);
  const shares = Float64Array.from(data);
  if (shares.length !== pieces.length * 10 || shares.some((value) => !Number.isFinite(value)))
    throw new NablaError(
      `${who}: expected ten finite outputs for each picture, got ${shares.length} for ${pieces.length} pictures${shares.length ? `, such as ${shares.find((value) => !Number.isFinite(value)) ?? shares[0]}` : ""}; is the model trained?`,
    );
  const bounded = shares.every((value) => value >= 0 && value <= 1);
  for (let from = 0; from < shares.length; from += 10) {
    const row = shares.subarray(from, from + 10);
    if (!bounded) {
      const most = row.reduce((a, b) => Math.max(a, b));
      row.forEach((value, c) => {
        row[c] = exp(value - most);
      });
    }
    const sum = row.reduce((a, b) => a + b, 0);
    row.forEach((value, c) => {
      row[c] = sum > 0 ? value / sum : 0.1;
    });
  }
  return shares;
}
