import { type LossKind, smoothing, zeroOne } from "./kind.ts";

/** −Σ y ln a. */
export const categoricalCrossentropy = {
  fields: () => smoothing("classes", DOCS && "−Σ y·log a; integer labels are accepted."),
  kernel: "CATEGORICAL_CROSSENTROPY",
  fused: { softmax: "CATEGORICAL_CROSSENTROPY_SOFTMAX", linear: "CATEGORICAL_CROSSENTROPY_SOFTMAX" },
  outputs: ["softmax", "linear"],
  alpha: () => 1,
  labels: zeroOne,
  domain: "distribution",
  smoothed: (units: number) => units,
  classification: true,
  outputPerClass: true,
  advice(activation) {
    const binary =
      activation === "sigmoid"
        ? ', or loss "binaryCrossentropy" if an input may belong to several classes'
        : "";
    return `it compares distributions; use activation "softmax" (or "linear", whose outputs it takes as logits)${binary}`;
  },
} satisfies LossKind;
