/** Attention through a plan: see the harness for what is checked. */
import { describe, test } from "vitest";
import type { Topology } from "../../src/layers/configs.ts";
import { modelFields } from "../../src/layers/document.ts";
import { registerAll } from "../../src/layers/table.ts";
import { dealt } from "../support/dealt.ts";
import { checkGraph, givenFor, referenceHolds } from "../support/graphs/check.ts";
import { type GraphGiven, runGraph, type Subject, subjectOf } from "../support/graphs/run.ts";
import { values } from "../support/kernel.ts";
import { checkLayer } from "../support/layerHarness.ts";
import { sameBits } from "../support/layerRun.ts";
import { type Attended, attendedGoldens, nearStored } from "../support/layers/golden.ts";
import { type ReferenceConfig, type Shape, size } from "../support/layers/index.ts";

type Options = Partial<ReferenceConfig> & { numHeads: number; keyDim: number };

describe("heads", () => {
  const cases: [Options, Shape, number][] = [
    [{ numHeads: 1, keyDim: 4 }, [4, 4], 3],
    [{ numHeads: 2, keyDim: 3 }, [5, 6], 2],
    [{ numHeads: 3, keyDim: 5, useBias: false }, [9, 3], 2],
    [{ numHeads: 2, keyDim: 4, valueDim: 3, outputShape: 7 }, [6, 5], 3],
    [{ numHeads: 1, keyDim: 1 }, [1, 1], 1],
    [{ numHeads: 4, keyDim: 2 }, [1, 4], 1],
    [{ numHeads: 2, keyDim: 8, causal: true }, [7, 4], 1],
    [{ numHeads: 3, keyDim: 2, valueDim: 6, useCausalMask: true }, [13, 2], 2],
  ];
  test.each(
    dealt(cases).map((one) => [`${JSON.stringify(one[0])} of [${one[1]}], ${one[2]} rows`, ...one] as const),
  )("%s", (_, rest, shape, rows) =>
    checkLayer({ type: "multiHeadAttention", ...rest } as ReferenceConfig, shape, rows, { scale: 0.5 }),
  );
});

test.each([
  [{}, [4, 3], 3],
  [{ sequenceLength: 9 }, [5, 8], 2],
  [{}, [1, 1], 1],
  [{ sequenceLength: 6 }, [6, 5], 5],
] as const)("positions %j of [%s], %i rows", (options, shape, rows) =>
  checkLayer({ type: "positionalEmbedding", ...options }, shape, rows),
);

test("heads within each step of a longer sequence", () => {
  const layer = { type: "multiHeadAttention", numHeads: 2, keyDim: 3, causal: true } as const;
  checkLayer({ type: "timeDistributed", layer }, [2, 4, 3], 3, { scale: 0.5 });
});

describe("queries and values of their own", () => {
  const cases: [{ causal?: boolean; useCausalMask?: boolean }, readonly Shape[], number][] = [
    [
      {},
      [
        [3, 4],
        [5, 4],
      ],
      2,
    ],
    [
      {},
      [
        [1, 1],
        [1, 1],
      ],
      1,
    ],
    [
      {},
      [
        [4, 3],
        [9, 7],
        [9, 3],
      ],
      3,
    ],
    [
      { causal: true },
      [
        [6, 5],
        [6, 5],
      ],
      2,
    ],
    [
      { causal: true },
      [
        [3, 2],
        [7, 2],
      ],
      2,
    ],
    [
      { useCausalMask: true },
      [
        [9, 2],
        [4, 6],
        [4, 2],
      ],
      1,
    ],
  ];
  test.each(dealt(cases).map((one) => [JSON.stringify(one), ...one] as const))(
    "%s",
    (_, config, shapes, rows) => {
      const inputs = shapes.map((shape, i) => ({ type: "input" as const, name: `x${i}`, shape }));
      const names = inputs.map(({ name }) => name);
      const layer = { type: "attention" as const, name: "attend", inputs: names, ...config };
      const subject = subjectOf({ layers: [...inputs, layer], outputs: { y: "attend" } });
      referenceHolds(subject, givenFor(subject, rows));
      checkGraph(subject, rows);
    },
  );
});

