/** The loss surface: its scale, along two weights, as a hill; and the ravine. */
import { describe, expect, it } from "vitest";
import { nabla } from "../../web/course/lib.ts";
import { computeLandscape, type Landscape, SIDE } from "../../web/plane/engine/landscape.ts";
import { Race } from "../../web/plane/engine/race.ts";
import { levelsOf, scaleOf, ticksOf } from "../../web/plane/landscape/relief.ts";
import { project, TILTS, turned } from "../../web/plane/landscape/solid.ts";
import { axesWithin } from "../../web/plane/state/changes.ts";
import { fromQuery } from "../../web/plane/state/state.ts";
import { descend, heightAt } from "../../web/ravine/ravine.ts";

describe("the loss along two weights", () => {
  it("is the loss of the net with these two, all others as they are", async () => {
    const race = new Race(fromQuery("net=2&data=xor").state);
    await race.advance(8);
    let shown: Landscape | undefined;
    const axes = [1, 4] as const;
    await computeLandscape(race.state, race.train!, race.paths, { directions: "weights", axes }, (each) => {
      shown = each;
    });
    const { box, losses, paths } = shown!;
    // places are values of the weights: hidden-1.kernel has four, so 4 is the first bias
    const [kernel, bias] = (() => {
      const weights = race.entrants[0]!.model.weights();
      return [weights["hidden-1.kernel"]!, weights["hidden-1.bias"]!];
    })();
    expect(paths[0]!.at(-2)).toBeCloseTo(kernel[1]!, 5);
    expect(paths[0]!.at(-1)).toBeCloseTo(bias[0]!, 5);
    const [row, column] = [10, 33];
    const u = box[0] + ((column + 0.5) / SIDE) * (box[1] - box[0]);
    const v = box[3] - ((row + 0.5) / SIDE) * (box[3] - box[2]);
    await race.change({ weight: { layer: 0, part: "kernel", index: 1, value: u } });
    await race.change({ weight: { layer: 0, part: "bias", index: 0, value: v } });
    expect(losses[row * SIDE + column]).toBeCloseTo((await race.standings())[0]!.loss, 5);
    await race.dispose();
  });
});

it("is along weights that the net has, where those that were chosen are of a larger one", async () => {
  const race = new Race(fromQuery("net=&features=x").state);
  const [count] = race.paths.map(([first]) => first!.length);
  for (const axes of [
    [7, 9],
    [9, 2],
    [0, 0],
  ] as const) {
    const [a, b] = axesWithin(axes, count!);
    expect(a).not.toBe(b);
    for (const axis of [a, b]) expect(axis).toBeLessThan(count!);
    const control = new AbortController();
    await computeLandscape(
      race.state,
      race.train!,
      race.paths,
      { directions: "weights", axes },
      ({ losses, axes: used }) => {
        expect(used).toEqual([a, b]);
        expect(losses.subarray(0, SIDE).every(Number.isFinite)).toBe(true);
        control.abort();
      },
      control.signal,
    );
  }
  await race.dispose();
});

describe("the scale of a surface", () => {
  it("goes from the least loss to what most are below, and is logarithmic", () => {
    const losses = Float32Array.from({ length: 100 }, (_, i) => 10 ** (i / 50 - 2));
    losses[99] = 1e9;
    const scale = scaleOf(losses);
    const ticks = ticksOf(scale, 4);
    expect(ticks[0]).toBeCloseTo(0.01, 5);
    expect(ticks[3]).toBeLessThan(1);
    expect(ticks[1]! / ticks[0]!).toBeCloseTo(ticks[3]! / ticks[2]!, 2);
    const levels = levelsOf(Float32Array.from(ticks), scale);
    expect(levels[0]).toBeCloseTo(0, 3);
    expect(levels[3]).toBeCloseTo(14, 3);
  });
});

describe("a surface as a hill", () => {
  it("is turned about the upright and tilted within bounds; what is higher is drawn higher", () => {
    const level = { turn: 0, tilt: 0.5 };
    expect(project(level, 0, 0, 1).y).toBeLessThan(project(level, 0, 0, -1).y);
    expect(project(level, 0, 1, 0).depth).toBeGreaterThan(project(level, 0, -1, 0).depth);
    const half = turned(level, Math.PI, 0);
    expect(project(half, 1, 0, 0).x).toBeCloseTo(project(level, -1, 0, 0).x, 6);
    expect(turned(level, 0, 9).tilt).toBe(1.45);
    expect(turned(level, 0, -9).tilt).toBe(0.15);
  });

  it("stays within its square, however it is turned", () => {
    const ends = [-1, 1];
    for (let turn = 0; turn < 7; turn += 0.1)
      for (let tilt = TILTS[0]; tilt <= TILTS[1]; tilt += 0.1)
        for (const u of ends)
          for (const v of ends)
            for (const height of [-1.1, 1.3]) {
              const { x, y } = project({ turn, tilt }, u, v, height);
              for (const place of [x, y]) expect(Math.abs(place - 0.5)).toBeLessThanOrEqual(0.5);
            }
  });
});

describe("the ravine", () => {
  it("is the cost of a neuron: its optimizers take the steps of the formula", async () => {
    const { path } = await descend(nabla, { optimizer: "sgd", rate: 0.01, from: [0, 0], steps: 20 });
    let [w1, w2] = [0, 0];
    for (const [a, b] of path) {
      expect(a).toBeCloseTo(w1, 4);
      expect(b).toBeCloseTo(w2, 4);
      w1 -= 0.01 * (w1 - 3);
      w2 -= 0.01 * 100 * (w2 + 2);
    }
    expect(heightAt([3, -2])).toBe(0);
    expect(heightAt([0, 0])).toBeCloseTo(4.5 + 200, 6);
  });

  it("says when the bottom is reached, and ends where it is left for good", async () => {
    const nesterov = await descend(nabla, {
      optimizer: "nesterov",
      rate: 0.01,
      momentum: 0.9,
      from: [0, 0],
      steps: 400,
    });
    expect(nesterov.reached).toBeGreaterThan(20);
    expect(heightAt(nesterov.path[nesterov.reached!]!)).toBeLessThan(0.0001);
    const wild = await descend(nabla, { optimizer: "sgd", rate: 0.03, from: [0, 0], steps: 400 });
    expect(wild.reached).toBeUndefined();
    expect(wild.path.length).toBeLessThan(400);
  });
});
