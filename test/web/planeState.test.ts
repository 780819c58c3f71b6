import { describe, expect, it } from "vitest";
import { MAX_POINTS } from "../../web/plane/choices.ts";
import { painted } from "../../web/plane/painted.ts";
import { snap } from "../../web/plane/points.ts";
import { fit, fromQuery, INITIAL, type PlaneState, toQuery } from "../../web/plane/state.ts";

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
      net: [],
      activation: "relu",
      init: "heNormal",
      loss: "categoricalHinge",
      optimizer: "nesterov",
      rate: 0.0123,
      schedule: "cosine:0,300+warmup:10",
      l1: 0.001,
      l2: 0.00001,
      dropout: 0.25,
      batch: 7,
      race: true,
      rates: [1, 0.1, 0.05, 0.001],
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
    ["points=%%%", "expected at most 500 points"],
    ["points=AAD_", "expected points of classes 0 to 5"],
    [`points=${"AAAA".repeat(MAX_POINTS + 1)}`, "expected at most 500 points"],
    ["seed=-1", "expected a whole number from 0 to 4294967295"],
    ["__proto__=1", "“__proto__”, which this page does not know"],
    ["toString=1", "which this page does not know"],
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
