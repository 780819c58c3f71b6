/** The ONNX project's tests of optimizers (ai.onnx.preview.training): a step of ours gives the weights and the state they say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ONNX, type OnnxModel } from "../../src/interop/onnx.ts";
import { decode } from "../../src/interop/protobuf.ts";
import { optimizerField } from "../../src/optimizers/table.ts";
import { DATA, isThere, type Tensor, tensorsIn } from "../import/operators.ts";
import { Training } from "../support/optimizerStep.ts";

const TESTS = [
  "adagrad",
  "adagrad_multiple",
  "adam",
  "adam_multiple",
  "momentum",
  "momentum_multiple",
  "nesterov_momentum",
];
/** The script that made this test computed its outputs with an ε that its node does not name: the default would be 1e-6. */
const UNSAID: Readonly<Record<string, Numbers>> = { adam_multiple: { epsilon: 1e-2 } };
/** Ranges of parameters are whole vectors. */
const WHOLE = 16;
const skipped = !isThere() && process.env.NABLA_REQUIRE_ALL !== "1";

interface Rule {
  readonly config: unknown;
  /** The rate that a step takes here. */
  readonly rate: number;
  /** What a slot here is of the state there. */
  readonly slot: number;
}

type Numbers = Readonly<Record<string, number>>;
const RULES: Readonly<Record<string, (a: Numbers, rate: number, mode: string) => Rule>> = {
  // ε stands beside √s there and inside the root here: equal where s is no tiny number
  Adagrad: ({ epsilon = 1e-6 }, rate) => ({ config: { name: "adagrad", epsilon }, rate, slot: 1 }),
  // at T = 0 the means are not corrected there; the first step here divides its rate by (1 − β₁) / √(1 − β₂)
  Adam: ({ alpha = 0.9, beta = 0.999, epsilon = 1e-6 }, rate) => ({
    config: { name: "adam", beta1: alpha, beta2: beta, epsilon },
    rate: (rate * (1 - alpha)) / Math.sqrt(1 - beta),
    slot: 1,
  }),
  // the velocity here has the rate in it, and goes the other way
  Momentum: ({ alpha = 0 }, rate, mode) => ({
    config: { name: mode === "nesterov" ? "nesterov" : "momentum", momentum: alpha },
    rate,
    slot: -rate,
  }),
};

test.skipIf(skipped).each(TESTS)(
  "%s of the ONNX project (skipped where Debian's libonnx-testdata is not installed)",
  (name) => {
    const folder = join(DATA, "node", `test_${name}`);
    const bytes = new Uint8Array(readFileSync(join(folder, "model.onnx")));
    const { graph } = decode(bytes, "Model", ONNX) as unknown as OnnxModel;
    const [node] = graph!.nodes;
    const named = (ports: readonly { readonly name?: string }[]) => ports.map((port) => port.name ?? "");
    const data = join(folder, "test_data_set_0");
    const [rates, counts, ...state] = tensorsIn(data, "input", named(graph!.inputs)) as [Tensor, Tensor];
    const wanted = tensorsIn(data, "output", named(graph!.outputs));
    // at a later step rates would be smaller there (decay_factor), and new gradients count less (beta of Momentum)
    expect(Number(counts.data[0])).toBe(0);

    const numbers = Object.fromEntries(node!.attributes.map((one) => [one.name, one.f ?? 0]));
    const mode = node!.attributes.find((one) => one.name === "mode")?.s ?? "";
    const rule = RULES[node!.type!]!({ ...numbers, ...UNSAID[name] }, Number(rates.data[0]), mode);
    const slots = node!.type === "Adam" ? 2 : 1;
    const tensors = (state as Tensor[]).length / (slots + 2);
    expect(wanted.length).toBe(tensors * (slots + 1));
    for (let i = 0; i < tensors; i++) {
      const [x, g, ...before] = Array.from({ length: slots + 2 }, (_, k) =>
        Array.from((state as Tensor[])[k * tensors + i]!.data),
      ) as [number[], number[], ...number[][]];
      const padded = new Float32Array(WHOLE);
      padded.set(x);
      const training = new Training(optimizerField().check(rule.config as never), padded);
      before.forEach((values, s) => {
        training.slot(s).fill(0);
        training.slot(s).set(values.map((value) => value * rule.slot));
      });
      // what a penalty l2(norm_coefficient / 2) adds to a gradient
      const gradient = new Float32Array(WHOLE);
      gradient.set(g.map((value, k) => value + numbers.norm_coefficient! * x[k]!));
      training.step(0, rule.rate, gradient);
      const own = [training.w, ...before.map((_, s) => training.slot(s).map((value) => value / rule.slot))];
      own.forEach((values, k) => {
        Array.from(wanted[k * tensors + i]!.data).forEach((expected, j) => {
          // the tolerance of the ONNX project's own runner
          const distance = Math.abs(values[j]! - expected);
          expect(distance, `${wanted[k * tensors + i]!.name}[${j}]`).toBeLessThanOrEqual(
            1e-7 + 1e-3 * Math.abs(expected),
          );
        });
      });
    }
  },
);
