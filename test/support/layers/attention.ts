/** Attention as its papers have it, step by step: gradients follow from how its numbers are made. */

import type { ReferenceMerge } from "./merging.ts";
import { taped } from "./recurrent.ts";
import { add, begin, dot, exp, inverse, mul, type Num, num, recorded } from "./tape.ts";
import { type ConfigOf, type ReferenceLayer, type Shape, size } from "./types.ts";

/** Rows of n numbers. */
const rowsOf = (x: readonly Num[], n: number): Num[][] =>
  Array.from({ length: x.length / n }, (_, i) => x.slice(i * n, (i + 1) * n));
const column = (rows: readonly Num[][], c: number) => rows.map((row) => row[c]);

/**
 * For each query the mean over values, by the softmax of scores.
 * @param sees whether query t may look at key s
 * @param apart leaves out what softmax's slope subtracts: of gradients the terms, where the whole may cancel
 * @param drop what a probability is multiplied by
 */
export function attend(
  q: readonly Num[][],
  k: readonly Num[][],
  v: readonly Num[][],
  scale: number,
  sees: (t: number, s: number) => boolean,
  apart = false,
  drop: (t: number, s: number) => number = () => 1,
): Num[][] {
  return q.map((query, t) => {
    const scores = k.map((key, s) => (sees(t, s) ? mul(num(scale), dot(query, key)) : undefined));
    const most = Math.max(...scores.map((score) => score?.v ?? Number.NEGATIVE_INFINITY));
    const weights = scores.map((score) => (score ? exp(add(score, num(-most))) : num(0)));
    const share = most === Number.NEGATIVE_INFINITY ? num(0) : inverse(add(...weights));
    const kept = weights.map((weight, s) => mul(num(drop(t, s)), weight));
    return v[0].map((_, c) => mul(apart ? num(share.v) : share, dot(kept, column(v, c))));
  });
}

export const causally =
  ({ causal, useCausalMask = causal }: { causal?: boolean; useCausalMask?: boolean }) =>
  (t: number, s: number) =>
    !useCausalMask || s <= t;

/** Of one value, which has all three roles. */
export function multiHeadAttention(
  config: ConfigOf<"multiHeadAttention">,
  [steps, features]: Shape,
  apart = false,
): ReferenceLayer {
  const { numHeads: heads, keyDim, valueDim = keyDim, outputShape = features, useBias = true } = config;
  const parameters: Record<string, Shape> = {};
  const weights = (name: string, kernel: Shape, bias: Shape) => {
    parameters[`${name}Kernel`] = kernel;
    if (useBias) parameters[`${name}Bias`] = bias;
  };
  weights("query", [features, heads, keyDim], [heads, keyDim]);
  weights("key", [features, heads, keyDim], [heads, keyDim]);
  weights("value", [features, heads, valueDim], [heads, valueDim]);
  weights("output", [heads, valueDim, outputShape], [outputShape]);
  const row = (p: Record<string, Num[]>, x: Num[]): Num[] => {
    /** x · kernel + bias, [steps][units] */
    const project = (name: string, rows: Num[][], units: number) => {
      const kernel = rowsOf(p[`${name}Kernel`], units);
      return rows.map((each) =>
        Array.from({ length: units }, (_, c) =>
          add(dot(each, column(kernel, c)), ...(useBias ? [p[`${name}Bias`][c]] : [])),
        ),
      );
    };
    const xs = rowsOf(x, features);
    const q = project("query", xs, heads * keyDim);
    const k = project("key", xs, heads * keyDim);
    const v = project("value", xs, heads * valueDim);
    const found = Array.from({ length: heads }, (_, h) => {
      const head = (all: Num[][], n: number) => all.map((each) => each.slice(h * n, (h + 1) * n));
      const [queries, keys] = [q, k].map((all) => head(all, keyDim));
      return attend(queries, keys, head(v, valueDim), 1 / Math.sqrt(keyDim), causally(config), apart);
    });
    const joined = xs.map((_, t) => found.flatMap((head) => head[t]));
    return project("output", joined, outputShape).flat();
  };
  return {
    ...taped({ input: [steps, features], output: [steps, outputShape], parameters }, row),
    ...(!apart && { terms: multiHeadAttention(config, [steps, features], true) }),
  };
}

export function positionalEmbedding(
  { sequenceLength }: ConfigOf<"positionalEmbedding">,
  shape: Shape,
): ReferenceLayer {
  const parameters = { embeddings: [sequenceLength ?? shape[0], shape[1]] };
  return taped({ input: shape, output: shape, parameters }, (p, x) =>
    x.map((v, i) => add(v, p.embeddings[i])),
  );
}

/** Of a query, a value and maybe a key. */
export function attention(
  config: { causal?: boolean; useCausalMask?: boolean },
  shapes: readonly Shape[],
  apart = false,
  drop?: (row: number) => (t: number, s: number) => number,
): ReferenceMerge {
  const [query, value] = shapes;
  const outputShape = [query[0], value[1]];
  return {
    outputShape,
    ...(!apart && { terms: attention(config, shapes, true) }),
    forward(given) {
      begin();
      const xs = given.map((x) => Array.from(x, num));
      const rows = given[0].length / size(query);
      const ys = Array.from({ length: rows }, (_, r) => {
        const [q, v, k = v] = xs.map((x, i) =>
          rowsOf(x.slice(r * size(shapes[i]), (r + 1) * size(shapes[i])), shapes[i][1]),
        );
        return attend(q, k, v, 1, causally(config), apart, drop?.(r)).flat();
      }).flat();
      const back = recorded();
      return {
        y: Float64Array.from(ys, ({ v }) => v),
        backward(dy) {
          back(ys, dy);
          return xs.map((x) => Float64Array.from(x, ({ grad }) => grad));
        },
      };
    },
  };
}
