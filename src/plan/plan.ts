/**
 * From layers, loss and optimizer to offsets and a tape. Pure: the same request gives the same plan.
 *
 * The tape of a training step, in order:  input · forward | loss | backward | penalties | moving means · clipping · update
 * where | marks the places that `marks` name, so that parts of it can be run alone.
 */

import { sizeOf } from "../shape.ts";
import { hasGaps, ld, type PlanBuilder, type Range } from "./builder.ts";
import {
  type ForwardRequest,
  type Mode,
  type OwnRate,
  type Plan,
  type PlannedOutput,
  planForward,
  predictPlan,
  prepare,
} from "./forward.ts";
import type { Loss } from "./loss.ts";
import type { Mask, Node } from "./operation.ts";
import { withoutLast } from "./passes.ts";
import { walkChain } from "./walk.ts";

export type { Mode, OwnRate, Plan, PlannedOutput } from "./forward.ts";
export type { InputKind, PlannedInput } from "./operation.ts";

/** Puts penalties, clipping and the optimizer's pass on the tape; see src/optimizers. */
export interface Update {
  penalties(builder: PlanBuilder): void;
  /** @returns the learning rates to be set before each step besides the optimizer's own */
  update(builder: PlanBuilder): readonly OwnRate[] | undefined;
}

/** What an output is compared with. */
export interface Objective {
  /** Without one the gradient is given from outside: see PlannedOutput.da. */
  readonly loss?: Loss;
  /** "class": labels that become one-hot rows. */
  readonly target: "class" | "values";
  /** What the loss of this output is multiplied by in the sum of all. Default 1. */
  readonly factor?: number;
}

export interface PlanRequest extends ForwardRequest {
  readonly mode: Mode;
  /** One for each of the network's outputs; none where mode is "predict". */
  readonly objectives?: readonly Objective[];
  readonly update?: Update;
  /** Whether the gradient goes on to the inputs: see PlannedInput.dx. */
  readonly inputGradient?: boolean;
}

export function plan(request: PlanRequest): Plan {
  const { mode, rows, inputGradient = false } = request;
  if (mode === "predict") return predictPlan(request);
  const training = mode === "train";
  const objectives = request.objectives!;
  const byPixel = objectives.map(() => false);
  const graph = prepare(request.architecture, (value, i) => {
    byPixel[i] = comparesPixels(value, objectives[i].loss);
    return byPixel[i];
  });
  // the last activation and the loss are one kernel where the pair has one
  const after = withoutLast(graph, (output, name) => objectives[output].loss?.kernel(name)?.fused === true);
  const forward = planForward(request, graph, { training, packs: !inputGradient });
  const { builder, trace } = forward;
  const loss = builder.length;
  const planned = graph.outputs.map(({ shape, y, mask }, i) => {
    const { layers, outputs } = request.architecture;
    const each = byPixel[i] ? sizeOf(shape.slice(0, -1)) : 1;
    const units = sizeOf(shape) / each;
    const layer = layers[outputs[i].layer].name;
    const at = { name: outputs[i].name, layer, each, units, after: after[i], z: y!, mask, training };
    const made = planLoss(builder, objectives[i], at);
    const { losses, gradient } = made;
    const { factor = 1 } = objectives[i];
    if (i === 0 && factor === 1) builder.emit("LOSS_REDUCE", { losses, step: builder.step }, each);
    else builder.emit("LOSS_ADD", { losses, step: builder.step, factor, begins: i === 0 ? 1 : 0 }, each);
    if (gradient && factor !== 1) builder.emit("SCALE", { y: gradient, x: gradient, units, factor }, each);
    if (made.a) trace.push({ layer, range: made.a, shape: shapeOf(at) });
    return made;
  });
  // where the loss is not a number the tape stops here, and the outputs are searched for where that began
  for (const { range } of trace) builder.keep(range);
  for (const { output } of planned) builder.pin(output);
  const backward = builder.length;
  let penalties = backward;
  let update = backward;
  let dx: readonly (Range | undefined)[] = [];
  let rates: readonly OwnRate[] | undefined;
  if (training) {
    const given = planned.map(({ gradient }) => gradient!);
    const { walk } = request.architecture;
    dx = walk
      ? walk(builder, graph, given, inputGradient)
      : [walkChain(graph.nodes, given[0], inputGradient)];
    for (const range of dx) if (range) builder.pin(range);
    penalties = builder.length;
    for (const { operation, site } of graph.nodes) operation.settle?.(site!);
    request.update?.penalties(builder);
    update = builder.length;
    for (const { operation, site } of graph.nodes) operation.update?.(site!);
    rates = request.update?.update(builder);
  }
  const image = builder.finish(request.base, forward.parameters);
  return {
    ...image,
    mode,
    rows,
    inputs: forward.inputs.map((input, i) => ({ ...input, dx: dx[i] })),
    outputs: planned.map(({ gradient: _, a: __, ...output }) => output),
    rates,
    sums: training && graph.nodes.some(({ operation }) => operation.settle),
    trace,
    marks: { loss, backward, penalties, update, end: builder.length },
  };
}

