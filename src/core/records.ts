// Generated from assembly/ by scripts/records.mjs. Do not edit: change the record in AssemblyScript and build.

/** Fields of each record in memory order, four bytes each: p = offset in linear memory, i = int32, f = float32. */
export const RECORDS = {
  Activation: { a: "p", z: "p", units: "i", alpha: "f" },
  ActivationBackward: { dz: "p", da: "p", saved: "p", units: "i", alpha: "f" },
  DenseForward: { y: "p", x: "p", w: "p", b: "p", inputs: "i", units: "i" },
  DenseWeights: { dw: "p", db: "p", x: "p", dy: "p", scratch: "p", inputs: "i", units: "i" },
  DenseTranspose: { wt: "p", w: "p", inputs: "i", units: "i" },
  DenseInput: { dx: "p", dy: "p", wt: "p", inputs: "i", units: "i" },
  Step: { rate: "f", scale: "f", step: "i", status: "i", loss: "f" },
} as const;

/** The record each kernel takes, by the kernel's name among the core's exports. */
export const KERNELS = {
  ELU_FORWARD: "Activation",
  ELU_BACKWARD: "ActivationBackward",
  GAUSSIAN_FORWARD: "Activation",
  GAUSSIAN_BACKWARD: "ActivationBackward",
  GELU_FORWARD: "Activation",
  GELU_BACKWARD: "ActivationBackward",
  LEAKY_RELU_FORWARD: "Activation",
  LEAKY_RELU_BACKWARD: "ActivationBackward",
  RELU_FORWARD: "Activation",
  RELU_BACKWARD: "ActivationBackward",
  SIGMOID_FORWARD: "Activation",
  SIGMOID_BACKWARD: "ActivationBackward",
  SILU_FORWARD: "Activation",
  SILU_BACKWARD: "ActivationBackward",
  SOFTMAX_FORWARD: "Activation",
  SOFTMAX_BACKWARD: "ActivationBackward",
  SOFTPLUS_FORWARD: "Activation",
  SOFTPLUS_BACKWARD: "ActivationBackward",
  STEP_FORWARD: "Activation",
  TANH_FORWARD: "Activation",
  TANH_BACKWARD: "ActivationBackward",
  DENSE_FORWARD: "DenseForward",
  DENSE_WEIGHTS: "DenseWeights",
  DENSE_TRANSPOSE: "DenseTranspose",
  DENSE_INPUT: "DenseInput",
} as const;
