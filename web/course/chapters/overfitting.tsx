/** Overfitting on a few noisy rows: training against validation; L2, dropout and early stopping against it. */
import { num } from "../../microscope/steps.ts";
import { lessons } from "../../text/lessons.ts";
import { fill } from "../../text/words.ts";
import { choiceField, flagField } from "../../ui/codec.ts";
import { Segments, Switch } from "../../ui/controls.tsx";
import { Plot, type PlotDot } from "../../ui/plot.tsx";
import { chapter } from "../chapter.ts";
import { nabla } from "../lib.ts";
import { once } from "../once.ts";

const { dense, dropout, earlyStopping, moons, sequential } = nabla;

const ROWS = 30;
const HELD_BACK = 200;
const NOISE = 0.3;
const UNITS = 16;
const LAYERS = 2;
const EPOCHS = 200;
const PATIENCE = 20;
/** The validation loss of the weights that are kept has to be below this. */
const GOAL = 0.27;

const options = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
const PENALTIES = options(["0", "0.001", "0.003", "0.01", "0.03"]);
const RATES = options(["0", "0.2", "0.4", "0.6"]);

interface State {
  /** λ of L2. */
  readonly l2: string;
  /** The share of hidden units that dropout leaves out. */
  readonly drop: string;
  /** Whether the training stops early and keeps the best weights. */
  readonly early: boolean;
}

const few = moons({ samples: ROWS, noise: NOISE, seed: 1 });
const others = moons({ samples: HELD_BACK, noise: NOISE, seed: 2 });

/** Where the picture looks. */
const X = [-2, 3] as const;
const Y = [-1.5, 2] as const;
const GRID = 60;
const GRID_POINTS = Array.from({ length: (GRID + 1) * (GRID + 1) }, (_, i) => [
  X[0] + ((i % (GRID + 1)) / GRID) * (X[1] - X[0]),
  Y[0] + (Math.floor(i / (GRID + 1)) / GRID) * (Y[1] - Y[0]),
]);

/** Where neighbours of the grid are on different sides: the place between them at which both classes are equally likely. */
function borderOf(p: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  const between = (i: number, j: number): void => {
    const [u, v] = [p[i] - 0.5, p[j] - 0.5];
    if (u > 0 === v > 0) return;
    const [a, b] = [GRID_POINTS[i], GRID_POINTS[j]];
    const t = u / (u - v);
    found.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
  };
  for (let i = 0; i < p.length; i++) {
    if (i % (GRID + 1) < GRID) between(i, i + 1);
    if (i + GRID + 1 < p.length) between(i, i + GRID + 1);
  }
  return found;
}

async function train({ l2, drop, early }: State) {
  const hidden = () => [
    dense({ units: UNITS, activation: "tanh", kernelRegularizer: { l2: Number(l2) } }),
    ...(drop === "0" ? [] : [dropout({ rate: Number(drop) })]),
  ];
  const model = sequential(
    [
      ...Array.from({ length: LAYERS }, hidden).flat(),
      dense({ units: 2, activation: "softmax", kernelRegularizer: { l2: Number(l2) } }),
    ],
    { inputShape: [2], seed: 1 },
  );
  // the loss has the penalty in it; the log loss is what the data alone costs
  model.compile({
    loss: "categoricalCrossentropy",
    optimizer: { name: "adam", learningRate: 0.03 },
    metrics: ["logLoss"],
  });
  const { history } = await model.fit(few, {
    batchSize: ROWS,
    epochs: EPOCHS,
    validationData: others,
    worker: false,
    callbacks: early
      ? [earlyStopping({ monitor: "valLogLoss", mode: "min", patience: PATIENCE, restoreBestWeights: true })]
      : [],
  });
  const p = [...model.predict(GRID_POINTS).data].filter((_, i) => i % 2 === 1);
  const validation = history.valLogLoss;
  const best = validation.indexOf(Math.min(...validation));
  return {
    train: (await model.evaluate(few)).logLoss,
    held: (await model.evaluate(others)).logLoss,
    curves: { train: history.logLoss, held: validation },
    best: best + 1,
    border: borderOf(p),
  };
}

/** Without anything against overfitting. */
const plain: State = { l2: "0", drop: "0", early: false };
/** The same at every look. */
const trained = once((key) => train(JSON.parse(key) as State));
const keyOf = ({ l2, drop, early }: State): string => JSON.stringify({ l2, drop, early });

/** The rows that are trained on. */
function rowsOf(): readonly PlotDot[] {
  const places = new Float32Array(2 * ROWS);
  const labels = new Int32Array(ROWS);
  few.read(
    Uint32Array.from(labels, (_, i) => i),
    places,
    labels,
  );
  return [...labels].map((label, i) => ({
    at: [places[2 * i], places[2 * i + 1]],
    tone: label === 0 ? 0 : 1,
    hollow: label === 1,
  }));
}
const DOTS = rowsOf();

export default chapter({
  fields: {
    l2: choiceField("0", PENALTIES),
    drop: choiceField("0", RATES),
    early: flagField,
  },
  async compute(state: State) {
    const [own, first] = await Promise.all([trained(keyOf(state)), trained(keyOf(plain))]);
    return { ...own, first };
  },
  words: ({ train, held, best, curves, first }, { early }) => ({
    rows: String(ROWS),
    layers: String(LAYERS),
    units: String(UNITS),
    others: String(HELD_BACK),
    epochs: String(EPOCHS),
    patience: String(PATIENCE),
    firstTrain: num(first.train),
    firstHeld: num(first.held),
    firstBest: String(first.best),
    firstBestLoss: num(first.curves.held[first.best - 1]),
    ran: String(curves.held.length),
    kept: String(early ? best : curves.held.length),
    train: num(train),
    held: num(held),
    goal: String(GOAL),
  }),
  solved: ({ held }) => held < GOAL,
  solution: { l2: "0.001", drop: "0", early: true },
  Figure({ state: { l2, drop, early }, set, result }) {
    const said = lessons.overfitting.labels;
    const { curves, best, border, train, held } = result;
    const kept = early ? best : curves.held.length;
    const line = (values: readonly number[]) => values.map((v, i): [number, number] => [i + 1, v]);
    return (
      <>
        <Segments label={said.l2} help="l2" value={l2} options={PENALTIES} onChange={(l2) => set({ l2 })} />
        <Segments
          label={said.drop}
          help="dropout"
          value={drop}
          options={RATES}
          onChange={(drop) => set({ drop })}
        />
        <Switch label={said.early} help="early" checked={early} onChange={(early) => set({ early })} />
        <Plot
          label={fill(said.plot, { train: num(train), held: num(held), kept: String(kept) })}
          x={[0, EPOCHS]}
          y={[0, 1.1]}
          xName={said.epoch}
          yName={said.loss}
          lines={[
            { name: said.train, tone: 0, points: line(curves.train) },
            { name: said.held, tone: 1, points: line(curves.held) },
          ]}
          dots={[{ at: [kept, curves.held[kept - 1]], tone: 1 }]}
        />
        <dl class="costs figures">
          <div>
            <dt>{said.train}</dt>
            <dd>{num(train)}</dd>
          </div>
          <div>
            <dt>{said.held}</dt>
            <dd>{num(held)}</dd>
          </div>
          <div>
            <dt>{said.kept}</dt>
            <dd>{kept}</dd>
          </div>
        </dl>
        <Plot
          label={said.picture}
          x={X}
          y={Y}
          xName="x₁"
          yName="x₂"
          dots={[...border.map((at) => ({ at, tone: 2 as const, small: true })), ...DOTS]}
        />
      </>
    );
  },
});
