// Generated from assembly/math/recurrence.ts by scripts/gates.mjs. Do not edit: change the enum Gate in AssemblyScript and build.

/** Activations that gates of recurrent layers may have, each in the place of its number in kernels. */
export const GATES = ["tanh", "sigmoid", "relu", "hardSigmoid", "linear"];
