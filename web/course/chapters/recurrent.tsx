/**
 * A recurrent neuron, unrolled: backpropagation through time as numbers. Each step is a dense layer that has the weights of all others, so that
 * the gradient of each step is known; simpleRnn has their sums. The page needs no kernels of sequences for it.
 */
import { gradients } from "../../gradients.ts";
import { Formula } from "../../microscope/formula.tsx";
import { num } from "../../microscope/steps.ts";
import { lessons } from "../../text/lessons.ts";
import { fill } from "../../text/words.ts";
import { choiceField, numberField } from "../../ui/codec.ts";
import { NumberField, Segments, Slider } from "../../ui/controls.tsx";
import { Plot } from "../../ui/plot.tsx";
import { chapter } from "../chapter.ts";
import { nabla } from "../lib.ts";
import { once } from "../once.ts";

const { dense, sequential } = nabla;

const ACTIVATIONS = ["tanh", "linear"] as const;
const SEQUENCES = ["recall", "add"] as const;
const LENGTHS = ["4", "10", "20"] as const;
type Sequence = (typeof SEQUENCES)[number];

export interface State {
  readonly sequence: Sequence;
  readonly steps: (typeof LENGTHS)[number];
  readonly g: (typeof ACTIVATIONS)[number];
  /** From the input, from the state before. */
  readonly w: number;
  readonly u: number;
  /** The step that is written out, from 1. */
  readonly at: number;
}

/** The task: so many steps, and so near. */
const TASK = 20;
const NEAR = 0.01;
/** What the number to be kept is in the figure, and others the task is checked with. */
const FIRST = [0.8, -0.4];
/** Logarithms end here: 0 has none. */
const FLOOR = -12;

/** The numbers of a sequence: one and then zeros, or three with zeros between them; the answer is their sum. */
export function sequenceOf(kind: Sequence, steps: number, first: number): number[] {
  const x = new Array<number>(steps).fill(0);
  x[0] = first;
  if (kind === "add") {
    x[Math.floor(steps / 2)] = -first / 2;
    x[steps - 1] = first / 4;
  }
  return x;
}

export const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

type Weights = Pick<State, "g" | "w" | "u">;

const stepOf = once((g) =>
  sequential([dense({ name: "h", units: 1, activation: g as State["g"], useBias: false, inputShape: [2] })]),
);
const nameOf = (t: number): string => `step-${t}`;
/** A layer for each step. */
const netOf = once((key) => {
  const [g, steps] = key.split(",");
  const layers = Array.from({ length: Number(steps) }, (_, t) =>
    dense({ name: nameOf(t), units: 1, activation: g as State["g"] }),
  );
  return sequential(layers, { inputShape: [1] }).compile({ loss: "quadratic" });
});

/** h of every step, from h₀ = 0. */
export function walk({ g, w, u }: Weights, x: readonly number[]): number[] {
  const step = stepOf(g);
  step.setWeights({ "h.kernel": [w, u] });
  let h = 0;
  return x.map((value) => (h = step.predict([[value, h]]).data[0]));
}

/** ∂L/∂z of every step, where L = ½ (h_T − y)². */
export function back({ g, w, u }: Weights, x: readonly number[], y: number): number[] {
  const net = netOf(`${g},${x.length}`);
  // what comes in at a step is its layer's bias
  net.setWeights(
    Object.fromEntries(
      x.flatMap((value, t) => [
        [`${nameOf(t)}.kernel`, [u]],
        [`${nameOf(t)}.bias`, [w * value]],
      ]),
    ),
  );
  const found = gradients(net, [[[0]], [[y]]]).gradients;
  return x.map((_, t) => found[`${nameOf(t)}.bias`][0]);
}

export function unrolled(state: Omit<State, "at">) {
  const x = sequenceOf(state.sequence, Number(state.steps), FIRST[0]);
  const y = sum(x);
  const h = walk(state, x);
  const delta = back(state, x, y);
  // ∂L/∂h_T = pull where y is h_T − pull; in single precision a large h_T − 1 is h_T
  const pull = Math.abs(h.at(-1)!) > 1 ? h.at(-1)! : 1;
  const reach = back(state, x, h.at(-1)! - pull).map((delta) => delta / pull);
  return {
    x,
    y,
    h,
    delta,
    /** ∂h_T/∂z_t. */
    reach,
    dw: sum(delta.map((d, t) => d * x[t])),
    du: sum(delta.map((d, t) => (t > 0 ? d * h[t - 1] : 0))),
  };
}

/** How far from right the net is after the task's steps, of all sequences together. */
export function farthest(weights: Weights): number {
  const errors = SEQUENCES.flatMap((kind) =>
    FIRST.map((first) => {
      const x = sequenceOf(kind, TASK, first);
      return Math.abs(walk(weights, x).at(-1)! - sum(x));
    }),
  );
  return Math.max(...errors);
}

/** In a product or sum: negative ones in brackets. */
const inner = (value: number): string => (value < 0 ? `(${num(value)})` : num(value));

