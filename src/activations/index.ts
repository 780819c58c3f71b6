/** The activations there are, a line each, in the order in which messages list them. */
export { linear } from "./linear.ts";
export { step } from "./step.ts";
export { sigmoid } from "./sigmoid.ts";
export { tanh } from "./tanh.ts";
export { relu } from "./relu.ts";
export { leakyRelu } from "./leakyRelu.ts";
export { gaussian } from "./gaussian.ts";
export { elu } from "./elu.ts";
export { gelu } from "./gelu.ts";
export { silu } from "./silu.ts";
export { softplus } from "./softplus.ts";
export { softmax } from "./softmax.ts";
export { selu } from "./selu.ts";
export { hardSigmoid } from "./hardSigmoid.ts";
export { hardSwish } from "./hardSwish.ts";
export { softsign } from "./softsign.ts";
export { logSoftmax } from "./logSoftmax.ts";
