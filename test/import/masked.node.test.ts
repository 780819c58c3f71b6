/** Graphs with masks whose nodes say something else than this library writes: refused, or read as what they mean. */
import { expect, test } from "vitest";
import { NablaError } from "../../src/errors.ts";
import { exportOnnx } from "../../src/export/index.ts";
import { openModel } from "../../src/import/index.ts";
import { type LayerInput, type Model, sequential } from "../../src/index.ts";
import { ONNX, type OnnxAttribute, type OnnxModel } from "../../src/interop/onnx.ts";
import { decode, encode } from "../../src/interop/protobuf.ts";
import { ALL } from "../../src/layers/all.ts";
import { differs, hasRuntime, outputsOf, rowsFor, runtimeOutputs } from "../export/onnxRound.ts";
import { CODERS } from "../export/states.ts";

/** Of operators, what may be said and is not written. */
const UNSAID: Readonly<Record<string, readonly string[]>> = {
  CumSum: ["exclusive", "reverse"],
  TopK: ["axis", "largest", "sorted"],
  GatherElements: ["axis"],
  ReduceSum: ["keepdims"],
  ReduceMin: ["keepdims"],
  Softmax: ["axis"],
};
const OURS = /^(?:CumSum|TopK|GatherElements|ReduceSum|ReduceMin|Cast)$/;

const chain = (...layers: readonly LayerInput[]) => sequential([...layers], { inputShape: [5, 3], seed: 5 });
const many = { returnSequences: true } as const;
const { masking, lstm, gru, simpleRnn, bidirectional, globalAveragePooling1d } = ALL;
const NETS: readonly (readonly [name: string, make: () => Model])[] = [
  ["mean", () => chain(masking(), globalAveragePooling1d())],
  ["end", () => chain(masking(), lstm({ units: 2 }))],
  ["steps", () => chain(masking(), gru({ units: 2, ...many }))],
  ["both", () => chain(masking(), bidirectional(simpleRnn({ units: 2, ...many })))],
  ...CODERS.filter(([name]) => name === "gru_both_padded"),
];

const said = (all: readonly OnnxAttribute[]) =>
  all.map(({ name, i, s, ints }) => `${name} = ${i ?? s ?? Array.from(ints ?? [])}`).join();

const swapped = <T>(all: readonly T[], at: number, by: T): T[] => all.map((one, i) => (i === at ? by : one));

/** A node's attributes with one of them changed. */
function* changed(type: string, attributes: readonly OnnxAttribute[]): Generator<readonly OnnxAttribute[]> {
  for (const [at, one] of attributes.entries()) {
    yield attributes.filter((other) => other !== one);
    if (one.i !== undefined)
      for (const i of [0, 1, 6, 7, 9].filter((i) => i !== Number(one.i)))
        yield swapped(attributes, at, { ...one, i });
    if (one.ints) for (const ints of [[0], [1], [0, 1, 2]]) yield swapped(attributes, at, { ...one, ints });
    if (one.s !== undefined)
      for (const s of ["forward", "reverse"].filter((s) => s !== one.s))
        yield swapped(attributes, at, { ...one, s });
  }
  for (const name of UNSAID[type] ?? [])
    if (!attributes.some((one) => one.name === name))
      for (const i of [0, 1]) yield [...attributes, { name, i, type: 2 } as OnnxAttribute];
}

test.each(NETS)(
  "%s: each attribute of each node",
  async (_, make) => {
    const made = make();
    const x = rowsFor(made, 6, (i) => (Math.floor(i / 3) % 3 === 1 ? 0 : Math.sin(i * 1.3 + 1)));
    const whole = decode(exportOnnx(made), "Model", ONNX) as unknown as OnnxModel;
    const own = outputsOf(made, x);
    const far = (a: Record<string, Float32Array>, b: Record<string, Float32Array>) =>
      Math.max(...Object.values(a).map((values, i) => differs(values, Object.values(b)[i]!)));
    let [asked, refused] = [0, 0];
    const wrong: string[] = [];
    for (const [at, node] of whole.graph!.nodes.entries())
      for (const attributes of changed(node.type!, node.attributes)) {
        const nodes = swapped(whole.graph!.nodes, at, { ...node, attributes: [...attributes] });
        const bytes = Buffer.concat(
          encode({ ...whole, graph: { ...whole.graph!, nodes } } as never, "Model", ONNX),
        );
        asked++;
        // of steps that are mixed, a model says so when it first predicts
        const read = await openModel(new Uint8Array(bytes))
          .then((back) => outputsOf(back, x))
          .catch((error: unknown) => {
            if (error instanceof NablaError) return undefined;
            throw error;
          });
        if (!read) {
          refused++;
          continue;
        }
        // what the changed file means; a file that means nothing is no wrong reading of the one it was
        const meant = hasRuntime()
          ? await runtimeOutputs(bytes, x).catch(() => own)
          : OURS.test(node.type!)
            ? own
            : read;
        if (!(far(read, meant) < 1e-5)) wrong.push(`${node.type} ${node.name}: ${said(attributes)}`);
      }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(10);
  },
  120_000,
);

test.each(NETS.slice(1))(
  "%s: steps that are moved with fewer of their features are refused",
  async (_, make) => {
    const whole = decode(exportOnnx(make()), "Model", ONNX) as unknown as OnnxModel;
    const graph = whole.graph!;
    const expands = graph.nodes.flatMap(({ type }, at) => (type === "Expand" ? [at] : []));
    expect(expands.length).toBeGreaterThan(0);
    for (const at of expands)
      for (const ints of [
        [1, 1, 1],
        [1, 1, 9],
        [2, 1, 1],
      ]) {
        const [places] = graph.nodes[at]!.inputs;
        const nodes = swapped(graph.nodes, at, { ...graph.nodes[at]!, inputs: [places!, "other"] });
        const other = {
          name: "other",
          dims: [3],
          type: 7,
          raw: new Uint8Array(BigInt64Array.from(ints, BigInt).buffer),
        };
        const changed = { ...graph, nodes, initializers: [...graph.initializers, other] };
        const bytes = Buffer.concat(encode({ ...whole, graph: changed } as never, "Model", ONNX));
        await expect(openModel(new Uint8Array(bytes)), `${at}: ${ints}`).rejects.toThrow(NablaError);
      }
  },
);
