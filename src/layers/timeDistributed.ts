// @core sequences
/** Layers applied to each step of a sequence by itself. */
import { largest } from "../core/compile.ts";
import type { Field, Infer, ObjectField } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { ld, type PlanBuilder, type Value } from "../plan/builder.ts";
import { type AnyOperation, type Operation, parametersOf, type Site } from "../plan/operation.ts";
import { showShape } from "../shape.ts";
import type { Built, LayerKind, Place } from "./kind.ts";
import { type LayerOptions, layerName, misfit } from "./layer.ts";
import { kindOf } from "./registry.ts";
import { WITHIN, type WrappedField, type WrapperFactory, wrappedField, wrapper } from "./wrapper.ts";

export type TimeDistributedFields = ObjectField<{
  name: Field<string, string, "optional">;
  layer: WrappedField;
}>;

const fields = (): TimeDistributedFields =>
  object(
    {
      name: layerName(),
      layer: wrappedField(
        Number.POSITIVE_INFINITY,
        DOCS && "The layer, or several one after the other, for what a step has.",
      ),
    },
    { doc: DOCS && "Layers applied to each step of a sequence by itself, with the same weights." },
  );

/** A builder that puts the instructions for each step on the tape: a batch of all steps of all rows, which lie one after the other. */
function eachStep(builder: PlanBuilder, steps: number): PlanBuilder {
  const emit: PlanBuilder["emit"] = (kernel, given, each = 1) => {
    const fields = given as Readonly<Record<string, Value>>;
    // what is drawn depends on the place in the batch, so those that draw are given rows of the batch, with all steps in each
    if ("stream" in fields)
      builder.emit(kernel, { ...given, units: ld(fields.units as number) * each * steps });
    else builder.emit(kernel, given, each * steps);
  };
  return Object.create(builder, { rows: { value: builder.rows * steps }, emit: { value: emit } });
}

function distributed(operation: Operation, steps: number): Operation {
  const inputShape = [steps, ...operation.inputShape];
  const outputShape = [steps, ...operation.outputShape];
  const { layer, parameters, activation, onlyLayout, update } = operation;
  /** What the layer is told of where it stands. */
  const within = (site: Site): Site => {
    const builder = eachStep(site.builder, steps);
    return {
      ...site,
      builder,
      // padding is of steps, and the layer sees what is in one
      node: { ...site.node, from: site.node.from.map(({ mask: _, ...value }) => value) },
      output: (shape) => builder.tensor(`outputs of ${layer}`, shape),
      gradient: (shape) => builder.tensor(`input gradients of ${layer}`, shape),
    };
  };
  return {
    layer,
    parameters,
    ...(activation && { activation }),
    ...(onlyLayout && { onlyLayout }),
    inputShape,
    outputShape,
    forward: (site, x) => operation.forward(within(site), x),
    backward: TRAINING && ((site, x, y, dy, needed) => operation.backward(within(site), x, y, dy, needed)),
    ...(update && { update: (site) => update(within(site)) }),
  };
}

/** @throws NablaError for an input that is no sequence, and for layers that hold masks or wire their operations */
function build({ layer: configs }: Infer<TimeDistributedFields>, at: Place): Built {
  const { called, inputShape, inner } = at;
  const [steps, ...shape] = inputShape;
  if (shape.length === 0)
    throw misfit(
      TRAINING &&
        `${called}: expected input [steps, …], got ${showShape(inputShape)}; add reshape({ targetShape: ${showShape([steps, 1])} }) before it`,
    );
  const layers = inner(configs, shape);
  const carries = layers.find((layer) => parametersOf(layer).some(({ spec }) => spec.carried));
  if (carries)
    throw misfit(
      TRAINING &&
        `${called}: ${carries.type} "${carries.name}" is stateful: it is applied to each step by itself, so there is no batch before that its states could go on from; leave out stateful and batchSize`,
    );
  const operations = layers.flatMap((layer) =>
    layer.operations.map((operation) => {
      const alone = "forward" in operation && !layer.wiring && !beginsMask(operation);
      if (!alone)
        throw misfit(
          TRAINING &&
            `${called}: ${layer.type} "${layer.name}" cannot be applied to each step by itself; expected a layer of one input, without masks of its own`,
        );
      return distributed(operation, steps);
    }),
  );
  const [first] = layers;
  const last = layers[layers.length - 1];
  const { check } = first;
  return {
    outputShape: [steps, ...last.outputShape],
    operations,
    ...(last.activation !== undefined && { activation: last.activation }),
    ...(check && {
      check: (who, core, input, rows, rowOf) =>
        check(who, core, input, rows * steps, (row) => rowOf(Math.floor(row / steps))),
    }),
    core: largest(layers.map((layer) => layer.core)),
  };
}

const beginsMask = ({ steps, pass }: AnyOperation) => steps === "takes" && pass !== undefined;

/** What {@link timeDistributed} takes. */
export interface TimeDistributedOptions extends LayerOptions<TimeDistributedFields> {}

export interface TimeDistributedKind extends LayerKind<TimeDistributedFields> {
  readonly inner: readonly string[];
}

const kind: TimeDistributedKind = {
  fields,
  build,
  example: TRAINING && "dense({ units: 10 })",
  ends: ({ layer }) => layer[layer.length - 1],
  outputs: ({ layer }) => {
    const last = layer[layer.length - 1];
    return kindOf(last.type)?.outputs?.(last) ?? Number.NaN;
  },
  inner: WITHIN,
};

/**
 * A layer, or several one after the other, applied to each step of [steps, …] by itself with the same weights:
 * timeDistributed(conv2d({ filters: 8, kernelSize: 3 })). Padding steps stay padding.
 */
export const timeDistributed: WrapperFactory<"timeDistributed", TimeDistributedOptions, TimeDistributedKind> =
  /* @__PURE__ */ wrapper("timeDistributed", kind) as never;
