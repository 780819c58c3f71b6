/** Layers that several values meet in, through a plan of several inputs: see test/support/graphs/check.ts for what is checked. */
import { describe, expect, test } from "vitest";
import { dealt } from "../support/dealt.ts";
import { checkGraph, givenFor, referenceHolds } from "../support/graphs/check.ts";
import type { GraphConfig, GraphLayer } from "../support/graphs/reference.ts";
import { type GraphResult, subjectOf } from "../support/graphs/run.ts";
import { near } from "../support/harness.ts";
import type { Shape } from "../support/layers/index.ts";
import type { MergeConfig } from "../support/layers/merging.ts";

/** A layer on inputs of these shapes. */
function graph(config: MergeConfig, shapes: readonly Shape[]): GraphConfig {
  const inputs = shapes.map((shape, i): GraphLayer => ({ type: "input", name: `x${i}`, shape }));
  const merge = { ...config, name: "merge", inputs: shapes.map((_, i) => `x${i}`) } as GraphLayer;
  return { layers: [...inputs, merge], outputs: { y: "merge" } };
}

const alike = ["add", "subtract", "multiply", "average", "maximum", "minimum"] as const;
const cases: [MergeConfig, readonly Shape[], number][] = [
  ...alike.flatMap((type): [MergeConfig, readonly Shape[], number][] => [
    [{ type }, [[1], [1]], 1],
    [{ type }, [[5], [5]], 4],
    [{ type }, [[8], [8]], 3],
    [
      { type },
      [
        [3, 4, 3],
        [3, 4, 3],
      ],
      2,
    ],
    [
      { type },
      [
        [2, 3, 8],
        [2, 3, 8],
      ],
      5,
    ],
    [
      { type },
      [
        [6, 7],
        [6, 7],
      ],
      3,
    ],
  ]),
  ...alike
    .filter((type) => type !== "subtract")
    .flatMap((type): [MergeConfig, readonly Shape[], number][] => [
      [{ type }, [[7], [7], [7]], 2],
      [
        { type },
        [
          [2, 2, 5],
          [2, 2, 5],
          [2, 2, 5],
          [2, 2, 5],
        ],
        3,
      ],
    ]),
  [{ type: "concatenate" }, [[1], [1]], 1],
  [{ type: "concatenate" }, [[3], [6]], 4],
  [{ type: "concatenate" }, [[4], [8]], 3],
  [{ type: "concatenate" }, [[5], [1], [7]], 2],
  [{ type: "concatenate", axis: 1 }, [[2], [2], [2], [3]], 5],
  [
    { type: "concatenate" },
    [
      [3, 2, 3],
      [3, 2, 6],
    ],
    2,
  ],
  [
    { type: "concatenate" },
    [
      [3, 2, 4],
      [3, 2, 4],
    ],
    3,
  ],
  [
    { type: "concatenate", axis: 3 },
    [
      [1, 1, 2],
      [1, 1, 9],
      [1, 1, 1],
    ],
    3,
  ],
  [
    { type: "concatenate", axis: 1 },
    [
      [1, 3, 5],
      [2, 3, 5],
    ],
    2,
  ],
  [
    { type: "concatenate", axis: -3 },
    [
      [2, 3, 4],
      [1, 3, 4],
      [3, 3, 4],
    ],
    3,
  ],
  [
    { type: "concatenate", axis: 2 },
    [
      [2, 1, 3],
      [2, 3, 3],
    ],
    3,
  ],
  [
    { type: "concatenate", axis: -2 },
    [
      [3, 4, 8],
      [3, 1, 8],
    ],
    2,
  ],
  [
    { type: "concatenate", axis: 1 },
    [
      [4, 7],
      [2, 7],
    ],
    2,
  ],
  [
    { type: "concatenate", axis: 2 },
    [
      [4, 7],
      [4, 2],
    ],
    3,
  ],
  [
    { type: "concatenate", axis: 2 },
    [
      [2, 1, 2, 3],
      [2, 2, 2, 3],
    ],
    2,
  ],
  [{ type: "dot" }, [[5], [5]], 3],
  [{ type: "dot" }, [[1], [1]], 1],
  [
    { type: "dot" },
    [
      [3, 5],
      [2, 5],
    ],
    2,
  ],
  [
    { type: "dot", axes: 1 },
    [
      [5, 3],
      [5, 7],
    ],
    3,
  ],
  [
    { type: "dot", axes: [2, 1] },
    [
      [3, 5],
      [5, 6],
    ],
    2,
  ],
  [
    { type: "dot", axes: [1, 2] },
    [
      [4, 3],
      [8, 4],
    ],
    2,
  ],
  [{ type: "dot", axes: [1, 2] }, [[5], [3, 5]], 3],
  [{ type: "dot", axes: [2, 1] }, [[6, 5], [5]], 3],
  [
    { type: "dot", axes: [1, -1] },
    [
      [9, 1],
      [1, 9],
    ],
    1,
  ],
];
const named = cases.map(
  (one) => [`${JSON.stringify(one[0])} of ${JSON.stringify(one[1])}, ${one[2]} rows`, ...one] as const,
);

