/**
 * The checks of a graph of layers: against the f64 reference, the reference against its own differences, shares and pieces against the
 * whole, training against predicting. What runs the graph is run.ts.
 */

import { everyLayer } from "../../../src/layers/chain.ts";
import { streamOf } from "../../../src/layers/noise.ts";
import { buildLayers } from "../../../src/layers/table.ts";
import { floatsOf } from "../../../src/plan/builder.ts";
import type { Site } from "../../../src/plan/operation.ts";
import { near } from "../harness.ts";
import { Bed, values } from "../kernel.ts";
import { sameBits } from "../layerRun.ts";
import { type Shape, size, type Tensors } from "../layers/index.ts";
import { type GraphPass, type Jitter, largest, type ReferenceGraph } from "./reference.ts";
import { type GraphGiven, type GraphHow, type GraphResult, runGraph, SEED, type Subject } from "./run.ts";

/** A float32 has 24 bits; what a kernel gives is off by a few of the last. */
const ROUNDING = 2 ** -22;

/** Values, parameters and gradients for a graph. Parameters shrink with the values they are multiplied with, so that no sum grows. */
export function givenFor({ reference }: Subject, rows: number): GraphGiven {
  const drawn = (shape: Shape, n: number, seed: number, scale = 1, shift = 0) =>
    Float64Array.from(values(n * size(shape), seed), (v) => Math.fround(v * scale + shift));
  const p: Tensors = {};
  let seed = 100;
  for (const [name, shape] of Object.entries({ ...reference.parameters, ...reference.moving })) {
    const scale = name.endsWith("kernel") ? 1.7 / Math.sqrt(size(shape) / shape[shape.length - 1]) : 0.5;
    const shift = name.endsWith("gamma") || /variance$/i.test(name) ? 1 : 0;
    p[name] = drawn(shape, 1, seed++, scale, shift);
  }
  return {
    xs: reference.inputShapes.map((shape, i) => drawn(shape, rows, 1 + i)),
    p,
    dys: reference.outputShapes.map((shape, i) => drawn(shape, rows, 51 + i)),
  };
}

/** What the random layers of a graph draw in a step: masks and noise by the layer where it is applied. The kernels are asked for it. */
export function drawnBy({ topology, reference }: Subject, rows: number, step = 0): Record<string, Tensors> {
  const { layers } = buildLayers(topology, []);
  const operations = layers.flatMap((layer) => layer.operations);
  const drawn: Record<string, Tensors> = {};
  for (const { name, type, operations: own } of layers) {
    if (type !== "dropout" && type !== "gaussianNoise") continue;
    const shape = reference.shapes[name];
    const stream = streamOf({ number: operations.indexOf(own[0]) } as Site);
    const config = topology.layers.find((layer) => layer.name === own[0].layer)! as {
      rate?: number;
      stddev?: number;
    };
    const bed = new Bed();
    bed.core.i32(bed.step + bed.core.record("Step").seedLow.at, 1)[0] = SEED;
    bed.core.i32(bed.step + bed.core.record("Step").step.at, 1)[0] = step;
    const columns = shape[shape.length - 1];
    const lines = (rows * size(shape)) / columns;
    const dropping = type === "dropout";
    const x = bed.matrix("x", lines, columns, new Float32Array(lines * columns).fill(dropping ? 1 : 0));
    const y = bed.matrix("y", lines, columns);
    const common = { y, x, step: bed.step, units: floatsOf(shape), stream };
    const { rate = 0, stddev = 0 } = config;
    if (dropping)
      bed.run(
        "DROPOUT",
        { ...common, threshold: Math.min(4294967295, Math.round(rate * 4294967296)), scale: 1 / (1 - rate) },
        rows,
      );
    else bed.run("GAUSSIAN_NOISE", { ...common, deviation: stddev }, rows);
    drawn[name] = { [dropping ? "mask" : "noise"]: Float64Array.from(bed.read(y, lines, columns)) };
  }
  return drawn;
}

/** Everything a pass through a graph gives, by name. */
type Figures = Record<string, Float64Array>;

function figuresOf(
  reference: ReferenceGraph,
  { ys, moving, backward }: GraphPass,
  dys: readonly Float64Array[],
): Figures {
  const { dxs, gradients } = backward(dys);
  const figures: Figures = {};
  ys.forEach((y, k) => {
    figures[`output ${k}`] = y;
  });
  dxs.forEach((dx, i) => {
    figures[`gradient of input ${i}`] = dx;
  });
  for (const name of Object.keys(reference.parameters)) figures[`gradient of ${name}`] = gradients[name];
  for (const name of Object.keys(reference.moving)) figures[name] = moving[name];
  return figures;
}

