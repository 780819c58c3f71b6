/**
 * ONNX' own tests of its operators RNN, GRU and LSTM: their weights in our layers' order give their outputs. ONNX has gates in rows, Keras'
 * order has them in columns; biases of inputs and of states are two halves, which add up unless a gate lies between.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { gru, lstm, sequential, simpleRnn } from "../../src/index.ts";

interface Tensor {
  shape: number[];
  data: number[];
}
interface Case {
  name: string;
  operator: "RNN" | "GRU" | "LSTM";
  attributes: { hidden_size: number; layout?: number };
  inputs: { X: Tensor; W: Tensor; R: Tensor; B?: Tensor; P?: Tensor; initial_h?: Tensor; initial_c?: Tensor };
  outputs: { Y?: Tensor; Y_h?: Tensor };
}
const { cases } = JSON.parse(
  readFileSync(fileURLToPath(new URL("../golden/onnx.json", import.meta.url)), "utf8"),
) as { cases: Case[] };

/** ONNX' number of each gate, in Keras' order: LSTM has i o f c there and i f c o here, GRU z r h in both. */
const GATES = { RNN: [0], GRU: [0, 1, 2], LSTM: [0, 2, 3, 1] } as const;
const LAYERS = {
  RNN: (units: number) => simpleRnn({ units, returnSequences: true }),
  // linear_before_reset is 0 in all of them
  GRU: (units: number) => gru({ units, resetAfter: false, returnSequences: true }),
  LSTM: (units: number) => lstm({ units, returnSequences: true }),
};

/** [gates · units, inputs] to [inputs, gates · units]. */
function kernel({ data }: Tensor, gates: readonly number[], units: number, inputs: number): number[] {
  return Array.from({ length: inputs * gates.length * units }, (_, at) => {
    const [input, column] = [Math.floor(at / (gates.length * units)), at % (gates.length * units)];
    const row = gates[Math.floor(column / units)]! * units + (column % units);
    return data[row * inputs + input]!;
  });
}

/** Both halves. */
function bias(given: Tensor | undefined, gates: readonly number[], units: number): number[] {
  const n = gates.length * units;
  return Array.from({ length: n }, (_, column) => {
    const row = gates[Math.floor(column / units)]! * units + (column % units);
    return given ? given.data[row]! + given.data[n + row]! : 0;
  });
}

const plain = cases.filter(({ inputs }) => !inputs.P);

test("all cases of Debian's package are there", () => {
  expect(cases.map(({ name }) => name)).toHaveLength(12);
  expect(cases.filter((each) => !plain.includes(each)).map(({ name }) => name)).toEqual([
    "lstm_with_peepholes",
  ]);
});

test.each(plain.map((each) => [each.name, each] as const))(
  "%s",
  (_, { operator, attributes, inputs, outputs }) => {
    const units = attributes.hidden_size;
    const batchFirst = attributes.layout === 1;
    const { X, W, R, B, ...states } = inputs;
    // states that are given to begin with are 0 in all of them
    for (const state of Object.values(states))
      expect((state as Tensor).data.every((value) => value === 0)).toBe(true);
    const [first, second, features] = X.shape as [number, number, number];
    const [rows, steps] = batchFirst ? [first, second] : [second, first];
    const x = new Float32Array(X.data.length);
    for (let r = 0; r < rows; r++)
      for (let t = 0; t < steps; t++)
        for (let f = 0; f < features; f++)
          x[(r * steps + t) * features + f] =
            X.data[(batchFirst ? r * steps + t : t * rows + r) * features + f]!;
    const gates = GATES[operator];
    const model = sequential([LAYERS[operator](units)], { inputShape: [steps, features] });
    const [name] = model.layers.map((layer) => layer.name);
    model.setWeights({
      [`${name}.kernel`]: Float32Array.from(kernel(W, gates, units, features)),
      [`${name}.recurrentKernel`]: Float32Array.from(kernel(R, gates, units, units)),
      [`${name}.bias`]: Float32Array.from(bias(B, gates, units)),
    });
    const all = model.predict({ data: x, shape: [rows, steps, features] }).data;
    const at = (r: number, t: number, u: number) => all[(r * steps + t) * units + u]!;
    let compared = 0;
    for (let r = 0; r < rows; r++)
      for (let u = 0; u < units; u++) {
        // [directions, rows, units], or [rows, directions, units]: of one direction the same
        if (outputs.Y_h) {
          expect(at(r, steps - 1, u)).toBeCloseTo(outputs.Y_h.data[r * units + u]!, 6);
          compared++;
        }
        if (outputs.Y)
          for (let t = 0; t < steps; t++) {
            const place = batchFirst ? r * steps + t : t * rows + r;
            expect(at(r, t, u)).toBeCloseTo(outputs.Y.data[place * units + u]!, 6);
            compared++;
          }
      }
    expect(compared).toBe((outputs.Y_h?.data.length ?? 0) + (outputs.Y?.data.length ?? 0));
    expect(compared).toBeGreaterThan(0);
  },
);

test("peepholes are refused by name", () => {
  for (const name of ["peepholes", "usePeepholes"])
    expect(() => sequential([lstm({ units: 3, [name]: true } as never)], { inputShape: [2, 4] })).toThrow(
      new RegExp(name),
    );
});
