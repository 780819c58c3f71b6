// @core sequences
/** Attention with several heads. Twin of assembly/layers/attention.ts. */
import { fullBuild } from "../core/full.ts";
import { bool, type Infer, int } from "../fields/fields.ts";
import { object, optional, withDefault } from "../fields/objects.ts";
import { initializerField } from "../initializers/table.ts";
import { ld, type Range } from "../plan/builder.ts";
import type { Parameter, Placed, Site } from "../plan/operation.ts";
import {
  attendingFields,
  attendingOperation,
  emitAttention,
  emitAttentionBack,
  isCausal,
  rolesOf,
} from "./attending.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName } from "./layer.ts";
import { kernelAndBias, regularizer, trainable } from "./weights.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      numHeads: int({ min: 1, doc: DOCS && "How many times it looks, each with weights of its own." }),
      keyDim: int({ min: 1, doc: DOCS && "Features of queries and keys in each head." }),
      valueDim: optional(int({ min: 1, doc: DOCS && "Features of values in each head. By default keyDim." })),
      outputShape: optional(
        int({ min: 1, doc: DOCS && "Features of the outputs. By default those of the queries." }),
      ),
      useBias: bool({ default: true, doc: DOCS && "Whether a bias is added." }),
      ...attendingFields(),
      kernelInitializer: withDefault(initializerField(), "glorotUniform"),
      biasInitializer: withDefault(initializerField(), "zeros"),
      kernelRegularizer: optional(regularizer()),
      trainable: trainable(),
    },
    { doc: DOCS && "Attention with several heads, each on projections of its own." },
  );
type Config = Infer<ReturnType<typeof fields>>;

/** A product with weights: of a value that comes in, or of what the heads found. */
interface Projection {
  /** What the names of its weights begin with. */
  readonly name: "query" | "key" | "value" | "output";
  readonly steps: number;
  readonly inputs: number;
  readonly units: number;
  readonly parameters: readonly Parameter[];
}

/** @param shape of the kernel, which is a matrix [inputs, units] @param biasShape of the bias */
function projection(
  config: Config,
  name: Projection["name"],
  steps: number,
  shape: readonly number[],
  biasShape: readonly number[],
): Projection {
  const units = biasShape.reduce((a, b) => a * b);
  const inputs = shape.reduce((a, b) => a * b) / units;
  const plain = kernelAndBias(config, { shape, biasShape, layout: "packed", fanIn: inputs, fanOut: units });
  const parameters = plain.map(
    (spec, i): Parameter => ({
      ...spec,
      name: `${name}${i === 0 ? "Kernel" : "Bias"}`,
      ...(i === 0 && { columns: units }),
    }),
  );
  return { name, steps, inputs, units, parameters };
}

