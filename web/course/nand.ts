/** One neuron with two inputs, and NAND: what the first chapters have in common. */
import { nabla } from "./lib.ts";

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

/** One neuron's outputs at the four corners. */
export function neuron(activation: "linear" | "step" | "sigmoid", { w1, w2, b }: Weights): number[] {
  const model = sequential([dense({ name: "neuron", units: 1, activation, inputShape: [2] })]);
  model.setWeights({ "neuron.kernel": [w1, w2], "neuron.bias": [b] });
  return [...model.predict(CORNERS.map((x) => [...x])).data];
}
