/** From a state to models, ready to be trained. */
import { dense, dropout, type LayerInput, type Model, sequential } from "nabla";
import { isSingle, type OptimizerName, OUTPUTS, RACERS } from "../state/choices.ts";
import type { PlaneState } from "../state/planeState.ts";
import { activationOf, outputsOf } from "../state/state.ts";

/** Names of the dense layers, in order: "hidden-1", …, "output". */
export const layerNames = ({ net }: PlaneState): string[] => [
  ...net.map((_, i) => `hidden-${i + 1}`),
  "output",
];

export function makeModel(state: PlaneState, optimizer = state.optimizer, rate = state.rate): Model {
  const { net, features, loss, l1, l2, seed, classes, schedule } = state;
  const common = { kernelInitializer: state.init, kernelRegularizer: { l1, l2 } };
  const hidden = net.flatMap((units, i): LayerInput[] => [
    dense({ units, activation: activationOf(state, i), name: `hidden-${i + 1}`, ...common }),
    ...(state.dropout > 0 ? [dropout({ rate: state.dropout, name: `dropout-${i + 1}` })] : []),
  ]);
  const output = dense({ units: outputsOf(state), activation: OUTPUTS[loss], name: "output", ...common });
  const model = sequential([...hidden, output], { seed, inputShape: [features.length] });
  const { momentum } = state;
  return model.compile({
    optimizer:
      optimizer === "momentum" || optimizer === "nesterov"
        ? { name: optimizer, learningRate: rate, momentum }
        : { name: optimizer, learningRate: rate },
    loss,
    schedule,
    metrics: classes > 1 ? ["accuracy"] : [],
  });
}

export interface Runner {
  readonly optimizer: OptimizerName;
  readonly rate: number;
}

/** What is trained: the chosen optimizer, or all of a race. */
export const runnersOf = (state: PlaneState): readonly Runner[] =>
  state.race
    ? RACERS.map((optimizer, i) => ({ optimizer, rate: state.rates[i] }))
    : [{ optimizer: state.optimizer, rate: state.rate }];

/**
 * Outputs as probabilities [rows, classes]: as they are behind softmax; where there is one for two classes, that of the second; behind sigmoid their shares of the sum; behind a linear output,
 * which gives scores, softmax of twice the score, so that a margin of 1 to either side shows as fairly sure.
 */
export function probabilities(
  outputs: Float32Array,
  classes: number,
  loss: PlaneState["loss"],
): Float32Array {
  const kind = OUTPUTS[loss];
  if (kind === "softmax") return outputs;
  if (isSingle(loss))
    return Float32Array.from({ length: 2 * outputs.length }, (_, i) =>
      i % 2 ? outputs[i >> 1] : 1 - outputs[i >> 1],
    );
  const shares = new Float32Array(outputs.length);
  for (let at = 0; at < outputs.length; at += classes) {
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) most = Math.max(most, outputs[at + c]);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const value = kind === "linear" ? Math.exp(2 * (outputs[at + c] - most)) : outputs[at + c];
      sum += shares[at + c] = value;
    }
    for (let c = 0; c < classes; c++) shares[at + c] = sum > 0 ? shares[at + c] / sum : 1 / classes;
  }
  return shares;
}
