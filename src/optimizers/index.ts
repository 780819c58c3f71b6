/** The optimizers there are, a line each, in the order in which messages list them. */
export { sgd } from "./sgd.ts";
export { momentum, nesterov } from "./momentum.ts";
export { adam, adamw } from "./adam.ts";
export { rmsprop } from "./rmsprop.ts";
export { adagrad } from "./adagrad.ts";