/** What the chosen step computes, forward and backward, with its numbers. */
export function written({ g, w, u }: Weights, { x, y, h, delta }: ReturnType<typeof unrolled>, t: number) {
  const z = `${num(u)} · ${inner(h[t - 2] ?? 0)} + ${inner(w)} · ${inner(x[t - 1])}`;
  const slope = g === "tanh" ? ` · (1 − ${inner(h[t - 1])}²)` : "";
  const last = t === h.length;
  const after = last ? `(${num(h[t - 1])} − ${inner(y)})` : `${num(u)} · ${inner(delta[t])}`;
  return {
    forward: `h_{${t}} = ${g === "tanh" ? `tanh(${z})` : z} = ${num(h[t - 1])}`,
    backward: `δ_{${t}} = ${after}${slope} = ${num(delta[t - 1])}`,
  };
}

const plain = { sequence: "recall", steps: "20", g: "tanh", w: 1, u: 0.5 } as const;

export default chapter({
  fields: {
    sequence: choiceField<Sequence>(
      "recall",
      SEQUENCES.map((value) => ({ value })),
    ),
    steps: choiceField<State["steps"]>(
      "10",
      LENGTHS.map((value) => ({ value })),
    ),
    g: choiceField<State["g"]>(
      "tanh",
      ACTIVATIONS.map((value) => ({ value })),
    ),
    w: numberField(1, -3, 3),
    u: numberField(0.5, -3, 3),
    at: numberField(2, 1, TASK, true),
  },
  compute: (state: State) => ({ ...unrolled(state), far: farthest(state), first: unrolled(plain) }),
  words: ({ far, first, h, y, dw, du }, { steps, u }) => ({
    long: plain.steps,
    half: num(plain.u),
    vanished: num(first.reach[0]),
    steps,
    u: num(u),
    answer: num(h.at(-1)!),
    y: num(y),
    dw: num(dw),
    du: num(du),
    task: String(TASK),
    count: String(sequenceOf("add", TASK, FIRST[0]!).filter((x) => x !== 0).length),
    near: num(NEAR),
    far: num(far),
  }),
  solved: ({ far }) => far < NEAR,
  solution: { g: "linear", w: 1, u: 1 },
  Figure({ state, set, result }) {
    const said = lessons.recurrent.labels;
    const { x, y, h, delta, reach } = result;
    const at = Math.min(state.at, h.length);
    const formulas = written(state, result, at);
    const logs = reach.map((value): number => Math.max(FLOOR, Math.log10(Math.abs(value))));
    return (
      <>
        <Segments
          label={said.sequence}
          help="sequence"
          value={state.sequence}
          options={SEQUENCES.map((value) => ({ value, label: said.sequences[value] }))}
          onChange={(sequence) => set({ sequence })}
        />
        <Segments
          label={said.steps}
          help="steps"
          value={state.steps}
          options={LENGTHS.map((value) => ({ value, label: value }))}
          onChange={(steps) => set({ steps, at: Math.min(state.at, Number(steps)) })}
        />
        <Segments
          label={said.g}
          help="activation"
          value={state.g}
          options={ACTIVATIONS.map((value) => ({ value, label: said.names[value] }))}
          onChange={(g) => set({ g })}
        />
        <div class="trio">
          <NumberField
            label={said.w}
            help="weight"
            value={state.w}
            min={-3}
            max={3}
            onChange={(w) => set({ w })}
          />
          <NumberField
            label={said.u}
            help="state"
            value={state.u}
            min={-3}
            max={3}
            onChange={(u) => set({ u })}
          />
        </div>
        <ol class="unrolled figures" aria-label={said.net}>
          {h.map((value, t) => (
            <li key={t} class={t + 1 === at ? "chosen" : ""}>
              <strong>
                <Formula text={`h_{${t + 1}}`} /> {num(value)}
              </strong>
              <span>x {num(x[t])}</span>
              <span>δ {num(delta[t])}</span>
            </li>
          ))}
        </ol>
        <Slider
          label={said.at}
          help="step"
          value={at}
          min={1}
          max={h.length}
          onChange={(at) => set({ at })}
        />
        <div class="stepped">
          <p class="equation">
            <Formula text={formulas.forward} />
          </p>
          <p class="equation">
            <Formula text={formulas.backward} />
          </p>
        </div>
        <Plot
          label={fill(said.plot, { first: num(reach[0]), last: num(reach.at(-1)!) })}
          x={[1, h.length]}
          y={[Math.min(-1, Math.floor(Math.min(...logs))), Math.max(1, Math.ceil(Math.max(...logs)))]}
          xName={said.step}
          yName={said.log}
          lines={[{ name: said.log, tone: 0, points: logs.map((log, t) => [t + 1, log]) }]}
          dots={logs.map((log, t) => ({ at: [t + 1, log], tone: 0, small: true }))}
          height={190}
        />
        <dl class="costs figures">
          <div>
            <dt>{said.answer}</dt>
            <dd>{num(h.at(-1)!)}</dd>
          </div>
          <div>
            <dt>{said.wanted}</dt>
            <dd>{num(y)}</dd>
          </div>
          <div>
            <dt>{fill(said.far, { task: String(TASK) })}</dt>
            <dd>{num(result.far)}</dd>
          </div>
        </dl>
      </>
    );
  },
});
