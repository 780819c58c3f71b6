/** What layers with a kernel and a bias have in common: their fields and their parameters. */
import { activation, initializer, regularizer } from "../config/components.ts";
import { bool, type Infer } from "../fields/fields.ts";
import { object, optional, withDefault } from "../fields/objects.ts";
import { type Layout, type Parameter, trainable } from "../plan/operation.ts";

export const weightFields = {
  activation: withDefault(activation, "linear"),
  useBias: bool({ default: true }),
  kernelInitializer: withDefault(initializer, "glorotUniform"),
  biasInitializer: withDefault(initializer, "zeros"),
  kernelRegularizer: optional(regularizer),
  trainable,
};
const fields = object(weightFields);
type WeightConfig = Infer<typeof fields>;

/** How a kernel looks: the bias has its last axis. */
interface Kernel {
  readonly shape: readonly number[];
  readonly layout: Layout;
  readonly groups?: number;
  readonly fanIn: number;
  readonly fanOut: number;
}

/** The kernel, and the bias where there is one. */
export function kernelAndBias(config: WeightConfig, kernel: Kernel): Parameter[] {
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
    shape: shape.slice(-1),
    layout: "vector" as const,
    initializer: config.biasInitializer,
  };
  return [weights, { ...bias, l1: 0, l2: 0, ...common }];
}
