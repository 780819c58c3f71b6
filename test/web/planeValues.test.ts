/** Regression in the plane: sets with values, points from tables, activations of layers, and what stops a training. */
import { describe, expect, it } from "vitest";
import { hasConverged } from "../../web/plane/engine/converged.ts";
import { makeData } from "../../web/plane/engine/data.ts";
import { Race } from "../../web/plane/engine/race.ts";
import { pointsOfTable } from "../../web/plane/settings/fromTable.ts";
import { activationOf, choosing, fit, fromQuery, INITIAL, toQuery } from "../../web/plane/state/state.ts";
import { nablaCode } from "../../web/plane/take/codeOf.ts";

const table = (text: string) => pointsOfTable(new TextEncoder().encode(text), "t.csv", INITIAL);

async function lossAfter(
  query: string,
  steps: number,
): Promise<{ first: number; last: number; accuracy: number }> {
  const { state, notices } = fromQuery(query);
  expect(notices).toEqual([]);
  const race = new Race(state);
  const [before] = await race.standings();
  while (race.step < steps) await race.advance(steps - race.step);
  const [after] = await race.standings();
  await race.dispose();
  return { first: before!.loss, last: after!.loss, accuracy: after!.accuracy };
}

describe("a value for every place of the plane", () => {
  it("is (x + y) over the width, or that of the nearest peak", () => {
    const plane = makeData(fromQuery("data=plane&noise=0&samples=200&test=0").state).train;
    plane.values!.forEach((value, i) => {
      expect(value).toBeCloseTo((plane.places[2 * i]! + plane.places[2 * i + 1]!) / 3.8, 6);
    });
    const { places, values } = makeData(fromQuery("data=gaussian&noise=0&samples=2000&test=0").state).train;
    const near = (x: number, y: number): number => {
      const i = Array.from(values!, (_, k) => Math.hypot(places[2 * k]! - x, places[2 * k + 1]! - y));
      return values![i.indexOf(Math.min(...i))]!;
    };
    expect(near(-4 / 3, 5 / 6)).toBeGreaterThan(0.8);
    expect(near(0, 5 / 6)).toBeLessThan(-0.8);
    expect(near(0, -5 / 6)).toBeGreaterThan(0.8);
    expect(near(-1.9, 1.9)).toBe(0);
    expect(Math.max(...values!.map(Math.abs))).toBeLessThanOrEqual(1);
  });

  it("has other points for testing, and noise that moves values, not places", () => {
    const still = makeData(fromQuery("data=plane&noise=0").state);
    const noisy = makeData(fromQuery("data=plane&noise=50").state);
    expect(noisy.train.places).toEqual(still.train.places);
    expect(noisy.train.values).not.toEqual(still.train.values);
    expect(still.test.places[0]).not.toBe(still.train.places[0]);
  });

  it.each(["plane", "gaussian"])("is learned with the mean of squares: %s", async (data) => {
    const { first, last, accuracy } = await lossAfter(
      `data=${data}&loss=meanSquaredError&noise=0&rate=0.03&net=8,8`,
      2000,
    );
    expect(last).toBeLessThan(0.01);
    expect(first / last).toBeGreaterThan(8);
    expect(accuracy).toBeNaN();
  });

  it("is painted, split and comes back from a link with its values", async () => {
    const points = [
      { x: -1, y: 0, label: 0, value: -1 },
      { x: 1, y: 0.5, label: 0, value: 0.5 },
      { x: 0, y: 1, label: 0, value: 1 },
      { x: 0, y: -1, label: 0, value: 0 },
    ];
    const state = fit({ ...INITIAL, ...choosing("values", INITIAL), points });
    const again = fromQuery(toQuery(state));
    expect(again.notices).toEqual([]);
    expect(toQuery(again.state)).toBe(toQuery(state));
    again.state.points.forEach(({ x, value }, i) => {
      expect(x).toBeCloseTo(points[i]!.x, 1);
      expect(value).toBeCloseTo(points[i]!.value, 2);
    });
    const { train, test } = makeData({ ...again.state, test: 50 });
    expect(train.values).toHaveLength(2);
    const all = [train, test].flatMap(({ places, values }) =>
      Array.from(values!, (value, i) => `${places[2 * i]!.toFixed(1)} ${value.toFixed(1)}`),
    );
    expect(all.sort()).toEqual(points.map(({ x, value }) => `${x.toFixed(1)} ${value.toFixed(1)}`).sort());
  });

  it("becomes a class where classes are asked for, and back", () => {
    const values = fit({
      ...INITIAL,
      ...choosing("values", INITIAL),
      points: [
        { x: 0, y: 0, label: 0, value: -0.5 },
        { x: 1, y: 0, label: 0, value: 0.5 },
      ],
    });
    const classes = fit({ ...values, ...choosing("painted", values) });
    expect(classes.points.map(({ label, value }) => [label, value])).toEqual([
      [0, undefined],
      [1, undefined],
    ]);
    expect(classes.loss).toBe("categoricalCrossentropy");
    expect(fit({ ...classes, ...choosing("values", classes) }).points.map(({ value }) => value)).toEqual([
      -1, 1,
    ]);
  });
});

