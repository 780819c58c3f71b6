/** The losses there are, a line each, in the order in which messages list them. */
export { meanSquaredError } from "./meanSquaredError.ts";
export { quadratic } from "./quadratic.ts";
export { meanAbsoluteError } from "./meanAbsoluteError.ts";
export { huber } from "./huber.ts";
export { binaryCrossentropy } from "./binaryCrossentropy.ts";
export { crossEntropy } from "./crossEntropy.ts";
export { categoricalCrossentropy } from "./categoricalCrossentropy.ts";
export { sparseCategoricalCrossentropy } from "./sparseCategoricalCrossentropy.ts";
export { hinge } from "./hinge.ts";
export { categoricalHinge } from "./categoricalHinge.ts";
export { perceptron } from "./perceptron.ts";