export function figuresGot({ ys, dxs, gradients, moving }: GraphResult): Record<string, Float32Array> {
  const named = (all: readonly Float32Array[], what: string) =>
    Object.fromEntries(all.map((values, i) => [`${what} ${i}`, values]));
  const ofParameters = Object.fromEntries(
    Object.entries(gradients).map(([name, values]) => [`gradient of ${name}`, values]),
  );
  return { ...named(ys, "output"), ...named(dxs, "gradient of input"), ...ofParameters, ...moving };
}

/** Roundings as float32 has them, at random. */
function jitterOf(seed: number): Jitter {
  let next = seed * 1000;
  return (given, size = 0) => {
    const noise = values(given.length, next++);
    return given.map((v, i) => v + (Math.abs(v) + size) * ROUNDING * noise[i]);
  };
}

/**
 * What a graph gives in double precision, and how far from it float32 may be: the reference computed anew with roundings says how far
 * those carry. A value at a kink, or a difference of almost equal ones, is given the room that it needs, and no other.
 */
export function expected(
  { reference }: Subject,
  { p, xs }: GraphGiven,
  dys: readonly Float64Array[],
  training: boolean,
  drawn: Readonly<Record<string, Tensors>>,
  turns = 3,
): { want: Figures; room: Record<string, number>; size: number } {
  const compute = (jitter?: Jitter) => {
    const rounded = (v: Float64Array) => jitter?.(v) ?? v;
    const all = Object.fromEntries(Object.entries(p).map(([name, v]) => [name, rounded(v)]));
    return figuresOf(reference, reference.forward(all, xs.map(rounded), training, drawn, jitter), dys);
  };
  const want = compute();
  const room = Object.fromEntries(
    Object.entries(want).map(([name, v]) => [name, ROUNDING * largest(v) + 1e-12]),
  );
  for (let turn = 1; turn <= turns; turn++) {
    const other = compute(jitterOf(turn));
    for (const [name, v] of Object.entries(want))
      room[name] = Math.max(room[name], 10 * largest(other[name].map((w, i) => w - v[i])));
  }
  return { want, room, size: Math.max(...Object.values(want).map(largest)) };
}

/** Throws unless the reference's gradients are those of its values, along one direction for each tensor. */
export function referenceHolds(
  { reference }: Subject,
  given: GraphGiven,
  drawn: Readonly<Record<string, Tensors>> = {},
): void {
  const { xs, p, dys } = given;
  const value = (q: Tensors, at: readonly Float64Array[]) =>
    reference
      .forward(q, at, true, drawn)
      .ys.reduce((sum, y, k) => sum + y.reduce((s, v, i) => s + v * dys[k][i], 0), 0);
  const back = reference.forward(p, xs, true, drawn).backward(dys);
  const h = 1e-6;
  const compare = (
    what: string,
    at: Float64Array,
    gradient: Float64Array,
    f: (v: Float64Array) => number,
  ) => {
    const direction = values(at.length, 55);
    const moved = (by: number) => f(at.map((v, i) => v + by * direction[i]));
    const along = gradient.reduce((sum, v, i) => sum + v * direction[i], 0);
    near(`${what} of the reference along a direction`, [along], [(moved(h) - moved(-h)) / (2 * h)], 1e-6);
  };
  xs.forEach((x, i) => {
    compare(`gradient of input ${i}`, x, back.dxs[i], (v) =>
      value(
        p,
        xs.map((other, j) => (i === j ? v : other)),
      ),
    );
  });
  for (const name of Object.keys(reference.parameters))
    compare(`gradient of ${name}`, p[name], back.gradients[name], (v) => value({ ...p, [name]: v }, xs));
}

/** Whether what a graph does depends on whether it is training, or on which rows are in a batch. */
export const differsWhenTraining = ({ topology }: Subject): boolean =>
  everyLayer(topology.layers).some(({ type }) =>
    ["batchNormalization", "dropout", "gaussianNoise"].includes(type),
  );
const looksAcross = ({ topology }: Subject): boolean =>
  everyLayer(topology.layers).some(({ type }) => type === "batchNormalization");

