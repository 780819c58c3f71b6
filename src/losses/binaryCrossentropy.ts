import { type LossKind, meanOverOutputs, smoothing, zeroOne } from "./kind.ts";

/** −1/units · Σ y ln a + (1 − y) ln(1 − a). */
export const binaryCrossentropy = {
  fields: () => smoothing("2", DOCS && "Mean over the outputs of −y·log a − (1 − y)·log(1 − a)."),
  kernel: "BINARY_CROSSENTROPY",
  fused: { sigmoid: "BINARY_CROSSENTROPY_SIGMOID", linear: "BINARY_CROSSENTROPY_SIGMOID" },
  outputs: ["sigmoid", "linear", "softmax", "gaussian"],
  alpha: meanOverOutputs,
  labels: zeroOne,
  domain: "probability",
  smoothed: () => 2,
  classification: true,
} satisfies LossKind;