/** A graph of a golden case: its inputs, masked where they have lengths, the layer, and the mean over its steps. */
function subjectOfGolden({ config, shapes, lengths = [], mean, gradients }: Attended): Subject {
  const inputs = shapes.map((shape, i) => ({ type: "input", name: `x${i}`, shape }));
  const masks = inputs.flatMap(({ name }, i) =>
    lengths[i] ? [{ type: "masking", name: `${name}m`, inputs: [name] }] : [],
  );
  const from = inputs.map(({ name }, i) => (lengths[i] ? `${name}m` : name));
  const layer = { ...config, name: "attend", inputs: from };
  const pool = mean ? [{ type: "globalAveragePooling1d", name: "mean", inputs: ["attend"] }] : [];
  const units = config.type === "attention" ? shapes[Math.min(1, shapes.length - 1)][1] : undefined;
  const features = units ?? ("outputShape" in config ? config.outputShape : undefined) ?? shapes[0][1];
  registerAll();
  const written = { layers: [...inputs, ...masks, layer, ...pool], outputs: { y: mean ? "mean" : "attend" } };
  const topology = modelFields().check(written, "model") as Topology;
  const names = Object.keys(gradients);
  const reference = {
    inputShapes: shapes,
    outputShapes: [mean ? [features] : [shapes[0][0], features]],
    parameters: Object.fromEntries(names.map((name) => [`attend.${name}`, []])),
    moving: {},
    tensorsOf: names.length > 0 ? { attend: names } : {},
  };
  return { topology, reference: reference as unknown as Subject["reference"] };
}

/** The inputs of such a case: zeros behind their lengths. */
function givenOf({ shapes, rows, lengths = [], gradients }: Attended, outputShape: Shape): GraphGiven {
  const drawn = (n: number, seed: number) => Float64Array.from(values(n, seed));
  return {
    xs: shapes.map((shape, i) =>
      drawn(rows * size(shape), i + 1).map((v, at) => {
        const [row, step] = [Math.floor(at / size(shape)), Math.floor((at % size(shape)) / shape[1])];
        return step < (lengths[i]?.[row] ?? shape[0]) ? v : 0;
      }),
    ),
    p: Object.fromEntries(
      Object.entries(gradients).map(([name, of], i) => [
        `attend.${name}`,
        drawn("length" in of ? of.length : 0, 21 + i),
      ]),
    ),
    dys: [drawn(rows * size(outputShape), 11)],
  };
}

describe("what PyTorch and Keras compute", () => {
  const named = attendedGoldens.map((golden) => {
    const { from, config, shapes, rows, lengths, mean } = golden;
    const { type, ...rest } = config;
    const said = [JSON.stringify(rest), lengths && `lengths ${JSON.stringify(lengths)}`, mean && "mean"];
    return [
      `${from}: ${type} of ${JSON.stringify(shapes)}, ${rows} rows`,
      said.filter(Boolean).join(", "),
      golden,
    ] as const;
  });
  test.each(dealt(named))("%s: %s", (_, _said, golden) => {
    const subject = subjectOfGolden(golden);
    const given = givenOf(golden, subject.reference.outputShapes[0]);
    const { ys, dxs, gradients } = runGraph(subject, golden.rows, given);
    nearStored("y", ys[0], golden.y, 2e-6);
    dxs.forEach((dx, i) => {
      nearStored(`dx of input ${i}`, dx, golden.dxs[i], 4e-6);
    });
    for (const [name, want] of Object.entries(golden.gradients))
      nearStored(`gradient of ${name}`, gradients[`attend.${name}`], want, 1e-5);
    for (const parts of [2, 5]) {
      const shared = runGraph(subject, golden.rows, given, { parts });
      sameBits("y in shares", shared.ys[0], ys[0]);
      for (const [name, values] of Object.entries(gradients))
        sameBits(`gradient of ${name} in shares`, shared.gradients[name], values);
    }
    if (golden.rows > 1) {
      const cut = runGraph(subject, golden.rows, given, { pieces: [1] });
      for (const [name, values] of Object.entries(gradients))
        sameBits(`gradient of ${name} in pieces`, cut.gradients[name], values);
    }
    sameBits(
      "y where nobody goes back",
      runGraph(subject, golden.rows, given, { mode: "predict" }).ys[0],
      ys[0],
    );
  });
});