export interface GraphCheck {
  given?: GraphGiven;
  factors?: readonly number[];
  /** Spoils what the kernels gave before it is checked: to see the check fail. */
  plant?(result: GraphResult): void;
  /** Watches over all memory. Default true. */
  watched?: boolean;
  /** Falsifies the records of plans in place: to see the check fail. */
  tamper?: GraphHow["tamper"];
  /** In how many shares. Default 2, 3 and 8. */
  shares?: readonly number[];
}

function sameResult(where: string, got: GraphResult, want: GraphResult): void {
  const wanted = figuresGot(want);
  for (const [name, values] of Object.entries(figuresGot(got)))
    sameBits(`${where}: ${name}`, values, wanted[name]);
  if (!Object.is(got.loss, want.loss))
    throw new Error(`${where}: the loss is ${got.loss}, expected ${want.loss}`);
}

/** Throws where `got` is further from what is expected than roundings carry. */
export function compare(
  got: Record<string, Float32Array>,
  want: Figures,
  room: Record<string, number>,
  where = "",
): void {
  for (const [name, values] of Object.entries(got)) {
    const expected = want[name];
    if (values.length !== expected.length)
      throw new Error(`${where}${name}: ${values.length} values, expected ${expected.length}`);
    for (let i = 0; i < expected.length; i++)
      if (!(Math.abs(values[i] - expected[i]) <= room[name]))
        throw new Error(`${where}${name}[${i}] is ${values[i]}, expected ${expected[i]} ± ${room[name]}`);
  }
}

/** Values, gradients and moving values against the reference; then the same bits in any shares, at any place, in pieces. */
export function checkGraph(
  subject: Subject,
  rows: number,
  {
    given = givenFor(subject, rows),
    factors,
    plant = () => {},
    watched = true,
    tamper,
    shares = [2, 3, 8],
  }: GraphCheck = {},
): GraphResult {
  const { reference } = subject;
  const run = (how: GraphHow = {}) => runGraph(subject, rows, given, { watched, factors, tamper, ...how });
  const whole = run();
  plant(whole);
  const drawn = drawnBy(subject, rows);
  const dys = whole.dys.map((dy, k) => Float64Array.from(dy, (v) => v * (factors?.[k] ?? 1)));
  let { want, room } = expected(subject, given, dys, true, drawn);
  try {
    compare(figuresGot(whole), want, room);
  } catch {
    // a few roundings may all be kind, where one value is the difference of many others: more of them say what there may be
    ({ want, room } = expected(subject, given, dys, true, drawn, 40));
    compare(figuresGot(whole), want, room);
  }
  const loss = whole.dys.reduce(
    (sum, dy, k) => sum + (factors?.[k] ?? 1) * dy.reduce((s, v) => s + 0.5 * v * v, 0),
    0,
  );
  near("the loss", [whole.loss], [loss], 1e-5);

  for (const [i, parts] of shares.entries())
    sameResult(`in ${parts} shares`, run({ parts, backwards: i % 2 === 1 }), whole);
  sameResult("in a plan for more rows", run({ room: rows + 3 }), whole);
  const packed = run({ packed: true });
  sameResult("without gradients of inputs", packed, { ...whole, dxs: [] });
  if (rows > 1 && !looksAcross(subject)) {
    const cut = run({ pieces: rows > 3 ? [1, 3] : [1], room: Math.max(1, rows - 1), factors });
    sameResult("in pieces", { ...cut, gradients: {} }, whole);
    const { gradients } = cut;
    compare(figuresGot({ ...cut, ys: [], dxs: [], moving: {}, gradients }), want, room, "in pieces: ");
  }
  const predicted = run({ mode: "predict" }).ys;
  const still = reference.forward(given.p, given.xs, false).ys;
  if (differsWhenTraining(subject)) {
    const { want: rest, room: far } = expected(subject, given, dys, false, {});
    const ys = Object.fromEntries(predicted.map((y, k) => [`output ${k}`, y]));
    compare(ys, rest, far, "predicted: ");
  } else for (const [k, y] of predicted.entries()) sameBits(`predicted: output ${k}`, y, whole.ys[k]);
  if (still.length !== predicted.length) throw new Error("outputs are missing");
  for (const [k, y] of run({ mode: "evaluate" }).ys.entries())
    sameBits(`evaluated: output ${k}`, y, predicted[k]);
  for (const parts of shares)
    for (const [k, y] of run({ mode: "predict", parts }).ys.entries())
      sameBits(`predicted in ${parts} shares: output ${k}`, y, predicted[k]);
  return whole;
}
