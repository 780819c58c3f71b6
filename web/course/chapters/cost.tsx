/** Quadratic cost and cross-entropy on the same wrong neuron: the one learns slowly, the other does not. */

import { gradients } from "../../gradients.ts";
import { num } from "../../microscope/steps.ts";
import { lessons } from "../../text/lessons.ts";
import { fill } from "../../text/words.ts";
import { numberField } from "../../ui/codec.ts";
import { NumberField, Slider } from "../../ui/controls.tsx";
import { Plot } from "../../ui/plot.tsx";
import { chapter } from "../chapter.ts";
import { nabla } from "../lib.ts";
import { once } from "../once.ts";

const { dense, sequential } = nabla;

interface State {
  /** First weight and bias, both. */
  readonly start: number;
  /** What is typed for ∂C/∂w of the cross-entropy. */
  readonly answer: number;
}

const EPOCHS = 300;
const RATE = 0.15;
const LOSSES = ["quadratic", "crossEntropy"] as const;

/** One sigmoid neuron that is given 1 and is to answer 0. */
function neuron(loss: (typeof LOSSES)[number], start: number) {
  const model = sequential([dense({ name: "neuron", units: 1, activation: "sigmoid", inputShape: [1] })]);
  model.setWeights({ "neuron.kernel": [start], "neuron.bias": [start] });
  return model.compile({ loss, optimizer: { name: "sgd", learningRate: RATE } });
}

async function learning(loss: (typeof LOSSES)[number], start: number) {
  const model = neuron(loss, start);
  const answer = () => model.predict([[1]]).data[0];
  const gradient = gradients(model, [[[1]], [[0]]]).gradients["neuron.kernel"][0];
  const outputs = [answer()];
  const onEpochEnd = (): void => void outputs.push(answer());
  await model.fit([[1]], [[0]], { epochs: EPOCHS, batchSize: 1, worker: false, callbacks: [{ onEpochEnd }] });
  // the first epoch after which the answer is nearer to 0 than to 1
  const turns = outputs.findIndex((a) => a < 0.5);
  return { gradient, outputs, turns };
}

/** The same at every look. */
const learned = once((key) => {
  const [loss, start] = key.split(" ");
  return learning(loss as (typeof LOSSES)[number], Number(start));
});

export default chapter({
  fields: { start: numberField(2, -2, 4), answer: numberField(0, -2, 2) },
  async compute({ start }: State) {
    const [quadratic, entropy] = await Promise.all(LOSSES.map((loss) => learned(`${loss} ${start}`)));
    return { quadratic, entropy };
  },
  words: ({ quadratic, entropy }, { start }) => ({
    rate: String(RATE),
    start: num(start),
    a: num(quadratic.outputs[0]),
    quadratic: num(quadratic.gradient),
    times: num(Number((entropy.gradient / quadratic.gradient).toPrecision(2))),
    turnsQuadratic: turns(quadratic.turns),
    turnsEntropy: turns(entropy.turns),
  }),
  solved: ({ entropy }, { answer }) => Math.abs(entropy.gradient - answer) < 0.002,
  solution: { start: 2, answer: 0.982 },
  Figure({ state: { start, answer }, set, result }) {
    const said = lessons.cost.labels;
    const points = ({ outputs }: { outputs: number[] }) => outputs.map((a, i): [number, number] => [i, a]);
    return (
      <>
        <Slider
          label={said.start}
          help="start"
          value={start}
          min={-2}
          max={4}
          step={0.25}
          format={num}
          onChange={(start) => set({ start })}
        />
        <Plot
          label={fill(said.plot, {
            quadratic: turns(result.quadratic.turns),
            entropy: turns(result.entropy.turns),
          })}
          x={[0, EPOCHS]}
          y={[0, 1]}
          xName={said.epochs}
          yName="a"
          lines={[
            { name: said.quadratic, tone: 0, points: points(result.quadratic) },
            { name: said.entropy, tone: 1, points: points(result.entropy) },
          ]}
        />
        <NumberField
          label={said.answer}
          help="answer"
          value={answer}
          min={-2}
          max={2}
          onChange={(answer) => set({ answer })}
        />
      </>
    );
  },
});

const turns = (epoch: number): string => (epoch < 0 ? lessons.cost.labels.never : String(epoch));
