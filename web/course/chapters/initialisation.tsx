/** First weights: how wide z is for many inputs, and why zeros fail. Numbers as in examples/initialisation.mjs. */
import { num } from "../../microscope/steps.ts";
import { lessons } from "../../text/lessons.ts";
import { choiceField } from "../../ui/codec.ts";
import { Segments } from "../../ui/controls.tsx";
import { Plot } from "../../ui/plot.tsx";
import { chapter } from "../chapter.ts";
import { nabla } from "../lib.ts";
import { once } from "../once.ts";

const { activation, dense, sequential } = nabla;

const INITIALIZERS = ["gaussian", "gaussianScaled", "glorotUniform", "zeros"] as const;
type Initializer = (typeof INITIALIZERS)[number];
const INPUTS = ["10", "100", "1000"].map((value) => ({ value, label: value }));
const NEURONS = 1000;
/** Inputs of the task, and of the two that are compared. */
const MANY = 1000;
/** A sigmoid this near to 0 or 1 is flat. */
const FLAT = 0.01;
/** At most this share may be flat, and z has to differ at least so much. */
const GOAL = 0.01;
const LEAST = 0.5;

interface State {
  readonly init: Initializer;
  readonly m: string;
}

/** What neurons that all see m ones make of them: z, its standard deviation, and the share of flat sigmoids. */
function spreadOf(kernelInitializer: Initializer, m: number) {
  const model = sequential([dense({ units: NEURONS, kernelInitializer, inputShape: [m] })], { seed: 1 });
  const z = [...model.predict([new Array<number>(m).fill(1)]).data];
  const sigmoid = sequential([activation({ activation: "sigmoid", inputShape: [NEURONS] })]);
  const a = sigmoid.predict([z]).data;
  return {
    a,
    deviation: Math.sqrt(z.reduce((sum, v) => sum + v * v, 0) / NEURONS),
    flat: a.filter((v) => v < FLAT || v > 1 - FLAT).length / NEURONS,
  };
}

const spreads = once((key) => {
  const [init, m] = key.split(" ");
  return spreadOf(init as Initializer, Number(m));
});
/** The same at every look. */
const spread = (init: Initializer, m: number) => spreads(`${init} ${m}`);

/** XOR from zeros: the weights from the first input to the four hidden neurons after training. */
async function fromZeros(): Promise<number[]> {
  const layer = (name: string, units: number) =>
    dense({ name, units, activation: "sigmoid", kernelInitializer: "zeros" });
  const model = sequential([layer("hidden", 4), layer("output", 1)], { inputShape: [2], seed: 1 });
  model.compile({ loss: "binaryCrossentropy", optimizer: { name: "adam", learningRate: 0.05 } });
  const x = [0, 1, 2, 3].map((i) => [i >> 1, i & 1]);
  await model.fit(x, [[0], [1], [1], [0]], { batchSize: 1, epochs: 100, worker: false });
  return [...model.weights()["hidden.kernel"].subarray(0, 4)];
}
let known: ReturnType<typeof fromZeros> | undefined;

const BINS = 20;

export default chapter({
  fields: {
    init: choiceField<Initializer>(
      "gaussian",
      INITIALIZERS.map((value) => ({ value })),
    ),
    m: choiceField("1000", INPUTS),
  },
  async compute({ init, m }: State) {
    const counts = new Array<number>(BINS).fill(0);
    const own = spread(init, Number(m));
    for (const a of own.a) counts[Math.min(BINS - 1, Math.floor(a * BINS))]++;
    return {
      deviation: own.deviation,
      flat: own.flat,
      counts,
      plain: spread("gaussian", MANY).deviation,
      scaled: spread("gaussianScaled", MANY).deviation,
      zeros: await (known ??= fromZeros()),
    };
  },
  words: ({ deviation, flat, plain, scaled, zeros }, { m }) => ({
    m,
    neurons: NEURONS.toLocaleString("en"),
    many: String(MANY),
    near: String(FLAT),
    deviation: num(deviation),
    flat: num(100 * flat),
    plain: plain.toFixed(2),
    scaled: scaled.toFixed(2),
    zeros: zeros.map((w) => num(Number(w.toFixed(3)))).join(", "),
    goal: num(100 * GOAL),
  }),
  solved: ({ deviation, flat }, { m }) => m === "1000" && flat < GOAL && deviation > LEAST,
  solution: { init: "gaussianScaled", m: "1000" },
  Figure({ state: { init, m }, set, result }) {
    const said = lessons.initialisation.labels;
    const most = Math.max(...result.counts);
    return (
      <>
        <Segments label={said.m} help="inputs" value={m} options={INPUTS} onChange={(m) => set({ m })} />
        <Segments
          label={said.init}
          help="init"
          value={init}
          options={INITIALIZERS.map((value) => ({ value, label: said.names[value] }))}
          onChange={(init) => set({ init })}
        />
        <Plot
          label={said.plot}
          x={[0, 1]}
          y={[0, most * 1.05]}
          xName="a = σ(z)"
          yName={said.neurons}
          lines={[
            {
              name: said.neurons,
              tone: 1,
              points: result.counts.flatMap((count, i): [number, number][] => [
                [i / BINS, count],
                [(i + 1) / BINS, count],
              ]),
            },
          ]}
        />
        <dl class="costs figures">
          <div>
            <dt>{said.deviation}</dt>
            <dd>{num(result.deviation)}</dd>
          </div>
          <div>
            <dt>{said.flat}</dt>
            <dd>{num(100 * result.flat)} %</dd>
          </div>
        </dl>
      </>
    );
  },
});
