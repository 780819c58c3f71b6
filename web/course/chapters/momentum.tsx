/** Momentum and Nesterov in a ravine: the cost of examples/ravine.mjs. */

import { num } from "../../microscope/steps.ts";
import { descend, LOWEST, STEEP } from "../../ravine/ravine.ts";
import { lessons } from "../../text/lessons.ts";
import { fill } from "../../text/words.ts";
import { choiceField, numberField } from "../../ui/codec.ts";
import { Segments, Slider } from "../../ui/controls.tsx";
import { Plot } from "../../ui/plot.tsx";
import { chapter } from "../chapter.ts";
import { nabla } from "../lib.ts";

const OPTIMIZERS = ["sgd", "momentum", "nesterov"] as const;
type Optimizer = (typeof OPTIMIZERS)[number];
interface State {
  readonly optimizer: Optimizer;
  readonly rate: number;
  /** Of momentum and Nesterov. */
  readonly beta: number;
}

const LECTURE = { rate: 0.01, beta: 0.9 };
const FROM = [0, 0] as const;
const STEPS = 600;
const GOAL = 150;
/** So much of the way is drawn. */
const DRAWN = 80;

/** The way from (0, 0), as far as it is drawn, and the steps until J is at the bottom for good; undefined where it never is. */
async function roll({ optimizer, rate, beta }: State) {
  const { path, reached } = await descend(nabla, {
    optimizer,
    rate,
    ...(optimizer !== "sgd" && { momentum: beta }),
    from: FROM,
    steps: STEPS,
  });
  return { path: path.slice(0, DRAWN + 1), steps: reached };
}

const all = async () => {
  const [plain, momentum, nesterov] = await Promise.all(
    OPTIMIZERS.map((optimizer) => roll({ optimizer, ...LECTURE })),
  );
  return { plain, momentum, nesterov };
};
let known: ReturnType<typeof all> | undefined;

/** Where J has one height: an ellipse round the bottom. */
const ellipse = (J: number): [number, number][] =>
  Array.from({ length: 61 }, (_, i) => {
    const angle = (i / 60) * 2 * Math.PI;
    return [3 + Math.sqrt(2 * J) * Math.cos(angle), -2 + Math.sqrt(J / 50) * Math.sin(angle)];
  });
const HEIGHTS = [0.5, 4, 20, 60, 150];

const shown = (steps: number | undefined): string =>
  steps === undefined ? fill(lessons.momentum.labels.never, { most: String(STEPS) }) : String(steps);

export default chapter({
  fields: {
    optimizer: choiceField<Optimizer>(
      "sgd",
      OPTIMIZERS.map((value) => ({ value })),
    ),
    rate: numberField(0.01, 0.001, 0.03),
    beta: numberField(0.9, 0, 0.99),
  },
  async compute(state: State) {
    const [own, lecture] = await Promise.all([roll(state), (known ??= all())]);
    return { ...own, lecture };
  },
  words: ({ steps, lecture }) => ({
    steps: shown(steps),
    plain: shown(lecture.plain.steps),
    momentum: shown(lecture.momentum.steps),
    nesterov: shown(lecture.nesterov.steps),
    goal: String(GOAL),
    best1: num(LOWEST[0]),
    best2: num(-LOWEST[1]),
    steep: num(STEEP / 2),
    ratio: num(STEEP),
    from: FROM.map(num).join(", "),
    rate: num(LECTURE.rate),
    beta: num(LECTURE.beta),
  }),
  solved: ({ steps }) => steps !== undefined && steps < GOAL,
  solution: { optimizer: "nesterov", rate: 0.01, beta: 0.9 },
  Figure({ state: { optimizer, rate, beta }, set, result }) {
    const said = lessons.momentum.labels;
    return (
      <>
        <Segments
          label={said.optimizer}
          help="optimizer"
          value={optimizer}
          options={OPTIMIZERS.map((value) => ({ value, label: said.names[value] }))}
          onChange={(optimizer) => set({ optimizer })}
        />
        <Slider
          label={said.rate}
          help="rate"
          value={rate}
          min={0.001}
          max={0.03}
          step={0.001}
          onChange={(rate) => set({ rate })}
        />
        <Slider
          label={said.beta}
          help="momentum"
          value={beta}
          min={0}
          max={0.99}
          step={0.01}
          disabled={optimizer === "sgd"}
          onChange={(beta) => set({ beta })}
        />
        <Plot
          label={fill(said.plot, { steps: shown(result.steps) })}
          x={[-1, 8]}
          y={[-4.5, 0.5]}
          xName="w₁"
          yName="w₂"
          lines={[
            ...HEIGHTS.map((J) => ({ name: String(J), tone: 2 as const, points: ellipse(J), unnamed: true })),
            { name: said.way, tone: 0, points: result.path },
          ]}
          dots={[
            ...result.path.slice(1).map((at) => ({ at, tone: 0 as const, small: true })),
            { at: [3, -2], tone: 1, text: said.bottom },
          ]}
        />
        <dl class="costs figures">
          <div>
            <dt>{said.steps}</dt>
            <dd>{shown(result.steps)}</dd>
          </div>
        </dl>
      </>
    );
  },
});
