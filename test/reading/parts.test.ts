/** The parts of reading, each by itself. */
import { expect, test } from "vitest";
import { components } from "../../src/reading/components.ts";
import { findCuts } from "../../src/reading/cuts.ts";
import { findInk } from "../../src/reading/ink.ts";
import { bestPath, type Edge } from "../../src/reading/lattice.ts";
import { drawPiece, pieceBetween } from "../../src/reading/pieces.ts";
import { proposals } from "../../src/reading/read.ts";
import { resample } from "../../src/reading/resample.ts";
import { drawn } from "./support.ts";

const plane = (lines: string) => {
  const { data, width, height } = drawn(lines, 1, 1);
  return { data: Float32Array.from(data), width, height };
};

test("ink that touches at corners hangs together", () => {
  const { boxes, labels } = components(plane("##..# ##..# ..#.. ....."));
  expect(boxes).toEqual([
    { left: 0, right: 3, top: 0, bottom: 3, mass: 5 },
    { left: 4, right: 5, top: 0, bottom: 2, mass: 2 },
  ]);
  expect([...labels.subarray(0, 5)]).toEqual([1, 1, 0, 0, 2]);
});

test("ink that comes down, and up again elsewhere, is one piece", () => {
  expect(components(plane("#...# #...# .#.#. ..#..")).boxes).toHaveLength(1);
});

test("resampling keeps what has the size already, the ink's share, and what is even", () => {
  const small = plane("##.. ##.. .... ....");
  expect(resample(small, 4, 4)).toBe(small);
  const half = resample(small, 2, 2);
  expect(half.data[0]).toBeGreaterThan(0.7);
  expect(half.data[3]).toBeLessThan(0.1);
  expect(resample(plane("#### ####"), 9, 7).data.every((value) => Math.abs(value - 1) < 1e-6)).toBe(true);
});

test("the best path is the best of all, and its share its weight among all: compared with trying every one", () => {
  const last = 6;
  for (let trial = 0; trial < 40; trial++) {
    const edges: Edge[] = [];
    let state = trial + 1;
    for (let to = 1; to <= last; to++)
      for (let from = to - 1; from >= Math.max(0, to - 3); from--) {
        state = (state * 48271) % 2147483647;
        edges.push({ from, to, score: (state / 2147483647) * 8 - 6 });
      }
    const ways: { path: number[]; score: number }[] = [];
    const walk = (at: number, path: number[], score: number): void => {
      if (at === last) ways.push({ path, score });
      edges.forEach((edge, e) => {
        if (edge.from === at) walk(edge.to, [...path, e], score + edge.score);
      });
    };
    walk(0, [], 0);
    const best = ways.reduce((a, b) => (b.score > a.score ? b : a));
    const weights = ways.reduce((sum, { score }) => sum + Math.exp(score), 0);
    const found = bestPath(edges, last);
    expect(found.edges).toEqual(best.path);
    expect(found.share).toBeCloseTo(Math.exp(best.score) / weights, 10);
  }
});

test.each([1, -1])("a cut goes around what leans over its neighbour, to either side (%i)", (side) => {
  // no column is free, yet nothing has to be crossed
  const rows = Array.from({ length: 10 }, (_, y) => `${".".repeat(9 - y)}##..##${".".repeat(y)}`);
  const leaning = plane((side > 0 ? rows : rows.map((row) => [...row].reverse().join(""))).join(" "));
  const cuts = findCuts(leaning);
  const free = cuts.filter(({ ink }) => ink === 0);
  expect(free.map(({ mass }) => mass)).toEqual([0, 20, 40]);
  const piece = pieceBetween(leaning, free, 0, 1)!;
  expect([piece.to - piece.from, piece.ink.width, piece.ink.height]).toEqual([11, 11, 10]);
  expect(piece.from).toBe(0);
  expect(piece.ink.data.reduce((a, b) => a + b)).toBe(20);
});

