/** Attention as products of matrices and a softmax between them. */
import { sizeOf } from "../../shape.ts";
import { wide } from "./masks.ts";
import type { Place, Writer, Writing, Written } from "./writing.ts";

interface Config {
  useCausalMask?: boolean;
  causal?: boolean;
}

/** Numbers of the values that are looked with, at, and taken: as rolesOf() in src/layers/attending.ts. */
const rolesOf = (inputs: readonly Written[]) => {
  const { length } = inputs;
  return {
    query: inputs[0]!,
    value: inputs[Math.min(1, length - 1)]!,
    key: inputs[Math.min(2, length - 1)]!,
  };
};

/** Low enough that its exponential is 0 beside any other's. */
const NEVER = -3e38;

/**
 * softmax(scores) without the keys that are padding or come later; where none is left, zeros.
 *
 * @param scores [batch, heads?, queries, keys]
 */
function weighed(
  at: Writing,
  scores: string,
  inputs: readonly Written[],
  place: Place,
  heads: boolean,
): string {
  const { query, key, value } = rolesOf(inputs);
  const { causal, useCausalMask } = place.config as unknown as Config;
  const [queries, keys] = [query.shape[0]!, value.shape[0]!];
  const before = heads ? [1] : [];
  const seen: string[] = [];
  if (causal || useCausalMask) {
    const lines = Array.from({ length: queries * keys }, (_, i) =>
      i % keys <= Math.floor(i / keys) ? 1 : 0,
    );
    seen.push(at.weight(`${place.name}_earlier`, [queries, keys], Float32Array.from(lines)));
  }
  const ofKeys = new Set([value.mask, key.mask]);
  for (const mask of ofKeys) if (mask !== undefined) seen.push(wide(at, mask, heads ? [1, 2] : [1]));
  if (query.mask !== undefined) seen.push(wide(at, query.mask, [...before, heads ? 3 : 2]));
  const wish = `${place.name}_weights`;
  if (seen.length === 0) return at.node("Softmax", [scores], { axis: -1 }, wish);
  const all = seen.reduce((one, other) => at.node("Mul", [one, other], {}, `${place.name}_seen`));
  const is = at.node("Greater", [all, at.constant(0)], {}, `${place.name}_is`);
  const kept = at.node("Where", [is, scores, at.constant(NEVER)], {}, `${place.name}_kept`);
  const spread = at.node("Softmax", [kept], { axis: -1 }, `${place.name}_softmax`);
  return at.node("Mul", [spread, all], {}, wish);
}

export const attention: Writer = (at, inputs, place) => {
  const { query, key, value } = rolesOf(inputs);
  const turned = at.node("Transpose", [at.plain(key)], { perm: [0, 2, 1] }, `${place.name}_keys`);
  const product = at.node("MatMul", [at.plain(query), turned], {}, `${place.name}_products`);
  const scale = place.has("scale") ? place.weight("scale") : undefined;
  const scores = scale
    ? at.node(
        "Mul",
        [product, at.weight(`${place.name}.scale`, scale.shape, scale.data)],
        {},
        `${place.name}_scores`,
      )
    : product;
  const weights = weighed(at, scores, inputs, place, false);
  return {
    name: at.node("MatMul", [weights, at.plain(value)], {}, place.name),
    shape: place.outputShape,
    channelsFirst: false,
    mask: query.mask,
  };
};

export const multiHeadAttention: Writer = (at, inputs, place) => {
  const of = rolesOf(inputs);
  const {
    numHeads,
    keyDim,
    valueDim = keyDim,
  } = place.config as unknown as {
    numHeads: number;
    keyDim: number;
    valueDim?: number;
  };
  /** A product with weights, as a matrix: the axes of heads are one. */
  const product = (x: string, what: string, rows: number, wish: string): string => {
    const { data } = place.weight(`${what}Kernel`);
    const kernel = at.weight(`${place.name}.${what}Kernel`, [rows, data.length / rows], data);
    const biased = place.has(`${what}Bias`);
    const y = at.node("MatMul", [x, kernel], {}, biased ? `${wish}_product` : wish);
    if (!biased) return y;
    const bias = place.weight(`${what}Bias`);
    return at.node(
      "Add",
      [y, at.weight(`${place.name}.${what}Bias`, [sizeOf(bias.shape)], bias.data)],
      {},
      wish,
    );
  };
  /** [batch, steps, features] → [batch, heads, steps, size], for keys [batch, heads, size, steps]. */
  const headed = (what: "query" | "key" | "value", size: number): string => {
    const { shape } = of[what];
    const wish = `${place.name}_${what}`;
    const y = product(at.plain(of[what]), what, shape[1]!, `${wish}_projected`);
    const split = at.node(
      "Reshape",
      [y, at.constant([-1, shape[0]!, numHeads, size], true)],
      {},
      `${wish}_heads`,
    );
    return at.node("Transpose", [split], { perm: what === "key" ? [0, 2, 3, 1] : [0, 2, 1, 3] }, wish);
  };
  const products = at.node(
    "MatMul",
    [headed("query", keyDim), headed("key", keyDim)],
    {},
    `${place.name}_products`,
  );
  const scale = at.constant(Math.fround(1 / Math.sqrt(keyDim)));
  const scores = at.node("Mul", [products, scale], {}, `${place.name}_scores`);
  const weights = weighed(at, scores, inputs, place, true);
  const found = at.node("MatMul", [weights, headed("value", valueDim)], {}, `${place.name}_found`);
  const turned = at.node("Transpose", [found], { perm: [0, 2, 1, 3] }, `${place.name}_turned`);
  const units = numHeads * valueDim;
  const flat = at.node(
    "Reshape",
    [turned, at.constant([-1, of.query.shape[0]!, units], true)],
    {},
    `${place.name}_attended`,
  );
  return {
    name: product(flat, "output", units, place.name),
    shape: place.outputShape,
    channelsFirst: false,
    mask: of.query.mask,
  };
};
