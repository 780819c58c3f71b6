// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.
import * as index from "./index.ts";

/** By name. */
export const ALL = {
  linear: index.linear,
  step: index.step,
  sigmoid: index.sigmoid,
  tanh: index.tanh,
  relu: index.relu,
  leakyRelu: index.leakyRelu,
  gaussian: index.gaussian,
  elu: index.elu,
  gelu: index.gelu,
  silu: index.silu,
  softplus: index.softplus,
  softmax: index.softmax,
  selu: index.selu,
  hardSigmoid: index.hardSigmoid,
  hardSwish: index.hardSwish,
  softsign: index.softsign,
  logSoftmax: index.logSoftmax,
};
