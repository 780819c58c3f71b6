/** Backpropagation by hand: the microscope on a net of a few sigmoid neurons and the points of XOR. */
import { Microscope } from "../../microscope/microscope.tsx";
import { num } from "../../microscope/steps.ts";
import { type Case, type Place, trace } from "../../microscope/trace.ts";
import { lessons } from "../../text/lessons.ts";
import { choiceField, numberField } from "../../ui/codec.ts";
import { NumberField, Segments } from "../../ui/controls.tsx";
import { chapter } from "../chapter.ts";
import { nabla } from "../lib.ts";
import { CORNERS } from "../nand.ts";

const { dense, sequential } = nabla;

const POINTS = CORNERS.map((x, i) => ({ value: String(i), label: x.join(" "), x, y: Number(x[0] !== x[1]) }));
const LOSSES = ["quadratic", "crossEntropy"] as const;
type LossName = (typeof LOSSES)[number];
const HIDDEN = ["2", "3", "4"].map((value) => ({ value, label: value }));

interface State {
  readonly point: string;
  readonly hidden: string;
  readonly loss: LossName;
  readonly rate: number;
  /** Steps that are done. */
  readonly at: number;
  readonly answer: number;
}

/** The task is about the weight from the first hidden neuron to the output. */
const ASKED: Place = { layer: 1, part: "kernel", index: 0 };
const NEAR = 0.0005;

function caseOf({ point, hidden, loss, rate }: State): Case {
  const layers = [Number(hidden), 1].map((units, i) =>
    dense({ name: `layer-${i}`, units, activation: "sigmoid", biasInitializer: "glorotUniform" }),
  );
  const weights = sequential(layers, { inputShape: [2], seed: 3 }).weights();
  const { x, y } = POINTS[Number(point)];
  return {
    layers: layers.map((_, i) => ({
      kernel: weights[`layer-${i}.kernel`],
      bias: weights[`layer-${i}.bias`],
      activation: "sigmoid",
    })),
    loss,
    x: [...x],
    y: [y],
    rate,
  };
}

export default chapter({
  fields: {
    point: choiceField("3", POINTS),
    hidden: choiceField("2", HIDDEN),
    loss: choiceField<LossName>(
      "quadratic",
      LOSSES.map((value) => ({ value })),
    ),
    rate: numberField(0.5, 0.01, 10),
    at: numberField(0, 0, 100, true),
    answer: numberField(0, -10, 10),
  },
  compute(state: State) {
    const net = caseOf(state);
    const { layers } = trace(net);
    return { net, asked: layers[1].dKernel[0], a: layers[0].a[0], delta: layers[1].delta[0] };
  },
  words: ({ a, delta, asked }) => ({ a: num(a), delta: num(delta), asked: num(asked) }),
  solved: ({ asked }, { answer }) => Math.abs(asked - answer) < NEAR,
  solution: { point: "3", hidden: "2", loss: "quadratic", rate: 0.5, answer: 0.0127 },
  Figure({ state, set, result }) {
    const said = lessons.backpropagation.labels;
    const { point, hidden, loss, rate, at, answer } = state;
    const solved = Math.abs(result.asked - answer) < NEAR;
    return (
      <>
        <Segments
          label={said.point}
          help="point"
          value={point}
          options={POINTS}
          onChange={(point) => set({ point })}
        />
        <div class="trio">
          <Segments
            label={said.hidden}
            help="hidden"
            value={hidden}
            options={HIDDEN}
            onChange={(hidden) => set({ hidden, at: 0 })}
          />
          <NumberField
            label={said.rate}
            help="rate"
            value={rate}
            min={0.01}
            max={10}
            onChange={(rate) => set({ rate })}
          />
        </div>
        <Segments
          label={said.loss}
          help="loss"
          value={loss}
          options={LOSSES.map((value) => ({ value, label: said.losses[value] }))}
          onChange={(loss) => set({ loss })}
        />
        <Microscope net={result.net} at={at} onAt={(at) => set({ at })} {...(!solved && { asked: ASKED })} />
        <NumberField
          label={said.answer}
          help="answer"
          value={answer}
          min={-10}
          max={10}
          onChange={(answer) => set({ answer })}
        />
      </>
    );
  },
});
