/** A net of Plane as programs: for Nabla, and for Keras. They have its weights, and the settings to train it further. */

import type { LayerView } from "../engine/protocol.ts";
import { isRegression, type OptimizerName, OUTPUTS } from "../state/choices.ts";
import type { PlaneState } from "../state/planeState.ts";
import { activationOf } from "../state/state.ts";

export type Weights = readonly Pick<LayerView, "kernel" | "bias">[];

/** Nine digits give the very number of 32 bits back. */
const digits = (value: number): string => String(Number(value.toPrecision(9)));
const list = (values: ArrayLike<number>): string => `[${Array.from(values, digits).join(", ")}]`;
const matrix = (kernel: ArrayLike<number>, units: number): string =>
  `[${Array.from({ length: kernel.length / units }, (_, k) => list(Array.from(kernel).slice(k * units, (k + 1) * units))).join(", ")}]`;

/** What each input is, as a comment says it. */
const inputsOf = ({ features }: PlaneState): string => features.join(", ");

export function nablaCode(state: PlaneState, weights: Weights): string {
  const { net, loss, l1, l2, dropout, features } = state;
  const penalty = l1 > 0 || l2 > 0 ? `, kernelRegularizer: { l1: ${l1}, l2: ${l2} }` : "";
  const layers = weights.flatMap(({ bias }, i) => {
    const last = i === net.length;
    const made = `  dense({ units: ${bias.length}, activation: "${last ? OUTPUTS[loss] : activationOf(state, i)}", name: "${last ? "output" : `hidden-${i + 1}`}"${penalty} }),`;
    return dropout > 0 && !last ? [made, `  dropout({ rate: ${dropout} }),`] : [made];
  });
  const set = weights.flatMap(({ kernel, bias }, i) => {
    const name = i === net.length ? "output" : `hidden-${i + 1}`;
    return [`  "${name}.kernel": ${matrix(kernel, bias.length)},`, `  "${name}.bias": ${list(bias)},`];
  });
  const optimizer = [
    `name: "${state.optimizer}"`,
    `learningRate: ${state.rate}`,
    ...(hasMomentum(state.optimizer) ? [`momentum: ${state.momentum}`] : []),
  ];
  return `// A net of Nabla's Plane. Its inputs: ${inputsOf(state)}
import { dense, ${dropout > 0 ? "dropout, " : ""}sequential } from "nabla";

export const model = sequential([
${layers.join("\n")}
], { inputShape: [${features.length}], seed: ${state.seed} });

model.setWeights({
${set.join("\n")}
});

// to train it further: await model.fit(x, y, { batchSize: ${state.batch} })
model.compile({ loss: "${loss}", optimizer: { ${optimizer.join(", ")} }, schedule: "${state.schedule}" });

console.log([...model.predict([${list(features.map(() => 0.5))}]).data]);
`;
}

const hasMomentum = (optimizer: OptimizerName): boolean =>
  optimizer === "momentum" || optimizer === "nesterov";

/** Names Keras has; for others what is written there. */
const KERAS: Readonly<Record<string, string>> = {
  tanh: '"tanh"',
  relu: '"relu"',
  leakyRelu: "keras.layers.LeakyReLU(negative_slope=0.01)",
  elu: '"elu"',
  gelu: "lambda z: keras.activations.gelu(z, approximate=False)",
  silu: '"silu"',
  softplus: '"softplus"',
  sigmoid: '"sigmoid"',
  gaussian: "lambda z: keras.ops.exp(-z * z)",
  linear: '"linear"',
  softmax: '"softmax"',
  step: 'lambda z: keras.ops.cast(z > 0, "float32")',
};

/** Undefined where Keras has none. */
const KERAS_LOSSES: Readonly<Record<PlaneState["loss"], string | undefined>> = {
  categoricalCrossentropy: '"sparse_categorical_crossentropy"',
  binaryCrossentropy: '"binary_crossentropy"',
  crossEntropy:
    "lambda y, a: keras.ops.sum(keras.losses.binary_crossentropy(y[..., None], a[..., None]), axis=-1)",
  quadratic: "lambda y, a: 0.5 * keras.ops.sum((a - y) ** 2, axis=-1)",
  meanSquaredError: '"mean_squared_error"',
  // Keras' own takes 0 for the rival where all wrong outputs are below it
  categoricalHinge:
    "lambda y, a: keras.ops.maximum(0.0, 1 + keras.ops.max(a - 1e9 * y, axis=-1) - keras.ops.sum(y * a, axis=-1))",
  perceptron: undefined,
};

const kerasOptimizer = ({ optimizer, rate, momentum }: PlaneState): string => {
  const classes = { adam: "Adam", adamw: "AdamW", rmsprop: "RMSprop", adagrad: "Adagrad" } as const;
  const name =
    optimizer === "sgd" || hasMomentum(optimizer) ? "SGD" : classes[optimizer as keyof typeof classes];
  const more = hasMomentum(optimizer)
    ? `, momentum=${momentum}${optimizer === "nesterov" ? ", nesterov=True" : ""}`
    : "";
  return `keras.optimizers.${name}(learning_rate=${rate}${more})`;
};

export function kerasCode(state: PlaneState, weights: Weights): string {
  const { net, loss, l1, l2, dropout, features, data } = state;
  const penalty = l1 > 0 || l2 > 0 ? `, kernel_regularizer=keras.regularizers.L1L2(${l1}, ${l2})` : "";
  const layers = weights.flatMap(({ bias }, i) => {
    const last = i === net.length;
    const made = `    keras.layers.Dense(${bias.length}, activation=${KERAS[last ? OUTPUTS[loss] : activationOf(state, i)]}${penalty}),`;
    return dropout > 0 && !last ? [made, `    keras.layers.Dropout(${dropout}),`] : [made];
  });
  const arrays = weights.flatMap(({ kernel, bias }) => [
    `    np.array(${matrix(kernel, bias.length)}, "float32"),`,
    `    np.array(${list(bias)}, "float32"),`,
  ]);
  const lossName = KERAS_LOSSES[loss];
  const end = lossName
    ? `# to train it further: model.fit(x, y, batch_size=${state.batch})${ONE_HOT.includes(loss) && !isRegression(data) ? ", with y one-hot" : ""}
model.compile(loss=${lossName}, optimizer=${kerasOptimizer(state)})
`
    : "# Keras has no perceptron rule: w <- w - rate * (a - y) * x\n";
  return `# A net of Nabla's Plane. Its inputs: ${inputsOf(state)}
import keras
import numpy as np

model = keras.Sequential([
    keras.Input((${features.length},)),
${layers.join("\n")}
])
model.set_weights([
${arrays.join("\n")}
])

${end}
print(model.predict(np.array([${list(features.map(() => 0.5))}], "float32"), verbose=0))
`;
}

const ONE_HOT: readonly string[] = ["crossEntropy", "quadratic", "categoricalHinge", "meanSquaredError"];
