/** What layers have in common in which queries look at keys and take values. Twin of assembly/layers/attention.ts. */
import { bool, number } from "../fields/fields.ts";
import { optional } from "../fields/objects.ts";
import { align, floatsOf, ld, type Range } from "../plan/builder.ts";
import { maskRange } from "../plan/masks.ts";
import type { AnyOperation, Parameter, Site } from "../plan/operation.ts";
import { type Shape, showShape } from "../shape.ts";
import type { Place } from "./kind.ts";
import { misfit } from "./layer.ts";
import { streamOf } from "./noise.ts";
import { emitNoise } from "./stepNoise.ts";

/** Fields of such layers. */
export const attendingFields = () => ({
  useCausalMask: optional(
    bool({ doc: DOCS && "Whether a step sees no later ones, as where the next one is to be predicted." }),
  ),
  causal: optional(bool({ doc: DOCS && "Another name of useCausalMask." })),
  dropout: number({
    min: 0,
    exclusiveMax: 1,
    default: 0,
    doc: DOCS && "Share of the probabilities that become zero while training.",
  }),
});

export interface Attending {
  readonly useCausalMask?: boolean;
  readonly causal?: boolean;
  readonly dropout: number;
}

/** Whether a step sees no later ones. @throws NablaError where both names of the option say different things */
export function isCausal({ useCausalMask, causal = useCausalMask }: Attending, { called }: Place): boolean {
  if (useCausalMask !== undefined && useCausalMask !== causal)
    throw misfit(
      TRAINING &&
        `${called}: useCausalMask is ${useCausalMask} and causal is ${causal}, which mean the same; give one of them`,
    );
  return causal === true;
}

/** Numbers of the values that are looked with, at, and taken: [query], [query, value] or [query, value, key]. */
export interface Roles {
  readonly query: number;
  readonly key: number;
  readonly value: number;
}

/** @throws NablaError for values that are no sequences, more than three, or keys and values of different lengths */
export function rolesOf({ called, inputShapes }: Place): Roles {
  const { length } = inputShapes;
  const roles = { query: 0, value: Math.min(1, length - 1), key: Math.min(2, length - 1) };
  const got = () => inputShapes.map(showShape).join(" and ");
  if (length > 3)
    throw misfit(TRAINING && `${called}: expected at most a query, a value and a key, got ${length} inputs`);
  const odd = inputShapes.find((shape) => shape.length !== 2);
  if (odd)
    throw misfit(
      TRAINING &&
        `${called}: expected inputs [steps, features], got ${got()}; add reshape({ targetShape: ${showShape(odd.length === 1 ? [odd[0], 1] : [-1, odd[odd.length - 1]])} }) before it`,
    );
  const [steps, others] = [roles.value, roles.key].map((i) => inputShapes[i][0]);
  if (steps !== others)
    throw misfit(
      TRAINING &&
        `${called}: expected a key for each value, got ${steps} steps of values and ${others} of keys: its inputs, query, value and key, are ${got()}`,
    );
  return roles;
}

/** How large everything is. */
export interface Sizes {
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly keyDim: number;
  readonly valueDim: number;
}

/** What queries, keys and values go into the kernel as, and what comes out. */
export interface Projected {
  readonly q: Range;
  readonly k: Range;
  readonly v: Range;
}

interface Kernel extends Sizes {
  readonly causal: boolean;
  /** What scores are multiplied by. */
  readonly scale: number;
  readonly dropout: number;
  readonly roles: Roles;
}

const numbers = ({ heads, queries, keys, keyDim, valueDim, causal, scale }: Kernel) => ({
  heads,
  queries,
  keys,
  keyDim,
  valueDim,
  scale,
  causal: causal ? 1 : 0,
});

/** Puts on the tape what queries take of values. @param factor a learned factor of scores; 0: none */
export function emitAttention(site: Site, kernel: Kernel, y: Range, of: Projected, factor: Range | 0): void {
  const { builder, saved, node } = site;
  const training = TRAINING && site.training;
  const { heads, queries, keys, keyDim, valueDim, dropout, roles } = kernel;
  const { layer } = node.operation!;
  const room = align(builder.core.size("attentionScratch", keys, keyDim, valueDim, training ? 1 : 0));
  const mask = (role: keyof Roles) => maskRange(node.from[roles[role]]) ?? 0;
  const p = training ? builder.tensor(`attention of ${layer}`, [heads * queries, keys]) : 0;
  const units = heads * queries * ld(keys);
  const drop = training && dropout > 0 ? emitNoise(site, streamOf(site), units, dropout) : 0;
  if (p) saved.set("p", p);
  if (drop) saved.set("drop", drop);
  builder.emit("ATTENTION_FORWARD", {
    y,
    ...of,
    p,
    drop,
    queryMask: mask("query"),
    valueMask: mask("value"),
    keyMask: roles.key === roles.value ? 0 : mask("key"),
    factor,
    scratch: builder.alloc(`scratch of ${layer}`, builder.parts * room),
    room,
    ...numbers(kernel),
  });
}

/** Puts on the tape the gradients of queries, keys and values. The probabilities that were kept are gone after it. */
export function emitAttentionBack(
  site: Site,
  kernel: Kernel,
  dy: Range,
  of: Projected,
  { q: dq, k: dk, v: dv }: Projected,
  factor: Range | 0,
): void {
  const { builder, saved, node } = site;
  const { keys, keyDim, valueDim } = kernel;
  const room = align(builder.core.size("attentionInputScratch", keys, keyDim, valueDim));
  builder.emit("ATTENTION_BACKWARD", {
    dy,
    dq,
    dk,
    dv,
    ...of,
    p: saved.get("p")!,
    drop: saved.get("drop") ?? 0,
    factor,
    scratch: builder.alloc(`scratch of ${node.operation!.layer}`, builder.parts * room),
    room,
    ...numbers(kernel),
  });
}

/** What differs from one such layer to another. */
interface Parts {
  readonly parameters: readonly Parameter[];
  readonly outputShape: Shape;
  run(site: Site, xs: readonly Range[]): Range;
  /** A gradient for each role of each value, in buffers of their own; those nobody needs may be missing. */
  back(
    site: Site,
    xs: readonly Range[],
    dy: Range,
    needed: readonly boolean[],
  ): readonly (readonly [input: number, dx: Range])[];
}

/** The layer as one operation, so that it may stand in a chain where it is applied to one value. */
export function attendingOperation(place: Place, { run, back, ...of }: Parts): AnyOperation {
  const { name: layer, inputShapes } = place;
  const step = { layer, ...of, steps: "takes" } as const;
  /** A value that has several roles has the sum of their gradients. */
  const divide = (site: Site, xs: readonly Range[], dy: Range, needed: readonly boolean[]): Range[] => {
    const sums: Range[] = [];
    for (const [i, dx] of back(site, xs, dy, needed)) {
      if (sums[i])
        site.builder.emit("ADD", { y: sums[i], a: sums[i], b: dx, units: floatsOf(inputShapes[i]) });
      else sums[i] = dx;
    }
    return xs.map((_, i) => sums[i] ?? dy);
  };
  if (inputShapes.length > 1)
    return {
      ...step,
      inputShapes,
      merge: run,
      divide: TRAINING && ((site, xs, _y, dy, needed) => divide(site, xs, dy, needed)),
    };
  return {
    ...step,
    inputShape: inputShapes[0],
    forward: (site, x) => run(site, [x]),
    backward: TRAINING && ((site, x, _y, dy, needed) => divide(site, [x], dy, [needed])[0]),
  };
}
