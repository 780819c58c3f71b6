// @core sequences
/** Attention over a sequence. Twin of assembly/layers/attention.ts. */
import { fullBuild } from "../core/full.ts";
import { bool, choice, type Infer } from "../fields/fields.ts";
import { described, object, optional } from "../fields/objects.ts";
import { floatsOf, type Range } from "../plan/builder.ts";
import type { Parameter } from "../plan/operation.ts";
import { showShape } from "../shape.ts";
import {
  attendingFields,
  attendingOperation,
  emitAttention,
  emitAttentionBack,
  isCausal,
  rolesOf,
} from "./attending.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName, misfit } from "./layer.ts";
import { trainable } from "./weights.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      useScale: bool({ default: false, doc: DOCS && "Whether scores have a factor that is learned." }),
      scoreMode: optional(
        described(choice(["dot"]), DOCS && "How a query and a key agree: by the sum of their products."),
      ),
      ...attendingFields(),
      trainable: trainable(),
    },
    { doc: DOCS && "For each query a mean over values, weighed by how their keys agree with it." },
  );

/** @throws NablaError for values that are no sequences, or queries and keys of different features */
function build(config: Infer<ReturnType<typeof fields>>, at: Place): Built {
  const { called, inputShapes } = at;
  const roles = rolesOf(at);
  const [query, key, value] = [roles.query, roles.key, roles.value].map((i) => inputShapes[i]);
  const [queries, keyDim] = query;
  const [keys, valueDim] = value;
  if (key[1] !== keyDim)
    throw misfit(
      TRAINING &&
        `${called}: expected queries and keys of as many features, got ${showShape(query)} and ${showShape(key)}; use dense() before it, or multiHeadAttention(), which brings them together`,
    );
  const { useScale, dropout } = config;
  const kernel = {
    ...{ heads: 1, queries, keys, keyDim, valueDim, dropout, roles },
    causal: isCausal(config, at),
    scale: 1,
  };
  const factor: Parameter = {
    ...{ name: "scale", shape: [1], layout: "vector", fanIn: 1, fanOut: 1, l1: 0, l2: 0 },
    initializer: { name: "ones" },
    trainable: config.trainable,
  };
  const outputShape = [queries, valueDim];
  const projected = (xs: readonly Range[]) => ({
    q: xs[roles.query],
    k: xs[roles.key],
    v: xs[roles.value],
  });
  const operation = attendingOperation(at, {
    parameters: useScale ? [factor] : [],
    outputShape,
    run(site, xs) {
      const y = site.output(outputShape);
      emitAttention(site, kernel, y, projected(xs), useScale ? site.parameter("scale").value : 0);
      return y;
    },
    back:
      TRAINING &&
      ((site, xs, dy) => {
        const { builder, gradient } = site;
        const of = projected(xs);
        const d = { q: gradient(query), k: gradient(key), v: gradient(value) };
        const scale = useScale ? site.parameter("scale") : undefined;
        emitAttentionBack(site, kernel, dy, of, d, scale?.value ?? 0);
        if (scale)
          builder.emit("ATTENTION_FACTOR", {
            dw: config.trainable ? scale.gradient : 0,
            dq: d.q,
            q: of.q,
            factor: scale.value,
            step: builder.step,
            floats: floatsOf(query),
          });
        return [
          [roles.query, d.q],
          [roles.value, d.v],
          [roles.key, d.k],
        ];
      }),
  });
  return { outputShape, operations: [operation], core: fullBuild };
}

/**
 * softmax(q · kᵀ) · v: attention().apply([query, value]), or [query, value, key]; [T, d], [S, n] and [S, d] give [T, n]. Of one value each
 * step looks at all of them. Padding is not looked at; a query that is padding, or that nothing is left for, gets zeros. Source: Luong et
 * al. 2015.
 */
export const attention = /* @__PURE__ */ layer("attention", {
  fields,
  build,
  example: TRAINING && "",
  // those of the values, which may be of another layer than the queries
  outputs: () => Number.NaN,
  merges: true,
});