describe("points from a table", () => {
  it("two columns are a curve", () => {
    const { patch, notes } = table("x,y\n0,0.5\n1,-0.5\n");
    expect(patch).toMatchObject({ data: "curve", loss: "meanSquaredError", features: ["x"] });
    expect(patch.points!.map(({ x, y }) => [x.toFixed(1), y.toFixed(1)])).toEqual([
      ["0.0", "0.5"],
      ["1.0", "-0.5"],
    ]);
    expect(notes).toEqual(["2 points of a curve are read: y is asked for x."]);
  });

  it("a third column is a class where it is text or few whole numbers, else a value", () => {
    const named = table("kind;a;b\nred;0,5;1\nblue;1,5;0\nred;0;0,25\n");
    expect(named.patch).toMatchObject({ data: "painted", classes: 2 });
    expect(named.patch.points!.map(({ label }) => label)).toEqual([1, 0, 1]);
    expect(named.patch.points![0]!.x).toBeCloseTo(0.5, 1);
    expect(named.notes[0]).toContain("class 1 is “blue”, class 2 is “red”");
    expect(table("0,0,1\n1,0,-1\n0,1,1\n").patch.points!.map(({ label }) => label)).toEqual([1, 0, 1]);
    const valued = table("x,y,height\n0,0,0.5\n1,0,-0.3\n");
    expect(valued.patch).toMatchObject({ data: "values" });
    expect(valued.patch.points!.map(({ value }) => value!.toFixed(1))).toEqual(["0.5", "-0.3"]);
  });

  it("what is wider than the plane is drawn from end to end, and that is said", () => {
    const { patch, notes } = table("age,price\n20,1000\n70,5000\n45,3000\n");
    expect(patch.points!.map(({ x, y }) => [x.toFixed(1), y.toFixed(1)])).toEqual([
      ["-1.8", "-1.8"],
      ["1.8", "1.8"],
      ["0.0", "0.0"],
    ]);
    expect(notes.slice(1)).toEqual([
      "age, from 20 to 70, is drawn from −1.8 to 1.8.",
      "price, from 1000 to 5000, is drawn from −1.8 to 1.8.",
    ]);
  });

  it.each([
    ["x\n1\n2\n", "expected two columns (x, y), or three"],
    ["a,b,c,d\n1,2,3,4\n5,6,7,8\n", "got 4 (a, b, c, d)"],
    ["x,y\n1,2\n,3\n", "line 3: column x: there is no value"],
    ["x,y\n1,2\nred,3\n", "line 3: column x: expected a number, got “red”"],
    ["x,y,c\n1,2,a\n2,3,a\n", "column c has 1 different classes"],
    [`x,y\n${"1,2\n".repeat(2001)}`, "expected 2 to 2000 rows, got 2001"],
  ])("refuses %j", (text, says) => {
    expect(() => table(text)).toThrow(says);
    expect(() => table(text)).toThrow(/^t\.csv: /);
  });
});

describe("activations of layers", () => {
  it("are those of a link, one for each layer that there is", () => {
    const { state } = fromQuery("net=3,2,2&activations=relu,tanh,sigmoid");
    expect([0, 1, 2].map((layer) => activationOf(state, layer))).toEqual(["relu", "tanh", "sigmoid"]);
    expect(fit({ ...state, net: [3] }).activations).toEqual(["relu"]);
    expect(fit({ ...state, net: [3, 2, 2, 2] }).activations.at(-1)).toBe("tanh");
    expect(fit({ ...state, activations: ["tanh", "tanh", "tanh"] }).activations).toEqual([]);
  });

  it("are what is trained, and what is taken away", async () => {
    const [mixed, plain] = await Promise.all(
      ["net=4,4&activations=relu,tanh", "net=4,4"].map((query) => lossAfter(query, 50)),
    );
    expect(mixed!.last).not.toBe(plain!.last);
    const weights = [4, 4, 2].map((units) => ({
      kernel: new Float32Array(units),
      bias: new Float32Array(units),
    }));
    expect(nablaCode(fromQuery("net=4,4&activations=relu,tanh").state, weights)).toMatch(
      /activation: "relu", name: "hidden-1".*\n.*activation: "tanh", name: "hidden-2"/,
    );
  });
});

describe("convergence", () => {
  const epochs = Array.from({ length: 101 }, (_, i) => i);
  it.each([
    ["a loss that falls on", (e: number) => 1 / (1 + e), false],
    ["one that lies still", (e: number) => (e < 40 ? 1 - e / 50 : 0.2), true],
    ["one that has grown beyond all numbers", (e: number) => (e < 90 ? 1 : Number.NaN), false],
    ["one that swings about its bottom", (e: number) => 0.2 + 0.1 * (e % 2), true],
  ])("%s", (_, loss, is) => {
    expect(hasConverged(epochs, epochs.map(loss))).toBe(is);
  });
  it("takes fifty epochs to be seen", () => {
    expect(
      hasConverged(
        epochs.slice(0, 50),
        epochs.slice(0, 50).map(() => 1),
      ),
    ).toBe(false);
    expect(
      hasConverged(
        epochs.slice(0, 60),
        epochs.slice(0, 60).map(() => 1),
      ),
    ).toBe(true);
  });
});
