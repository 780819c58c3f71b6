/**
 * Runs a graph of layers the way a plan does: values of any number of inputs in, values of any number of outputs and all gradients out.
 * ½ Σ (y − target)² as the loss of each output makes its gradient y − target.
 */

import type { Core } from "../../../src/core/core.ts";
import { nameLayers, sourcesOf } from "../../../src/layers/chain.ts";
import type { LayerConfig, Topology } from "../../../src/layers/configs.ts";
import { modelFields } from "../../../src/layers/document.ts";
import { buildLayers, registerAll } from "../../../src/layers/table.ts";
import { resolveLoss } from "../../../src/losses/resolve.ts";
import type { Tensor } from "../../../src/network/inference.ts";
import { Network } from "../../../src/network/network.ts";
import { optimizerField, optimizers } from "../../../src/optimizers/table.ts";
import { emitUpdate } from "../../../src/optimizers/update.ts";
import { type Mode, type PlanRequest, plan } from "../../../src/plan/plan.ts";
import { beginStep } from "../../../src/plan/step.ts";
import { difference } from "../bytes.ts";
import { ld, testCore } from "../kernel.ts";
import { byReference, paddingOfGradients, sameBits } from "../layerRun.ts";
import { type Shape, size, type Tensors } from "../layers/index.ts";
import { place, runWatched, type Watched, watchedPlan } from "../watch.ts";
import { type GraphConfig, type ReferenceGraph, referenceGraph } from "./reference.ts";

/** A graph, ready to be run and to be computed otherwise. */
export interface Subject {
  topology: Topology;
  reference: ReferenceGraph;
}

/** Checks a graph as it is written, and fills in defaults, names and inputs. */
export function subjectOf(written: GraphConfig): Subject {
  registerAll();
  const { layers, outputs } = modelFields().check(written, "model") as Topology;
  const named = nameLayers(layers);
  const sources = sourcesOf(named);
  const whole = named.map((layer, i) =>
    layer.type === "input" ? layer : { ...layer, inputs: sources[i].map((at) => named[at].name!) },
  );
  const topology = { layers: whole as LayerConfig[], outputs };
  return { topology, reference: referenceGraph(topology as unknown as GraphConfig) };
}

export interface GraphGiven {
  /** For each input rows × its shape. */
  xs: readonly Float64Array[];
  /** Parameters and moving values, by the names of the reference. */
  p: Tensors;
  /** For each output the gradient wished for; what comes of it after rounding is in the result. */
  dys: readonly Float64Array[];
}

export interface GraphResult {
  ys: Float32Array[];
  /** The gradients that went in. */
  dys: Float32Array[];
  /** Those that came out, unless images were taken as they are: see GraphHow.packed. */
  dxs: Float32Array[];
  gradients: Record<string, Float32Array>;
  moving: Record<string, Float32Array>;
  /** Σ over outputs of factor · Σ over rows of its loss. */
  loss: number;
}

export interface GraphHow {
  mode?: Mode;
  /** In how many shares each instruction is run. */
  parts?: number;
  /** The last share first. */
  backwards?: boolean;
  /** Rows at which the batch is cut, to be run piece by piece. */
  pieces?: readonly number[];
  /** Rows the plan has room for. */
  room?: number;
  /** Inputs have no gradients, so that layers may take images whose pixels lie without padding. */
  packed?: boolean;
  /** What the loss of each output is multiplied by. Default 1. */
  factors?: readonly number[];
  /** Number of the step, which random layers depend on. */
  step?: number;
  /** Watches over all memory. Default true; false saves time. */
  watched?: boolean;
  /** Falsifies the records of a plan in place: to see a check fail. Only where memory is watched. */
  tamper?(watched: Watched, core: Core): void;
}

/** Of random layers: what their numbers depend on. */
export const SEED = 5;

/** The tensors of a network by the names of the reference. */
export function tensorsOf(network: Network, reference: ReferenceGraph): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  for (const [owner, names] of Object.entries(reference.tensorsOf)) {
    const layer = network.layers.find(({ name }) => name === owner)!;
    const own = layer.operations.flatMap((operation) =>
      operation.parameters.map(
        ({ name }) => network.tensors.find((tensor) => tensor.name === `${operation.layer}.${name}`)!,
      ),
    );
    for (const [name, tensor] of byReference(own, names)) found.set(`${owner}.${name}`, tensor);
  }
  return found;
}

