/**
 * Runs one layer the way a plan does and holds what it computes against its reference.
 *
 * The layer stands behind a dense layer whose inputs are the rows of the identity matrix: the kernel of that layer is x,
 * and the gradient of that kernel is dx, both exactly. Behind it ½ Σ (y − target)² makes the gradient y − target.
 */

import type { Core } from "../../src/core/core.ts";
import { buildLayers } from "../../src/layers/table.ts";
import type { Tensor } from "../../src/network/inference.ts";
import { Network } from "../../src/network/network.ts";
import type { Mode } from "../../src/plan/plan.ts";
import { beginStep } from "../../src/plan/step.ts";
import { compileTraining } from "../../src/training/compile.ts";
import { updateOf } from "../../src/training/update.ts";
import { difference } from "./bytes.ts";
import { checkLayers } from "./checkLayers.ts";
import { ld, testCore } from "./kernel.ts";
import { type ReferenceConfig, reference, type Shape, size, type Tensors } from "./layers/index.ts";
import { place, runWatched, type Watched, watchedPlan } from "./watch.ts";

export interface Given {
  /** rows × inputShape */
  x: Float64Array;
  /** Parameters and moving values, by the names of the reference. */
  p: Tensors;
  /** The gradient wished for; what comes of it after rounding is in Result. */
  dy: Float64Array;
}

export interface Result {
  y: Float32Array;
  /** The gradient that went into the layer. */
  dy: Float32Array;
  /** Not there where the layer comes first. */
  dx?: Float32Array;
  gradients: Record<string, Float32Array>;
  moving: Record<string, Float32Array>;
}

export interface How {
  mode?: Mode;
  /** In how many shares each instruction is run. */
  parts?: number;
  /** The last share first. */
  backwards?: boolean;
  /** Rows at which the batch is cut, to be run piece by piece. */
  pieces?: readonly number[];
  /** Rows the plan has room for. */
  room?: number;
  /** The layer comes first, and x as data. */
  first?: boolean;
  /** Falsifies the records of a plan in place: to see a check fail. */
  tamper?(watched: Watched, core: Core): void;
  /** Number of the step, which random layers depend on. */
  step?: number;
}

const CARRIER = "carrier";
const last = (name: string) => name.slice(name.lastIndexOf(".") + 1);

/** The tensors of the layer under test by the names of the reference: the next one in order that is called the same. */
export function byReference(tensors: readonly Tensor[], names: readonly string[]): Map<string, Tensor> {
  const left = tensors.filter(({ layer }) => layer !== CARRIER);
  const found = new Map<string, Tensor>();
  for (const name of names) {
    const at = left.findIndex((tensor) => last(tensor.name) === last(name));
    if (at < 0) throw new Error(`the layer has no tensor "${name}"; left are ${left.map((t) => t.name)}`);
    found.set(name, left[at]);
    left.splice(at, 1);
  }
  if (left.length > 0) throw new Error(`the reference knows nothing of ${left.map((t) => t.name)}`);
  return found;
}

