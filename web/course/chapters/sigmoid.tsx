/** The sigmoid neuron: small changes of a weight are small changes of the output. Numbers as in examples/perceptron.mjs. */

import { gradients } from "../../gradients.ts";
import { num } from "../../microscope/steps.ts";
import { lessons } from "../../text/lessons.ts";
import { numberField } from "../../ui/codec.ts";
import { Slider } from "../../ui/controls.tsx";
import { Plot } from "../../ui/plot.tsx";
import { chapter } from "../chapter.ts";
import { nabla } from "../lib.ts";
import { CORNERS, NAND, neuron } from "../nand.ts";
import { once } from "../once.ts";

const { dense, sequential } = nabla;

interface State {
  /** NAND's weights and bias are multiplied by it. */
  readonly c: number;
  /** What is added to the first weight. */
  readonly dw: number;
}

/** So near the perceptron's outputs the task wants them. */
const GOAL = 0.01;
const CHANGES = Array.from({ length: 81 }, (_, i) => (i - 40) / 20);

const weights = (c: number, dw = 0) => ({ w1: -2 * c + dw, w2: -2 * c, b: 3 * c });
/** At (1, 1). */
const last = (activation: "step" | "sigmoid", c: number, dw: number): number =>
  neuron(activation, weights(c, dw))[3];

const makeLearner = () =>
  sequential([dense({ name: "neuron", units: 1, activation: "sigmoid", inputShape: [2] })]).compile({
    loss: "quadratic",
  });
let learner: ReturnType<typeof makeLearner> | undefined;

const summing = once((g) =>
  sequential([
    dense({
      units: 1,
      activation: g as "sigmoid" | "step",
      useBias: false,
      kernelInitializer: "ones",
      inputShape: [3],
    }),
  ]),
);

type Curve = [change: number, output: number][];
/** Those of the last factor: they are the same for every change. */
let known: { readonly c: number; readonly curves: readonly Curve[] } | undefined;
function curvesOf(c: number): readonly Curve[] {
  if (known?.c !== c) {
    // weights and bias as inputs of a neuron whose weights are 1: all changes at once
    const rows = CHANGES.map((change) => Object.values(weights(c, change)));
    const curve = (g: "sigmoid" | "step"): Curve => {
      const outputs = summing(g).predict(rows).data;
      return CHANGES.map((change, i) => [change, outputs[i]]);
    };
    known = { c, curves: [curve("sigmoid"), curve("step")] };
  }
  return known.curves;
}

export default chapter({
  fields: { c: numberField(1, 1, 10), dw: numberField(0.1, -2, 2) },
  compute({ c, dw }: State) {
    const outputs = neuron("sigmoid", weights(c));
    const model = (learner ??= makeLearner());
    model.setWeights({ "neuron.kernel": [-2 * c, -2 * c], "neuron.bias": [3 * c] });
    // ∂(½ (a − (a − 1))²)/∂w = ∂a/∂w
    const slope = gradients(model, [[[1, 1]], [[outputs[3] - 1]]]).gradients["neuron.kernel"][0];
    return {
      outputs,
      slope,
      changed: last("sigmoid", c, dw),
      distance: Math.max(...outputs.map((a, i) => Math.abs(a - NAND[i]))),
      curves: curvesOf(c),
    };
  },
  words: ({ outputs, slope, changed, distance }, { c, dw }) => ({
    w: num(-2 * c),
    a: num(outputs[3]),
    w2: num(-2 * c + dw),
    a2: num(changed),
    change: num(changed - outputs[3]),
    estimate: num(slope * dw),
    distance: num(distance),
    goal: String(GOAL),
  }),
  solved: ({ distance }) => distance < GOAL,
  solution: { c: 5 },
  Figure({ state: { c, dw }, set, result }) {
    const said = lessons.sigmoid.labels;
    return (
      <>
        <Slider
          label={said.c}
          help="factor"
          value={c}
          min={1}
          max={10}
          step={0.1}
          onChange={(c) => set({ c })}
        />
        <Slider
          label={said.dw}
          help="change"
          value={dw}
          min={-2}
          max={2}
          step={0.05}
          format={num}
          onChange={(dw) => set({ dw })}
        />
        <Plot
          label={said.plot}
          x={[-2, 2]}
          y={[-0.05, 1.05]}
          xName="Δw₁"
          yName="a"
          lines={[
            { name: said.sigmoid, tone: 1, points: result.curves[0] },
            { name: said.step, tone: 0, points: result.curves[1] },
          ]}
          dots={[
            { at: [0, result.outputs[3]], tone: 1, hollow: true },
            { at: [dw, result.changed], tone: 1 },
          ]}
        />
        <table class="figures numbers">
          <thead>
            <tr>
              <th scope="col">x₁ x₂</th>
              <th scope="col">{said.sigmoid}</th>
              <th scope="col">{lessons.perceptron.labels.nand}</th>
            </tr>
          </thead>
          <tbody>
            {CORNERS.map((x, i) => (
              <tr key={x.join("")}>
                <th scope="row">{x.join(" ")}</th>
                <td>{num(result.outputs[i])}</td>
                <td>{NAND[i]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </>
    );
  },
});
