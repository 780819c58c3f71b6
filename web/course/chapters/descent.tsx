/** Gradient descent: the rate, and how many rows make a step. The data of examples/batch-sizes.mjs. */
import { num } from "../../microscope/steps.ts";
import { lessons } from "../../text/lessons.ts";
import { fill } from "../../text/words.ts";
import { numberField } from "../../ui/codec.ts";
import { Slider } from "../../ui/controls.tsx";
import { Plot } from "../../ui/plot.tsx";
import { chapter } from "../chapter.ts";
import { nabla } from "../lib.ts";

const { blobs, dense, sequential } = nabla;

interface State {
  readonly rate: number;
}

const STEPS = 10;
const START = -4;
/** Where the cost is least. */
const BEST = 3;
const GOAL = 0.01;

/** J(w) = ½ (w − 3)²: one linear neuron with one row of data. The way of w, step by step. */
async function roll(rate: number) {
  const model = sequential([dense({ name: "w", units: 1, useBias: false, inputShape: [1] })]);
  model.setWeights({ "w.kernel": [START] });
  model.compile({ loss: "quadratic", optimizer: { name: "sgd", learningRate: rate } });
  const w = () => model.weights()["w.kernel"][0];
  const path = [w()];
  const { history } = await model.fit([[1]], [[BEST]], {
    epochs: STEPS,
    batchSize: 1,
    worker: false,
    callbacks: [{ onEpochEnd: () => void path.push(w()) }],
  });
  return { path, costs: history.loss };
}

const EPOCHS = 20;
const SIZES = { full: 240, mini: 16, online: 1 } as const;

/** The cost on all data before training and after every epoch. */
async function descend(batchSize: number): Promise<number[]> {
  const data = blobs({ classes: 3, samples: 240, noise: 0.6, seed: 2 });
  const model = sequential([dense({ units: 3, activation: "softmax", inputShape: [2] })], { seed: 1 });
  model.compile({ loss: "categoricalCrossentropy", optimizer: { name: "sgd", learningRate: 0.05 } });
  const costs = [(await model.evaluate(data)).loss];
  const onEpochEnd = async () => void costs.push((await model.evaluate(data)).loss);
  await model.fit(data, { batchSize, epochs: EPOCHS, worker: false, callbacks: [{ onEpochEnd }] });
  return costs;
}

const all = async () => {
  const [full, mini, online] = await Promise.all(Object.values(SIZES).map(descend));
  return { full, mini, online };
};
/** The same at any rate of the ball. */
let known: ReturnType<typeof all> | undefined;

export default chapter({
  fields: { rate: numberField(0.05, 0.01, 2.5) },
  async compute({ rate }: State) {
    const [ball, batches] = await Promise.all([roll(rate), (known ??= all())]);
    return { ...ball, batches };
  },
  words: ({ path, batches }, { rate }) => ({
    rate: num(rate),
    steps: String(STEPS),
    start: num(START),
    best: num(BEST),
    end: num(path[STEPS]),
    goal: String(GOAL),
    epochs: String(EPOCHS),
    rows: String(SIZES.full),
    miniSteps: String(EPOCHS * Math.ceil(SIZES.full / SIZES.mini)),
    onlineSteps: String(EPOCHS * SIZES.full),
    full: num(batches.full[EPOCHS]),
    mini: num(batches.mini[EPOCHS]),
    online: num(batches.online[EPOCHS]),
  }),
  solved: ({ path }) => Math.abs(path[STEPS] - BEST) < GOAL,
  solution: { rate: 0.9 },
  Figure({ state: { rate }, set, result }) {
    const said = lessons.descent.labels;
    const cost = (w: number): number => 0.5 * (w - BEST) * (w - BEST);
    const bowl = Array.from({ length: 81 }, (_, i): [number, number] => [-7 + i / 4, cost(-7 + i / 4)]);
    const way = result.path.map((w): [number, number] => [w, cost(w)]);
    const points = (costs: readonly number[]) => costs.map((J, i): [number, number] => [i, J]);
    return (
      <>
        <Slider
          label={said.rate}
          help="rate"
          value={rate}
          min={0.05}
          max={2.5}
          step={0.05}
          onChange={(rate) => set({ rate })}
        />
        <Plot
          label={fill(said.ball, { end: num(result.path[STEPS]), steps: String(STEPS) })}
          x={[-7, 13]}
          y={[0, 50]}
          xName="w"
          yName="J"
          lines={[
            { name: said.bowl, tone: 2, points: bowl },
            { name: said.way, tone: 0, points: way },
          ]}
          dots={way.map((at, i) => ({ at, tone: 0, hollow: i < STEPS }))}
        />
        <Plot
          label={said.batches}
          x={[0, EPOCHS]}
          y={[0, Math.max(...result.batches.full) * 1.05]}
          xName={said.epochs}
          yName="J"
          lines={[
            { name: said.full, tone: 0, points: points(result.batches.full) },
            {
              name: fill(said.mini, { n: String(SIZES.mini) }),
              tone: 1,
              points: points(result.batches.mini),
            },
            { name: said.online, tone: 2, points: points(result.batches.online) },
          ]}
        />
      </>
    );
  },
});