/**
 * Whether a loss compares an image pixel by pixel: where it is about distributions over the last axis, and where values and their
 * padding would have to be parted to be one long row, before an activation that the loss would compute.
 */
function comparesPixels({ shape, operation, mask }: Node, loss?: Loss): boolean {
  if (!loss || shape.length === 1) return false;
  if (mask) return true;
  const after = operation?.activation ?? "linear";
  return loss.lastAxis || (hasGaps(shape) && after !== "linear" && loss.kernel(after)?.fused === true);
}

const shapeOf = ({ each, units }: { each: number; units: number }) => (each > 1 ? [each, units] : [units]);

/** The loss of one output and its gradient, put on the tape. What is computed elsewhere, or given from outside, has buffers only. */
function planLoss(
  builder: PlanBuilder,
  { loss, target: kind }: Objective,
  at: {
    name: string;
    layer: string;
    each: number;
    units: number;
    after: string;
    z: Range;
    mask?: Mask;
    training: boolean;
  },
): PlannedOutput & { losses: Range; gradient?: Range; a?: Range } {
  const { name, each, units, after, z, mask, training } = at;
  const { step } = builder;
  const rows = builder.rows * each;
  const pair = loss?.kernel(after);
  if (!loss || !pair) {
    const losses = builder.pin(builder.alloc("losses", rows * 4));
    const da = training ? builder.pin(builder.tensor("output gradients", [units])) : undefined;
    const given = { name, each, units, share: 1, output: z, losses, da, gradient: da };
    if (!loss) return given;
    const target = stageTarget(builder, kind, units);
    const weight = builder.pin(builder.alloc("sample weights", rows * 4));
    return { ...given, y: target.staged, yKind: target.kind, weight };
  }
  const target = planTarget(builder, kind, loss, at);
  const weight = builder.pin(builder.alloc("sample weights", rows * 4));
  const losses = builder.pin(builder.alloc("losses", rows * 4));
  const gradient = training ? builder.tensor("output gradients", shapeOf(at)) : undefined;
  const alpha = loss.alpha(units);
  // of distributions the mean over the pixels; of others what a long row of all values would have
  const share = loss.lastAxis ? 1 / each : loss.alpha(units * each) / alpha;
  const record = {
    losses,
    y: target.y,
    weight: mask?.weights(builder, weight, share < 1) ?? weight,
    step,
    units,
    alpha,
  };
  const y = { y: target.staged, yKind: target.kind };
  const common = { name, each, units, share, ...y, weight, mask, losses, gradient };
  if (!pair.fused) {
    builder.emit(pair.kernel, { ...record, da: gradient ?? 0, a: z }, each);
    return { ...common, output: z };
  }
  const a = builder.tensor(`outputs of ${at.layer}`, shapeOf(at));
  builder.emit(pair.kernel, { ...record, dz: gradient ?? 0, a, z }, each);
  // a linear layer's outputs stay logits, as predict() gives them; only the loss sees probabilities
  return { ...common, output: after === "linear" ? z : a, a };
}

/** Where targets are read to that no kernel sees. */
function stageTarget(builder: PlanBuilder, of: "class" | "values", units: number) {
  const kind = of === "class" && units > 1 ? ("labels" as const) : ("values" as const);
  const staged = builder.pin(builder.alloc("targets", builder.rows * (kind === "labels" ? 1 : units) * 4));
  return { staged, kind };
}

function planTarget(
  builder: PlanBuilder,
  kind: "class" | "values",
  loss: Loss,
  at: { each: number; units: number },
): { staged: Range; y: Range; kind: "labels" | "values" } {
  const { each, units } = at;
  const rows = builder.rows * each;
  const y = builder.tensor("targets", shapeOf(at));
  const smoothing = loss.smoothing(units);
  // one output for two classes: the reader writes 0 and 1 (or ±1) as values
  if (kind === "class" && units > 1) {
    const staged = builder.pin(builder.alloc("labels", rows * 4));
    const { on, off } = smoothing ? smoothed(loss, smoothing) : loss.labels;
    builder.emit("ONE_HOT", { y, labels: staged, units, on, off }, each);
    return { staged, y, kind: "labels" };
  }
  // metrics look at the targets as they were read, so smoothed ones have a buffer of their own
  if (ld(units) === units && !smoothing) return { staged: builder.pin(y), y, kind: "values" };
  const staged = builder.pin(builder.alloc("targets as read", rows * units * 4));
  if (smoothing) builder.emit("SMOOTH_TARGETS", { y, from: staged, units, ...smoothing }, each);
  else builder.emit("INPUT_F32", { x: y, from: staged, rowsEach: each, inputs: units });
  return { staged, y, kind: "values" };
}

/** The bits that SMOOTH_TARGETS gives for the same targets written as values. */
function smoothed({ labels }: Loss, { keep, add }: { keep: number; add: number }): Loss["labels"] {
  const f = Math.fround;
  const value = (y: number) => f(f(f(keep) * y) + f(add));
  return { on: value(labels.on), off: value(labels.off) };
}
