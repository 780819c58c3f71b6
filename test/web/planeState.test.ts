import { describe, expect, it } from "vitest";
import { MAX_POINTS } from "../../web/plane/state/choices.ts";
import { painted } from "../../web/plane/state/painted.ts";
import type { PlaneState } from "../../web/plane/state/planeState.ts";
import { snap } from "../../web/plane/state/points.ts";
import {
  choosing,
  fit,
  fromQuery,
  INITIAL,
  isQuiet,
  toQuery,
  withoutQuiet,
} from "../../web/plane/state/state.ts";

describe("links of the plane", () => {
  it("says nothing where everything is as it was", () => {
    expect(toQuery(INITIAL)).toBe("");
    expect(fromQuery("")).toEqual({ state: INITIAL, notices: [] });
  });

  it("brings back every field", () => {
    const state: PlaneState = {
      data: "painted",
      classes: 4,
      samples: 120,
      noise: 35,
      test: 0,
      seed: 4294967295,
      points: [
        { x: snap(-2), y: snap(2), label: 0 },
        { x: snap(0.3), y: snap(-1.1), label: 3 },
      ],
      features: ["y", "xy", "sinx"],
      net: [4, 2],
      activation: "relu",
      activations: ["relu", "tanh"],
      init: "heNormal",
      loss: "categoricalHinge",
      optimizer: "nesterov",
      rate: 0.0123,
      momentum: 0.5,
      schedule: "cosine:0,300+warmup:10",
      l1: 0.001,
      l2: 0.00001,
      dropout: 0.25,
      batch: 7,
      race: true,
      rates: [1, 0.1, 0.05, 0.001],
      converge: true,
      hide: ["take", "data"],
      lock: true,
      ravine: [0.02, 0.1, 0.5, 1, -1],
      changes: [
        { step: 12, set: { rate: 0.3 } },
        { step: 12, set: { schedule: "cosine:0,300+warmup:10" } },
        { step: 40, weight: { layer: 0, part: "kernel", index: 11, value: -1.25e-7 } },
        { step: 99, set: { rates: [0.1, 0.2, 0.3, 0.4] } },
      ],
    };
    const query = toQuery(state);
    expect(fromQuery(query)).toEqual({ state, notices: [] });
    expect(toQuery(fromQuery(query).state)).toBe(query);
    // all fields differ from their first values, so none could be forgotten
    expect([...new URLSearchParams(query).keys()].sort()).toEqual(Object.keys(INITIAL).sort());
  });

  it("keeps a link readable", () => {
    expect(toQuery({ ...INITIAL, net: [8, 8], schedule: "step:0.5,50" })).toBe(
      "net=8,8&schedule=step:0.5,50",
    );
  });

  it.each([
    ["rate=abc", "rate to “abc”; expected a number from 0.000001 to 10. 0.01 is used."],
    ["rate=", "expected a number"],
    ["rate=Infinity", "expected a number"],
    ["net=3,9", "expected a whole number from 1 to 8. 6,4 is used."],
    ["net=1,1,1,1,1,1,1", "expected 0 to 6 values"],
    ["net=2.5", "expected a whole number"],
    ["data=moon", "expected one of moons, spirals"],
    ["features=x,x", "expected different values"],
    ["features=none", "expected 1 to 7 values"],
    ["race=yes", "expected 0 or 1"],
    ["rates=1,2", "expected 4 values"],
    ["points=%%%", "expected at most 2000 points"],
    ["points=AAD_", "expected points of classes 0 to 5"],
    [`points=${"AAAA".repeat(MAX_POINTS + 1)}`, "expected at most 2000 points"],
    ["seed=-1", "expected a whole number from 0 to 4294967295"],
    ["__proto__=1", "“__proto__”, which this page does not know"],
    ["toString=1", "which this page does not know"],
    ["changes=5:net:3", "expected changes of noise, optimizer"],
    ["changes=5:rate:0.1;4:rate:0.2", "expected changes in the order of their steps"],
    ["changes=5:rate:11", "expected a number from 0.000001 to 10"],
    ["changes=5:w:0.kernel.1:1e39", "expected weights that are numbers of 32 bits"],
    ["changes=5:w:0.kernel.1:.", "expected weights that are numbers of 32 bits"],
    [`changes=${"1:l1:0;".repeat(200)}1:l1:0`, "expected at most 200 changes"],
    ["changes=5:w:0.kernel.12:1", "weights that its net does not have"],
    ["classes=5", "The link sets classes to 5; moons has 2. 2 is used."],
  ])("replaces %s and says so", (query, says) => {
    const { state, notices } = fromQuery(query);
    expect(state).toEqual(INITIAL);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(says);
  });

  it("survives a link that is noise", () => {
    const { state, notices } = fromQuery("?&&=%00%ff&a=b&<script>&net=💥&rate=NaN&points=AAA");
    expect(state).toEqual(INITIAL);
    expect(notices.length).toBeGreaterThan(4);
    for (const notice of notices) expect(notice.length).toBeLessThan(250);
  });

  it.each([
    [{ data: "sine" }, { classes: 1, loss: "meanSquaredError", features: ["x"] }],
    [{ data: "cubic", features: ["y", "sinx", "xx"] }, { features: ["xx", "sinx"] }],
    [{ data: "curve", points: [{ x: 0, y: 1, label: 3 }] }, { points: [{ x: 0, y: 1, label: 0 }] }],
    [{ loss: "perceptron" }, { net: [], classes: 2 }],
    [
      { loss: "binaryCrossentropy", data: "blobs", classes: 4 },
      { classes: 2, net: [6, 4] },
    ],
    // painted points of three classes have no one output
    [
      { loss: "perceptron", data: "painted", points: [{ x: 0, y: 0, label: 2 }] },
      { loss: "categoricalCrossentropy", classes: 3, net: [6, 4] },
    ],
  ] as [Partial<PlaneState>, Partial<PlaneState>][])("makes %j fit together", (given, wanted) => {
    const fitted = fit({ ...INITIAL, ...given });
    expect(fitted).toMatchObject(wanted);
    expect(fit(fitted)).toEqual(fitted);
    // and a link of it says the same
    expect(fromQuery(toQuery(fitted))).toEqual({
      state: {
        ...fitted,
        points: fitted.points.map((point) => ({ ...point, x: snap(point.x), y: snap(point.y) })),
      },
      notices: [],
    });
  });

  it.each([
    ["data=sine&loss=quadratic", "loss to quadratic, which does not go with the rest; meanSquaredError"],
    ["data=cubic&features=y,x", "features to y,x, which does not go with the rest; x is used"],
    ["loss=perceptron&net=3", "net to 3, which does not go with the rest; none is used"],
  ])("says what a link cannot have together: %s", (query, says) => {
    expect(fromQuery(query).notices).toEqual([expect.stringContaining(says)]);
  });

  it("takes other inputs and another loss along with a set of the other kind, and back", () => {
    const curve = fit({ ...INITIAL, ...choosing("sine", INITIAL) });
    expect([curve.features, curve.loss]).toEqual([["x"], "meanSquaredError"]);
    expect(choosing("cubic", curve)).toEqual({ data: "cubic" });
    const back = fit({ ...curve, ...choosing("moons", curve) });
    expect(back).toEqual(INITIAL);
  });

  it("has as many classes as the set allows and painted points need", () => {
    expect(fit({ ...INITIAL, data: "circles", classes: 6 }).classes).toBe(4);
    const points = [{ x: 0, y: 0, label: 4 }];
    expect(fit({ ...INITIAL, data: "painted", points }).classes).toBe(5);
  });
});

