import { type Infer, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { common, epsilon, type OptimizerKind, rate } from "./kind.ts";

const fields = () =>
  object({
    learningRate: rate(0.001),
    initialAccumulatorValue: number({
      min: 0,
      default: 0.1,
      doc: DOCS && "What sums of squared gradients begin with.",
    }),
    epsilon: epsilon(),
    ...common(),
  });
type Config = Infer<ReturnType<typeof fields>>;

/** Duchi, Hazan & Singer 2011. */
export const adagrad = {
  fields,
  slots: (config: Config) => [{ name: "accumulator", initial: config.initialAccumulatorValue }],
  move: (builder, { epsilon }: Config, { w, dw, slots: [s], n, step }) =>
    builder.emit("ADAGRAD", { w, dw, s, n, step, epsilon }),
} satisfies OptimizerKind;