/** @throws NablaError for values that are no sequences, or keys and values of different lengths */
function build(config: Config, at: Place): Built {
  const { name, inputShapes } = at;
  const { numHeads: heads, keyDim, valueDim = keyDim, useBias, dropout } = config;
  const roles = rolesOf(at);
  const [query, key, value] = [roles.query, roles.key, roles.value].map((i) => inputShapes[i]);
  const { outputShape: features = query[1] } = config;
  const [queries, keys] = [query[0], value[0]];
  const outputShape = [queries, features];
  const of = {
    query: projection(config, "query", queries, [query[1], heads, keyDim], [heads, keyDim]),
    key: projection(config, "key", keys, [key[1], heads, keyDim], [heads, keyDim]),
    value: projection(config, "value", keys, [value[1], heads, valueDim], [heads, valueDim]),
    output: projection(config, "output", queries, [heads, valueDim, features], [features]),
  };
  const kernel = {
    ...{ heads, queries, keys, keyDim, valueDim, dropout, roles },
    causal: isCausal(config, at),
    scale: 1 / Math.sqrt(keyDim),
  };
  const weights = ({ parameter }: Site, what: Projection): { kernel: Placed; bias?: Placed } => ({
    kernel: parameter(`${what.name}Kernel`),
    ...(useBias && { bias: parameter(`${what.name}Bias`) }),
  });
  /** Heads are read in quads and panels, which end up to three floats behind the last. */
  const room = ({ builder }: Site, what: string, steps: number, units: number) =>
    builder.alloc(`${what} of ${name}`, builder.rows * steps * ld(units) * 4 + 16);
  const project = (site: Site, what: Projection, x: Range, y: Range): Range => {
    const { kernel: w, bias } = weights(site, what);
    const { inputs, units, steps } = what;
    site.builder.emit("DENSE_FORWARD", { y, x, w: w.value, b: bias?.value ?? 0, inputs, units }, steps);
    return y;
  };
  /** The gradients of its weights, then dx where it is needed. */
  const projectBack =
    TRAINING &&
    ((
      site: Site,
      { name: its, inputs, units, steps }: Projection,
      x: Range,
      dy: Range,
      dx: Range | undefined,
    ): void => {
      const { builder } = site;
      const { kernel: w, bias } = weights(site, of[its]);
      const scratch = (what: string, bytes: number) =>
        builder.alloc(`scratch for ${what}`, builder.parts * bytes);
      if (config.trainable) {
        const sums = {
          scratch: scratch("weight gradients", builder.core.constant("OUTER_SCRATCH")),
          step: builder.step,
        };
        const db = bias?.gradient ?? 0;
        builder.emit("DENSE_WEIGHTS", { dw: w.gradient, db, x, dy, ...sums, inputs, units }, steps);
      }
      if (!dx) return;
      const turned = scratch("transposed weights", units * builder.core.constant("TURNED_SCRATCH"));
      builder.emit("DENSE_BACK", { dx, dy, w: w.value, scratch: turned, inputs, units }, steps);
    });
  const operation = attendingOperation(at, {
    parameters: Object.values(of).flatMap(({ parameters }) => parameters),
    outputShape,
    run(site, xs) {
      const into = (what: "query" | "key" | "value", called: string) =>
        project(site, of[what], xs[roles[what]], room(site, called, of[what].steps, of[what].units));
      const [q, k, v] = [into("query", "queries"), into("key", "keys"), into("value", "values")];
      const found = room(site, "attended values", queries, of.output.inputs);
      for (const [what, range] of Object.entries({ q, k, v, found })) site.saved.set(what, range);
      emitAttention(site, kernel, found, { q, k, v }, 0);
      return project(site, of.output, found, site.output(outputShape));
    },
    back:
      TRAINING &&
      ((site, xs, dy, needed) => {
        const [q, k, v, found] = ["q", "k", "v", "found"].map((what) => site.saved.get(what)!);
        const gradient = (what: string, { steps, units }: { steps: number; units: number }) =>
          room(site, `gradients of ${what}`, steps, units);
        const dFound = gradient("attended values", { steps: queries, units: of.output.inputs });
        projectBack(site, of.output, found, dy, dFound);
        const d = {
          q: gradient("queries", of.query),
          k: gradient("keys", of.key),
          v: gradient("values", of.value),
        };
        emitAttentionBack(site, kernel, dFound, { q, k, v }, d, 0);
        const both = [
          [of.query, d.q, roles.query],
          [of.key, d.k, roles.key],
          [of.value, d.v, roles.value],
        ] as const;
        return both.flatMap(([what, dz, i]) => {
          const dx = needed[i] ? site.gradient(inputShapes[i]) : undefined;
          projectBack(site, what, xs[i], dz, dx);
          return dx ? [[i, dx] as const] : [];
        });
      }),
  });
  return { outputShape, operations: [operation], core: fullBuild };
}

/**
 * Σ over heads of softmax(q · kᵀ / √keyDim) · v · outputKernel, where q, k and v are products of the inputs with weights of each head:
 * multiHeadAttention({ numHeads: 4, keyDim: 16 }).apply([query, value]), or [query, value, key]. Of one value, or in a chain, each step looks at
 * all of them. [T, features] gives [T, features]. Weights are laid out as in Keras. Source: Vaswani et al. 2017.
 */
export const multiHeadAttention = /* @__PURE__ */ layer("multiHeadAttention", {
  fields,
  build,
  example: TRAINING && "{ numHeads: 4, keyDim: 16 }",
  hasKernel: true,
  outputs: ({ outputShape }) => outputShape ?? Number.NaN,
  merges: true,
});