describe("painting", () => {
  it("adds points where a link can say they are", () => {
    const points = painted([], 0.1234, -0.5, 2);
    expect(points).toHaveLength(1);
    expect(points[0].x).toBeCloseTo(0.1234, 1);
    const state = fit({ ...INITIAL, data: "painted", points });
    expect(fromQuery(toQuery(state)).state.points).toEqual(points);
  });

  it("erases what is near, and gives the same points where nothing is", () => {
    const points = painted(painted([], 0, 0, 0), 1, 1, 1);
    expect(painted(points, 0.05, 0.05, -1)).toEqual([points[1]]);
    expect(painted(points, -1, -1, -1)).toBe(points);
  });

  it("stops at as many points as a link carries", () => {
    let points = painted([], 0, 0, 0);
    for (let i = 0; i < MAX_POINTS + 5; i++) points = painted(points, 0, 0, 0);
    expect(points).toHaveLength(MAX_POINTS);
  });
});

it("knows what is no part of a training: all of that is left out where runs are compared", () => {
  const beside = Object.entries(INITIAL).filter(([key, value]) => isQuiet({ [key]: value }));
  expect(beside.map(([key]) => key).sort()).toEqual(["converge", "hide", "lock", "ravine"]);
  const state: PlaneState = {
    ...INITIAL,
    rate: 0.3,
    converge: true,
    hide: ["data"],
    lock: true,
    ravine: [0.1, 0.2, 0.5, 1, 1],
  };
  expect(withoutQuiet(state)).toEqual({ ...INITIAL, rate: 0.3 });
});