/** Forward, and backward when training, through a plan of its own. */
export function runGraph(
  { topology, reference }: Subject,
  rows: number,
  { xs, p, dys }: GraphGiven,
  {
    mode = "train",
    parts = 1,
    backwards = false,
    pieces = [],
    room = rows,
    packed = false,
    factors = [],
    step = 0,
    watched = true,
    tamper,
  }: GraphHow = {},
): GraphResult {
  const network = new Network(buildLayers(topology, []), testCore());
  network.prepareTraining([]);
  const { core } = network;
  const own = tensorsOf(network, reference);
  for (const [name, tensor] of own) network.write(tensor, p[name]);
  const loss = resolveLoss({ name: "quadratic" });
  const sgd = optimizerField().check("sgd", "optimizer");
  const request: PlanRequest = {
    mode,
    rows: room,
    architecture: network.architecture,
    inputs: reference.inputShapes.map(() => ({ type: "float32", scale: 1 })),
    ...(mode !== "predict" && {
      objectives: reference.outputShapes.map((_, k) => ({ loss, target: "values", factor: factors[k] })),
      update: {
        penalties() {},
        update: (builder) => emitUpdate(builder, { kind: optimizers.sgd, config: sgd }, network.flat),
      },
      inputGradient: mode === "train" && !packed,
    }),
    core,
    parameter: (layer, name) => network.tensors.find((tensor) => tensor.name === `${layer}.${name}`)!,
    base: network.flat.dw + network.bytes,
    parts,
  };
  const watch = watched ? watchedPlan(request) : undefined;
  const made = watch?.plan ?? plan(request);
  const owned = network.tensors
    .flatMap(({ value, gradient }) => [value, gradient])
    .filter(({ offset }) => offset > 0);
  const units = reference.outputShapes.map(size);
  const data = xs.map((x) => Float32Array.from(x));
  const starts = [0, ...pieces, rows];

  /** @returns ys, with the gradient of each loss being y − target */
  const run = (targets: readonly Float32Array[], to: number): Float32Array[] => {
    const ys = units.map((n) => new Float32Array(rows * n));
    if (!watch) {
      core.reserve(made.end);
      core.u8(made.base, made.bytes.length).set(made.bytes);
    }
    for (let piece = 0; piece + 1 < starts.length; piece++) {
      const [from, end] = [starts[piece], starts[piece + 1]];
      const last = piece + 2 === starts.length;
      if (watch && piece === 0) place(core, made);
      if (watch && tamper) tamper(watch, core);
      const put = (offset: number, all: Float32Array, each: number) =>
        core.f32(offset, (end - from) * each).set(all.subarray(from * each, end * each));
      for (const [i, { x }] of made.inputs.entries()) put(x.offset, data[i], size(reference.inputShapes[i]));
      for (const [k, { y, weight }] of made.outputs.entries()) {
        if (y) put(y.offset, targets[k], units[k]);
        if (weight) core.f32(weight.offset, end - from).fill(1);
      }
      beginStep(core, made.step, { rows: 1, step, seed: SEED, first: from });
      // as in training: what follows the gradients runs once, after the last piece
      const until = last ? to : Math.min(to, made.marks.penalties);
      if (watch) runWatched(core, watch, [0, until], end - from, owned, parts, backwards, piece > 0);
      else
        for (let i = 0; i < until; i++)
          for (let turn = 0; turn < parts; turn++)
            core.exports.runPart(
              made.tape,
              i,
              i + 1,
              end - from,
              made.step,
              backwards ? parts - 1 - turn : turn,
              parts,
            );
      for (const [k, { output }] of made.outputs.entries()) {
        const got = dense(core.f32(output.offset, (end - from) * ld(units[k])), [units[k]]);
        ys[k].set(got.subarray(0, (end - from) * units[k]), from * units[k]);
      }
      for (const [i, { dx }] of made.inputs.entries()) {
        if (!dx || to !== made.marks.end) continue;
        const shape = reference.inputShapes[i];
        const got = dense(
          core.f32(dx.offset, ((end - from) * size(shape) * ld(shape.at(-1)!)) / shape.at(-1)!),
          shape,
        );
        result.dxs[i].set(got, from * size(shape));
      }
    }
    result.loss = core.f32(made.step + core.record("Step").loss.at, 1)[0];
    return ys;
  };
  const result: GraphResult = {
    ys: [],
    dys: [],
    dxs: mode === "train" && !packed ? xs.map((x) => new Float32Array(x.length)) : [],
    gradients: {},
    moving: {},
    loss: 0,
  };
  const ys = run(
    units.map((n) => new Float32Array(rows * n)),
    made.marks.backward,
  );
  result.ys = ys;
  if (mode !== "train") return result;

  const targets = ys.map((y, k) => y.map((v, i) => v - dys[k][i]));
  result.dys = ys.map((y, k) => y.map((v, i) => v - targets[k][i]));
  // at a learning rate of 0: parameters stay, moving values move
  const before = core.u8(core.base, network.bytes).slice();
  const again = run(targets, made.marks.end);
  for (const [k, y] of again.entries()) sameBits(`output ${k}, when run again`, y, ys[k]);
  if (difference(core.u8(core.base, network.bytes), before) >= 0)
    throw new Error("parameters changed at a learning rate of 0");
  paddingOfGradients(network);
  for (const [name, tensor] of own) {
    if (name in reference.moving) result.moving[name] = network.read(tensor);
    else result.gradients[name] = network.read(tensor, "gradient");
  }
  return result;
}

/** Values without padding. @param padded rows with the last axis of `shape` padded */
function dense(padded: Float32Array, shape: Shape): Float32Array {
  const columns = shape[shape.length - 1];
  const stride = ld(columns);
  const lines = padded.length / stride;
  const out = new Float32Array(lines * columns);
  for (let l = 0; l < lines; l++) out.set(padded.subarray(l * stride, l * stride + columns), l * columns);
  return out;
}
