/** A network as matrices; two linear layers are one. The net of examples/step-network.mjs, the idea of examples/linear-layers.mjs. */
import { num } from "../../microscope/steps.ts";
import { lessons } from "../../text/lessons.ts";
import { choiceField, numberField } from "../../ui/codec.ts";
import { NumberField, Segments } from "../../ui/controls.tsx";
import { chapter } from "../chapter.ts";
import { nabla } from "../lib.ts";
import { once } from "../once.ts";

const { dense, sequential } = nabla;

type Activation = "step" | "sigmoid" | "linear";
interface State {
  readonly g: Activation;
  readonly x1: number;
  readonly x2: number;
  /** The one matrix that is typed. */
  readonly m1: number;
  readonly m2: number;
}

const ACTIVATIONS = [
  { value: "step", label: lessons.matrices.labels.step },
  { value: "sigmoid", label: "σ" },
  { value: "linear", label: lessons.matrices.labels.linear },
] as const;

/** Row j is what enters unit j: the W of a = g(Wa + b). The library's kernels are the same turned, a row for each input. */
const FIRST = [
  [2, -3],
  [1, 4],
];
const SECOND = [[2, -1]];
const turned = (w: readonly (readonly number[])[]): number[] =>
  w[0].flatMap((_, k) => w.map((row) => row[k]));

const modelOf = once((key) => {
  const [g, ...units] = key.split(",");
  return sequential(
    units.map((n, i) =>
      dense({ name: `w${i}`, units: Number(n), activation: g as Activation, useBias: false }),
    ),
    { inputShape: [2] },
  );
});

/** Layers of these matrices, without biases. */
function net(g: Activation, ...matrices: readonly (readonly number[])[][]) {
  const model = modelOf([g, ...matrices.map((w) => w.length)].join());
  return model.setWeights(Object.fromEntries(matrices.map((w, i) => [`w${i}.kernel`, turned(w)])));
}

/** Inputs on which two linear maps are compared: the unit vectors decide, one more shows it. */
const PROBES = [
  [1, 0],
  [0, 1],
  [0.5, -3],
];

export default chapter({
  fields: {
    g: choiceField<Activation>("step", ACTIVATIONS),
    x1: numberField(1, -10, 10),
    x2: numberField(2, -10, 10),
    m1: numberField(0, -100, 100),
    m2: numberField(0, -100, 100),
  },
  compute({ g, x1, x2, m1, m2 }: State) {
    const x = [[x1, x2]];
    const a1 = [...net(g, FIRST).predict(x).data];
    const two = [...net("linear", FIRST, SECOND).predict(PROBES).data];
    const one = [...net("linear", [[m1, m2]]).predict(PROBES).data];
    return {
      z1: [...net("linear", FIRST).predict(x).data],
      a1,
      z2: [...net("linear", SECOND).predict([a1]).data],
      a2: [...net(g, FIRST, SECOND).predict(x).data],
      two,
      one,
    };
  },
  words: ({ z1, a1, z2, a2 }) => ({
    z1: z1.map(num).join(", "),
    a1: a1.map(num).join(", "),
    z2: num(z2[0]),
    a2: num(a2[0]),
    probes: String(PROBES.length),
  }),
  solved: ({ one, two }) => one.every((value, i) => Math.abs(value - two[i]) < 0.001),
  solution: { m1: 3, m2: -10 },
  Figure({ state, set, result }) {
    const said = lessons.matrices.labels;
    const { g, x1, x2, m1, m2 } = state;
    const { z1, a1, z2, a2 } = result;
    const name = ACTIVATIONS.find(({ value }) => value === g)!.label;
    return (
      <>
        <Segments
          label={said.g}
          help="activation"
          value={g}
          options={ACTIVATIONS}
          onChange={(g) => set({ g })}
        />
        <div class="trio">
          <NumberField label="x₁" help="input" value={x1} min={-10} max={10} onChange={(x1) => set({ x1 })} />
          <NumberField label="x₂" help="input" value={x2} min={-10} max={10} onChange={(x2) => set({ x2 })} />
        </div>
        <div class="matrices figures">
          <Equation name="W¹ x" left={FIRST} right={[[x1], [x2]]} result={z1} />
          <Equation name={`a¹ = ${name}(z¹)`} result={a1} />
          <Equation name="W² a¹" left={SECOND} right={a1.map((v) => [v])} result={z2} />
          <Equation name={`a² = ${name}(z²)`} result={a2} />
        </div>
        <div class="trio">
          <NumberField
            label={said.m1}
            help="product"
            value={m1}
            min={-100}
            max={100}
            onChange={(m1) => set({ m1 })}
          />
          <NumberField
            label={said.m2}
            help="product"
            value={m2}
            min={-100}
            max={100}
            onChange={(m2) => set({ m2 })}
          />
        </div>
        <table class="figures numbers">
          <thead>
            <tr>
              <th scope="col">x₁ x₂</th>
              <th scope="col">W² W¹ x</th>
              <th scope="col">{said.one}</th>
            </tr>
          </thead>
          <tbody>
            {PROBES.map((x, i) => (
              <tr key={x.join()}>
                <th scope="row">{x.map(num).join("  ")}</th>
                <td>{num(result.two[i])}</td>
                <td class={Math.abs(result.one[i] - result.two[i]) < 0.001 ? "good" : "bad"}>
                  {num(result.one[i])} {Math.abs(result.one[i] - result.two[i]) < 0.001 ? "✓" : "✗"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </>
    );
  },
});

function Equation(props: {
  name: string;
  left?: readonly (readonly number[])[];
  right?: readonly (readonly number[])[];
  result: readonly number[];
}) {
  const { name, left, right, result } = props;
  return (
    <div class="row">
      <span class="name">{name} =</span>
      {left && <Matrix rows={left} />}
      {right && <Matrix rows={right} />}
      {left && <span>=</span>}
      <Matrix rows={result.map((v) => [v])} />
    </div>
  );
}

const Matrix = ({ rows }: { rows: readonly (readonly number[])[] }) => (
  <span class="matrix" role="img" aria-label={rows.map((row) => row.map(num).join(" ")).join("; ")}>
    {rows.map((row, i) => (
      <span key={i} style={{ "--columns": String(row.length) }}>
        {row.map((v, j) => (
          <span key={j}>{num(v)}</span>
        ))}
      </span>
    ))}
  </span>
);