/** Forward, and backward when training, through a plan of its own. */
export function runLayer(
  config: ReferenceConfig,
  inputShape: Shape,
  rows: number,
  { x, p, dy }: Given,
  {
    mode = "train",
    parts = 1,
    room = rows,
    first = false,
    step = 0,
    backwards = false,
    pieces = [],
    tamper,
  }: How = {},
): Result {
  const n = size(inputShape);
  const outputShape = reference(config, inputShape).outputShape;
  const units = size(outputShape);
  const chain: object[] = [config];
  if (!first) {
    if (inputShape.length > 1) chain.unshift({ type: "reshape", targetShape: inputShape });
    chain.unshift({ type: "dense", name: CARRIER, units: n, useBias: false });
  }
  // the first layer does without: the plan then ends with a flat copy of its own
  if (outputShape.length > 1 && !first) chain.push({ type: "flatten" });
  const { configs } = checkLayers(chain);
  const compiled = compileTraining({ loss: "quadratic", optimizer: "sgd" }, { layers: configs });
  const network = new Network(buildLayers({ layers: configs }, first ? inputShape : [rows]), testCore());
  network.prepareTraining([]);
  const { core } = network;
  const carrier = network.tensors.find(({ layer }) => layer === CARRIER);
  const own = byReference(network.tensors, Object.keys(p));
  if (carrier) network.write(carrier, x);
  for (const [name, tensor] of own) network.write(tensor, p[name]);

  const tensors = new Map(network.tensors.map((tensor) => [tensor.name, tensor]));
  const base = network.flat.dw + network.bytes;
  const watched = watchedPlan({
    mode,
    rows: room,
    architecture: network.architecture,
    inputs: [{ type: "float32", scale: 1 }],
    ...(mode !== "predict" && {
      objectives: [{ target: "values", loss: compiled.loss }],
      update: updateOf(compiled, network),
    }),
    core,
    parameter: (layer, name) => tensors.get(`${layer}.${name}`)!,
    base,
    parts,
  });
  const { plan } = watched;
  const owned = network.tensors
    .flatMap(({ value, gradient }) => [value, gradient])
    .filter(({ offset }) => offset > 0);
  const data = first ? Float32Array.from(x) : identity(rows);
  const starts = [0, ...pieces, rows];

  /** @returns y, with the gradient of the loss being y − target */
  const run = (target: Float32Array, to: number): Float32Array => {
    const y = new Float32Array(rows * units);
    const width = data.length / rows;
    for (let piece = 0; piece + 1 < starts.length; piece++) {
      const [from, end] = [starts[piece], starts[piece + 1]];
      place(core, plan);
      tamper?.(watched, core);
      const put = (offset: number, all: Float32Array, each: number) =>
        core.f32(offset, (end - from) * each).set(all.subarray(from * each, end * each));
      const [{ x }] = plan.inputs;
      const [{ y: targets, weight, output }] = plan.outputs;
      put(x.offset, data, width);
      if (targets) put(targets.offset, target, units);
      if (weight) core.f32(weight.offset, end - from).fill(1);
      beginStep(core, plan.step, { rows: 1, step, seed: 5, first: from });
      runWatched(core, watched, [0, to], end - from, owned, parts, backwards);
      y.set(matrix(core.f32(output.offset, (end - from) * ld(units)), end - from, units), from * units);
    }
    return y;
  };
  const y = run(new Float32Array(rows * units), plan.marks.backward);
  const result: Result = { y, dy: new Float32Array(rows * units), gradients: {}, moving: {} };
  if (mode !== "train") return result;

  const target = y.map((v, i) => v - dy[i]);
  // at a learning rate of 0: parameters stay, moving values move
  const before = core.u8(core.base, network.bytes).slice();
  const again = run(target, plan.marks.end);
  sameBits("y, when run again", again, y);
  const finite = network.trained.every((tensor) => network.read(tensor, "gradient").every(Number.isFinite));
  if (finite && difference(core.u8(core.base, network.bytes), before) >= 0)
    throw new Error("parameters changed at a learning rate of 0");
  paddingOfGradients(network);
  result.dy = y.map((v, i) => v - target[i]);
  if (carrier) result.dx = network.read(carrier, "gradient");
  const { moving } = reference(config, inputShape);
  for (const [name, tensor] of own) {
    if (name in moving) result.moving[name] = network.read(tensor);
    else result.gradients[name] = network.read(tensor, "gradient");
  }
  return result;
}

/** Gradients of the padding of parameters are zero, or the padding would not stay zero. */
export function paddingOfGradients(network: Network): void {
  const set = (values: Float32Array) => values.reduce((count, v) => count + Number(v !== 0), 0);
  const { dw, n } = network.flat;
  const all = set(network.core.f32(dw, n));
  const within = network.trained.reduce((sum, tensor) => sum + set(network.read(tensor, "gradient")), 0);
  if (all !== within) throw new Error(`gradients of padding: ${all - within} are not zero`);
}

function identity(n: number): Float32Array {
  const out = new Float32Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}

export function matrix(padded: Float32Array, rows: number, units: number): Float32Array {
  const out = new Float32Array(rows * units);
  for (let r = 0; r < rows; r++) out.set(padded.subarray(r * ld(units), r * ld(units) + units), r * units);
  return out;
}

export function sameBits(what: string, got: Float32Array, want: Float32Array): void {
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} values, expected ${want.length}`);
  for (let i = 0; i < want.length; i++)
    if (!Object.is(got[i], want[i]))
      throw new Error(`${what}[${i}] is ${got[i]}, expected the bits of ${want[i]}`);
}