describe("what the reference computes, in any shares, any room, pieces, training or not", () => {
  test.each(dealt(named))("%s", (_, config, shapes, rows) => {
    const subject = subjectOf(graph(config, shapes));
    referenceHolds(subject, givenFor(subject, rows));
    checkGraph(subject, rows);
  });
});

describe("one wrong value is noticed", () => {
  const parts: [string, (result: GraphResult) => Float32Array][] = [
    ["output 0", ({ ys }) => ys[0]],
    ["gradient of input 0", ({ dxs }) => dxs[0]],
    ["gradient of input 1", ({ dxs }) => dxs[1]],
  ];
  const each = named.flatMap(([, config, shapes, rows]) =>
    parts.map(
      ([what, part]) =>
        [`${config.type} of ${JSON.stringify(shapes)}: ${what}`, config, shapes, rows, what, part] as const,
    ),
  );
  test.each(dealt(each))("%s", (_, config, shapes, rows, what, part) => {
    const subject = subjectOf(graph(config, shapes));
    for (const by of [1e-4, -1e-4, Number.NaN]) {
      const plant = (result: GraphResult) => {
        const values = part(result);
        values[values.length - 1] += by * (1 + Math.abs(values[values.length - 1]));
      };
      expect(() => checkGraph(subject, rows, { plant })).toThrow(`${what}[`);
    }
  });
});

describe("of equal values the first gets the gradient", () => {
  test.each(["maximum", "minimum"] as const)("%s", (type) => {
    const subject = subjectOf(
      graph({ type }, [
        [3, 2, 5],
        [3, 2, 5],
        [3, 2, 5],
      ]),
    );
    const { xs, ...rest } = givenFor(subject, 2);
    const rounded = xs.map((x) => x.map((v) => Math.round(v) + 0));
    const { dxs, dys } = checkGraph(subject, 2, { given: { xs: rounded, ...rest } });
    // not as far as roundings carry, which would part equals
    const want = subject.reference.forward({}, rounded, true).backward([Float64Array.from(dys[0])]).dxs;
    for (const [i, dx] of dxs.entries()) near(`gradient of input ${i}`, dx, want[i]);
    const both = (i: number) => dxs.filter((dx) => dx[i] !== 0).length;
    expect(Math.max(...rounded[0].map((_, i) => both(i)))).toBe(1);
  });

  test.each(["maximum", "minimum", "add", "subtract", "multiply", "average", "concatenate", "dot"] as const)(
    "one value given twice to %s",
    (type) => {
      const layers: GraphLayer[] = [
        { type: "input", name: "x", shape: [7] },
        { type, name: "merge", inputs: ["x", "x"] },
      ];
      checkGraph(subjectOf({ layers, outputs: { y: "merge" } }), 3);
    },
  );
});
