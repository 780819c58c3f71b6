/** What layers with a kernel and a bias have in common: their fields and their parameters. */
import { activationField } from "../activations/table.ts";
import { bool, type Field, type Infer, number } from "../fields/fields.ts";
import { object, optional, shared, withDefault } from "../fields/objects.ts";
import { initializerField } from "../initializers/table.ts";
import type { Layout, Parameter } from "../plan/operation.ts";

/** The field of every layer that has parameters. */
export const trainable = () =>
  bool({ default: true, doc: DOCS && "false: training leaves the layer's parameters as they are." });

const penalty = (doc: string) => number({ min: 0, default: 0, doc });
const penalties = () =>
  object(
    {
      l1: penalty(DOCS && "Adds l1 · Σ|w| to the loss."),
      l2: penalty(DOCS && "Adds l2 · Σw² to the loss."),
    },
    {
      doc: DOCS && "A penalty on the weights, not on the biases. l1 or l2 alone is one of 0.01, as in Keras.",
    },
  );

/** A penalty on weights: l1 · Σ|w| + l2 · Σw² is added to the loss. */
export type Regularizer = Infer<ReturnType<typeof penalties>>;
/** The same as programs write it; "l1" or "l2" alone is one of 0.01, as in Keras. */
export type RegularizerInput = Partial<Regularizer> | "l1" | "l2";

export const regularizer = (): Field<Regularizer, RegularizerInput, "required"> => {
  const of = penalties();
  return shared("regularizer", {
    ...of,
    check: (value, path) => of.check(TRAINING && typeof value === "string" ? { [value]: 0.01 } : value, path),
    jsonSchema: DOCS && (() => ({ anyOf: [of.jsonSchema(), { enum: ["l1", "l2"] }] })),
  });
};

export const weightFields = () => ({
  activation: withDefault(activationField(), "linear"),
  useBias: bool({ default: true, doc: DOCS && "Whether a bias is added." }),
  kernelInitializer: withDefault(initializerField(), "glorotUniform"),
  biasInitializer: withDefault(initializerField(), "zeros"),
  kernelRegularizer: optional(regularizer()),
  trainable: trainable(),
});
const fields = () => object(weightFields());
export type WeightConfig = Infer<ReturnType<typeof fields>>;

/** How a kernel looks. */
interface Kernel {
  readonly shape: readonly number[];
  /** Default: its last axis. */
  readonly biasShape?: readonly number[];
  readonly layout: Layout;
  readonly groups?: number;
  readonly fanIn: number;
  readonly fanOut: number;
}

/** The kernel, and the bias where there is one. */
export function kernelAndBias(
  config: Omit<WeightConfig, "activation">,
  { biasShape, ...kernel }: Kernel,
): Parameter[] {
  const { fanIn, fanOut, shape } = kernel;
  const common = { fanIn, fanOut, trainable: config.trainable };
  const { l1 = 0, l2 = 0 } = config.kernelRegularizer ?? {};
  const weights: Parameter = {
    name: "kernel",
    ...kernel,
    initializer: config.kernelInitializer,
    l1,
    l2,
    ...common,
  };
  if (!config.useBias) return [weights];
  const bias = {
    name: "bias",
    shape: biasShape ?? shape.slice(-1),
    layout: "vector" as const,
    initializer: config.biasInitializer,
  };
  return [weights, { ...bias, l1: 0, l2: 0, ...common }];
}
