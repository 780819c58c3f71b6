// Generated from assembly/ by scripts/records.mjs. Do not edit: change the record in AssemblyScript and build.

/** Fields of each record in memory order, four bytes each: p = offset in linear memory, i = int32, f = float32. */
export const RECORDS = {
  DenseForward: { y: "p", x: "p", w: "p", b: "p", inputs: "i", units: "i" },
  DenseWeights: { dw: "p", db: "p", x: "p", dy: "p", scratch: "p", inputs: "i", units: "i" },
  DenseTranspose: { wt: "p", w: "p", inputs: "i", units: "i" },
  DenseInput: { dx: "p", dy: "p", wt: "p", inputs: "i", units: "i" },
  Step: { rate: "f", scale: "f", step: "i", status: "i", loss: "f" },
} as const;

/** The record each kernel takes, by the kernel's name among the core's exports. */
export const KERNELS = {
  DENSE_FORWARD: "DenseForward",
  DENSE_WEIGHTS: "DenseWeights",
  DENSE_TRANSPOSE: "DenseTranspose",
  DENSE_INPUT: "DenseInput",
} as const;
