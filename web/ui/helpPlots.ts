/** The small plots of "What is this?": every value is what the library computes. */
import { activation, dense, sequential } from "nabla";
import { parseSchedule } from "../../src/schedules/parse.ts";
import { rateAt } from "../../src/schedules/rate.ts";
import { schedules } from "../../src/schedules/table.ts";
import { gradients } from "../gradients.ts";
import { slopes } from "../microscope/trace.ts";
import { helpText } from "../text/help.ts";
import { fill } from "../text/words.ts";
import type { PlotLine } from "./plot.tsx";

export interface Sketch {
  readonly label: string;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly xName: string;
  readonly lines: readonly PlotLine[];
}

const said = helpText.plots;
const range = (from: number, to: number, n = 81): number[] =>
  Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));
const line = (
  name: string,
  tone: PlotLine["tone"],
  x: readonly number[],
  y: readonly number[],
): PlotLine => ({
  name,
  tone,
  points: x.map((v, i) => [v, y[i]] as const),
});

/** g and g′ from −4 to 4. */
function activationSketch(name: string): Sketch {
  const z = range(-4, 4);
  const through = sequential([activation({ activation: name as "tanh", inputShape: [z.length] })]);
  const a = [...through.predict([z]).data];
  // its gradient is nowhere, which is why it has a rule of its own
  const slope = name === "step" ? undefined : slopes(name, z, a);
  const all = [...a, ...(slope ?? [])];
  return {
    label: fill(said.activation, { name }),
    x: [-4, 4],
    y: [Math.min(-0.2, ...all), Math.max(1.1, Math.min(4, Math.max(...all)))],
    xName: "z",
    lines: [line("g(z)", 0, z, a), ...(slope ? [line("g′(z)", 1, z, slope)] : [])],
  };
}

/** How each loss goes with z of the right output, where it is the only one that changes. */
function lossSketch(name: string): Sketch {
  const z = range(-4, 4, 49);
  const single = name === "binaryCrossentropy" || name === "perceptron";
  const units = single ? 1 : 2;
  const outputs = helpText.outputs[name as keyof typeof helpText.outputs] as "sigmoid";
  const model = sequential([dense({ name: "o", units, activation: outputs })], { inputShape: [1] });
  model.compile({ loss: name as "quadratic" });
  const values = z.map((v) => {
    model.setWeights({ "o.kernel": new Float32Array(units), "o.bias": single ? [v] : [v, 0] });
    return gradients(model, [[[1]], [single ? [1] : [1, 0]]]).lossExact;
  });
  return {
    label: fill(said.loss, { name }),
    x: [-4, 4],
    y: [0, Math.min(8, Math.max(1, ...values))],
    xName: said.z,
    lines: [line("L", 0, z, values)],
  };
}

const EPOCHS = 400;
const BATCHES = 10;

/** The share of the rate over epochs. */
function scheduleSketch(name: string): Sketch {
  const t = range(0, EPOCHS, 201);
  const config = parseSchedule(name);
  const share = t.map((epoch) =>
    rateAt({ kind: schedules[config.name], config }, 1, Math.round(epoch * BATCHES), BATCHES, EPOCHS),
  );
  return {
    label: fill(said.schedule, { name }),
    x: [0, EPOCHS],
    y: [0, 1.1],
    xName: said.epochs,
    lines: [line(said.rate, 0, t, share)],
  };
}

/** λ|w| and λw², and what they are in the gradient. */
function penaltySketch(): Sketch {
  const w = range(-2, 2);
  return {
    label: said.penalty,
    x: [-2, 2],
    y: [0, 4],
    xName: "w",
    lines: [
      line("|w|", 0, w, w.map(Math.abs)),
      line(
        "w²",
        1,
        w,
        w.map((v) => v * v),
      ),
    ],
  };
}

/** How much of a gradient is left in the steps that come after it. */
function momentumSketch(): Sketch {
  const steps = range(0, 30, 31);
  return {
    label: said.momentum,
    x: [0, 30],
    y: [0, 1.1],
    xName: said.steps,
    lines: [0.5, 0.9, 0.95].map((beta, i) => {
      let left = 1;
      const shares = steps.map((_, step) => {
        if (step > 0) left *= beta;
        return left;
      });
      return line(`β = ${beta}`, i as 0 | 1 | 2, steps, shares);
    }),
  };
}

/** @param choice of the control that is asked about */
export function sketchOf(kind: NonNullable<Said["plot"]>, choice: string): Sketch {
  if (kind === "activation") return activationSketch(choice);
  if (kind === "loss") return lossSketch(choice);
  if (kind === "schedule") return scheduleSketch(choice);
  return kind === "penalty" ? penaltySketch() : momentumSketch();
}

export interface Said {
  /** Two sentences. */
  readonly says: string;
  /** What the field calls it. */
  readonly term: string;
  /** With ^{raised} and _{lowered} parts. */
  readonly formula?: string;
  /** Of what there is a plot: of the choice that is made. */
  readonly plot?: "activation" | "loss" | "schedule" | "penalty" | "momentum";
  /** Of some choices another formula. */
  readonly formulas?: Readonly<Record<string, string>>;
}
