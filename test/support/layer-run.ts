/**
 * Runs one layer the way a plan does and holds what it computes against its reference.
 *
 * The layer stands behind a dense layer whose inputs are the rows of the identity matrix: the kernel of that layer is x,
 * and the gradient of that kernel is dx, both exactly. Behind it ½ Σ (y − target)² makes the gradient y − target.
 */
import { compileTraining } from "../../src/compile.ts";
import { checkLayers } from "../../src/config/config.ts";
import { buildLayers } from "../../src/layers/index.ts";
import { Network, type Tensor } from "../../src/network.ts";
import type { Mode } from "../../src/plan/plan.ts";
import { beginStep } from "../../src/plan/step.ts";
import { ld } from "./kernel.ts";
import { type ReferenceConfig, reference, type Shape, size, type Tensors } from "./layers/index.ts";
import { place, runWatched, watchedPlan } from "./watch.ts";

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
  /** Rows the plan has room for. */
  room?: number;
  /** The layer comes first, and x as data. */
  first?: boolean;
  /** Number of the step, which random layers depend on. */
  step?: number;
}

const CARRIER = "carrier";
const last = (name: string) => name.slice(name.lastIndexOf(".") + 1);

/** The tensors of the layer under test by the names of the reference: the next one in order that is called the same. */
function byReference(tensors: readonly Tensor[], names: readonly string[]): Map<string, Tensor> {
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
  { mode = "train", parts = 1, room = rows, first = false, step = 0, backwards = false }: How = {},
): Result {
  const n = size(inputShape);
  const outputShape = reference(config, inputShape).outputShape;
  const units = size(outputShape);
  const chain: object[] = [config];
  if (!first) {
    if (inputShape.length > 1) chain.unshift({ type: "reshape", targetShape: inputShape });
    chain.unshift({ type: "dense", name: CARRIER, units: n, useBias: false });
  }
  if (outputShape.length > 1) chain.push({ type: "flatten" });
  const { configs } = checkLayers(chain);
  const compiled = compileTraining({ loss: "quadratic", optimizer: "sgd" }, configs);
  const network = new Network(buildLayers(configs, first ? inputShape : [rows]));
  network.prepareTraining([]);
  const { core } = network;
  const carrier = network.tensors.find(({ layer }) => layer === CARRIER);
  const own = byReference(network.tensors, Object.keys(p));
  const fill = () => {
    if (carrier) network.write(carrier, x);
    for (const [name, tensor] of own) network.write(tensor, p[name]);
  };
  fill();

  const tensors = new Map(network.tensors.map((tensor) => [tensor.name, tensor]));
  const base = network.flat.dw + network.bytes;
  const watched = watchedPlan({
    mode,
    rows: room,
    layers: network.layers,
    input: { type: "float32", scale: 1 },
    ...(mode !== "predict" && { target: "values", loss: compiled.loss, update: compiled.update(network) }),
    core,
    parameter: (layer, name) => tensors.get(`${layer}.${name}`)!,
    base,
    parts,
  });
  const { plan } = watched;
  const owned = network.tensors.flatMap(({ value, gradient }) => [value, gradient]);
  const data = first ? x : identity(rows);

  /** @returns y, with the gradient of the loss being y − target */
  const run = (target: Float32Array, to: number): Float32Array => {
    place(core, plan);
    core.f32(plan.x.offset, data.length).set(data);
    if (plan.y) core.f32(plan.y.offset, rows * units).set(target);
    if (plan.weight) core.f32(plan.weight.offset, rows).fill(1);
    beginStep(core, plan.step, 0, 1, step);
    runWatched(core, watched, [0, to], rows, owned, parts, backwards);
    return matrix(core.f32(plan.output.offset, rows * ld(units)), rows, units);
  };
  const y = run(new Float32Array(rows * units), plan.marks.backward);
  const result: Result = { y, dy: new Float32Array(rows * units), gradients: {}, moving: {} };
  if (mode !== "train") return result;

  fill();
  const target = y.map((v, i) => v - dy[i]);
  const again = run(target, plan.marks.update);
  sameBits("y, when run again", again, y);
  result.dy = y.map((v, i) => v - target[i]);
  if (carrier) result.dx = network.read(carrier, "gradient");
  const { moving } = reference(config, inputShape);
  for (const [name, tensor] of own) {
    if (name in moving) result.moving[name] = network.read(tensor);
    else result.gradients[name] = network.read(tensor, "gradient");
  }
  return result;
}

function identity(n: number): Float32Array {
  const out = new Float32Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}

function matrix(padded: Float32Array, rows: number, units: number): Float32Array {
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
