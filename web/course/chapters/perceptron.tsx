/** The perceptron: type weights until it is NAND. Numbers as in examples/perceptron.mjs. */
import { num } from "../../microscope/steps.ts";
import { lessons } from "../../text/lessons.ts";
import { fill } from "../../text/words.ts";
import { numberField } from "../../ui/codec.ts";
import { NumberField } from "../../ui/controls.tsx";
import { Plot, type PlotLine } from "../../ui/plot.tsx";
import { chapter } from "../chapter.ts";
import { CORNERS, NAND, neuron, type Weights } from "../nand.ts";

const LECTURE = { w1: -2, w2: -2, b: 3 };

type State = Weights;

const field = numberField(0, -10, 10);

export default chapter({
  fields: { w1: field, w2: field, b: field },
  compute(state: State) {
    const outputs = neuron("step", state);
    const right = outputs.filter((a, i) => a === NAND[i]).length;
    return { sums: neuron("linear", state), outputs, right, lecture: neuron("linear", LECTURE) };
  },
  words: ({ right, lecture }, { b }) => ({
    right: String(right),
    rows: String(CORNERS.length),
    w1: num(LECTURE.w1),
    w2: num(LECTURE.w2),
    b: num(LECTURE.b),
    threshold: num(-b),
    sums: lecture.map(num).join(", "),
  }),
  solved: ({ right }) => right === 4,
  solution: LECTURE,
  Figure({ state, set, result }) {
    const said = lessons.perceptron.labels;
    const { w1, w2, b } = state;
    // where the sum is 0: a line, unless both weights are
    const line: PlotLine[] =
      w1 === 0 && w2 === 0
        ? []
        : [
            {
              name: said.border,
              tone: 2,
              points: [-9, 9].map((t): [number, number] =>
                Math.abs(w2) >= Math.abs(w1) ? [t, -(w1 * t + b) / w2] : [-(w2 * t + b) / w1, t],
              ),
            },
          ];
    return (
      <>
        <div class="trio">
          <NumberField
            label={said.w1}
            help="weight"
            value={w1}
            min={-10}
            max={10}
            onChange={(w1) => set({ w1 })}
          />
          <NumberField
            label={said.w2}
            help="weight"
            value={w2}
            min={-10}
            max={10}
            onChange={(w2) => set({ w2 })}
          />
          <NumberField label={said.b} help="bias" value={b} min={-10} max={10} onChange={(b) => set({ b })} />
        </div>
        <table class="figures numbers">
          <thead>
            <tr>
              <th scope="col">x₁ x₂</th>
              <th scope="col">{said.sum}</th>
              <th scope="col">{said.output}</th>
              <th scope="col">{lessons.perceptron.labels.nand}</th>
            </tr>
          </thead>
          <tbody>
            {CORNERS.map((x, i) => (
              <tr key={x.join("")}>
                <th scope="row">{x.join(" ")}</th>
                <td>{num(result.sums[i])}</td>
                <td class={result.outputs[i] === NAND[i] ? "good" : "bad"}>
                  {result.outputs[i]} {result.outputs[i] === NAND[i] ? "✓" : "✗"}
                </td>
                <td>{NAND[i]}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <Plot
          label={fill(said.plot, { right: String(result.right), rows: String(CORNERS.length) })}
          x={[-0.5, 1.5]}
          y={[-0.5, 1.5]}
          xName="x₁"
          yName="x₂"
          lines={line}
          dots={CORNERS.map((at, i) => ({
            at,
            tone: NAND[i] === 1 ? 1 : 0,
            hollow: NAND[i] === 0,
            text: String(result.outputs[i]),
          }))}
        />
      </>
    );
  },
});
