/** One neuron with two inputs, and NAND: what the first chapters have in common. */
import { nabla } from "./lib.ts";
import { once } from "./once.ts";

const { dense, sequential } = nabla;

export const CORNERS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;
export const NAND = [1, 1, 1, 0];
export interface Weights {
  readonly w1: number;
  readonly w2: number;
  readonly b: number;
}

type Activation = "linear" | "step" | "sigmoid";
const modelOf = once((activation) =>
  sequential([dense({ name: "neuron", units: 1, activation: activation as Activation, inputShape: [2] })]),
);

/** One neuron's outputs at the four corners. */
export function neuron(activation: Activation, { w1, w2, b }: Weights): number[] {
  const model = modelOf(activation);
  model.setWeights({ "neuron.kernel": [w1, w2], "neuron.bias": [b] });
  return [...model.predict(CORNERS.map((x) => [...x])).data];
}