test("every way through the pieces holds all of the ink once", () => {
  const ink = plane("####.##.#### #..###..#..# #..#.#..#..# #..#.##.#..# ####.##.####");
  const cuts = findCuts(ink);
  const { edges, pieces, last } = proposals(ink, cuts);
  expect(edges.length).toBeGreaterThan(3);
  const mass = (e: number) => pieces[e].ink.data.reduce((a, b) => a + b);
  const total = ink.data.reduce((a, b) => a + b);
  const steps = edges.map(([a, b], e) => (b === a + 1 ? mass(e) : 0));
  expect(steps.reduce((a, b) => a + b)).toBeCloseTo(total, 6);
  edges.forEach(([a, b], e) => {
    expect(mass(e)).toBeCloseTo(cuts[b].mass - cuts[a].mass, 6);
    expect(b).toBeLessThanOrEqual(last);
  });
});

test("a piece is drawn like MNIST: twenty pixels long, its centre of mass at (14, 14)", () => {
  const out = new Uint8Array(2 * 784);
  const { data, width, height } = plane("#. #. #. #. ##");
  drawPiece({ from: 0, to: 2, shape: [], ink: { data, width, height } }, out, 784);
  const rows = Array.from({ length: 28 }, (_, y) => out.subarray(784 + y * 28, 784 + y * 28 + 28));
  expect(out.subarray(0, 784).every((value) => value === 0)).toBe(true);
  expect(rows.filter((row) => row.some((value) => value > 0))).toHaveLength(20);
  let [mass, x, y] = [0, 0, 0];
  out.subarray(784).forEach((value, i) => {
    mass += value;
    x += value * (i % 28);
    y += value * Math.floor(i / 28);
  });
  expect(Math.abs(x / mass - 14)).toBeLessThanOrEqual(0.5);
  expect(Math.abs(y / mass - 14)).toBeLessThanOrEqual(0.5);
});

test("ink is what differs from the border, whichever way; colours, transparency and grain", () => {
  const shape = "........ ..##.... ..##..#. ..##..#. ..####.. ........";
  const light = findInk(drawn(shape, 4), "light");
  const dark = findInk(drawn(shape, 4, 20, 250), "dark");
  expect([light.left, light.width, light.height, light.scale]).toEqual([8, 20, 16, 1]);
  expect(dark).toEqual(light);
  const grey = drawn(shape, 4, 0, 255);
  const spread = (per: number, of: (value: number, c: number) => number) => ({
    ...grey,
    data: Uint8Array.from({ length: grey.data.length * per }, (_, i) =>
      of(grey.data[Math.floor(i / per)], i % per),
    ),
  });
  expect(
    findInk(
      spread(3, (value) => value),
      "colour",
    ),
  ).toEqual(light);
  expect(
    findInk(
      spread(4, (value, c) => (c === 3 ? 255 : value)),
      "opaque",
    ),
  ).toEqual(light);
  // black throughout, but the ground is transparent
  expect(
    findInk(
      spread(4, (value, c) => (c === 3 ? 255 - value : 0)),
      "transparent",
    ),
  ).toEqual(light);
  expect(
    findInk(
      spread(2, (value, c) => (c === 1 ? 255 - value : 0)),
      "transparent grey",
    ),
  ).toEqual(light);
  const grainy = drawn(shape, 4, 220, 30);
  const noisy = grainy.data.map((value, i) => value + ((i * 7919) % 31) - 15);
  const found = findInk({ ...grainy, data: noisy }, "grainy");
  expect([found.left, found.width, found.height]).toEqual([8, 20, 16]);
});

test("dirt is left out, and large ink made smaller", () => {
  const { data, width, height } = drawn(
    `${".".repeat(40)} ${`..####${".".repeat(34)} `.repeat(30)}${".".repeat(40)}`,
  );
  const spotted = data.slice();
  for (const at of [35, 36, 75, 76]) spotted[at + 5 * 40] = 255;
  const clean = findInk({ data, width, height }, "clean");
  expect(findInk({ data: spotted, width, height }, "spotted")).toEqual(clean);
  const large = findInk(drawn(`..... .#.#. .#.#. .#.#. .....`, 100), "large");
  expect([large.height, large.width, large.left]).toEqual([64, 64, 100]);
  expect(large.scale).toBeCloseTo(300 / 64, 10);
});
