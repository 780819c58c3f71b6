/**
 * From layers, loss and optimizer to offsets and a tape. Pure: the same request gives the same plan.
 *
 * The tape of a training step, in order:  input · forward | loss | backward | penalties | moving means · clipping · update
 * where | marks the places that `marks` name, so that parts of it can be run alone.
 */

import { ld, type PlanBuilder, type Range } from "./builder.ts";
import {
  type ForwardRequest,
  type Mode,
  type OwnRate,
  type Plan,
  planForward,
  predictPlan,
} from "./forward.ts";
import type { Loss } from "./loss.ts";
import { isTrainable } from "./operation.ts";

export type { InputKind, Mode, OwnRate, Plan } from "./forward.ts";

/** Puts penalties, clipping and the optimizer's pass on the tape; see src/optimizers. */
export interface Update {
  penalties(builder: PlanBuilder): void;
  /** @returns the learning rates to be set before each step besides the optimizer's own */
  update(builder: PlanBuilder): readonly OwnRate[] | undefined;
}

export interface PlanRequest extends ForwardRequest {
  readonly mode: Mode;
  /** "class": labels that become one-hot rows. */
  readonly target?: "class" | "values";
  readonly loss?: Loss;
  readonly update?: Update;
  /** Whether the gradient goes on to the inputs: see Plan.dx. */
  readonly inputGradient?: boolean;
}

export function plan(request: PlanRequest): Plan {
  const { mode, rows, layers, inputGradient = false } = request;
  if (mode === "predict") return predictPlan(request);
  const training = mode === "train";
  const loss = request.loss!;
  const forward = planForward(request, {
    training,
    packs: !inputGradient,
    // the last activation and the loss are one kernel where the pair has one
    skipsLast: (after) => after !== "linear" && loss.kernel(after)?.fused === true,
  });
  const { builder, site, steps, values, trace, after, common, parameters } = forward;
  const { units } = common;
  const z = values[values.length - 1];
  const pair = loss.kernel(after);
  const lossAt = builder.length;
  const target = pair
    ? planTarget(builder, request.target!, loss, units)
    : stageTarget(builder, request.target!, units);
  const weight = builder.pin(builder.alloc("sample weights", rows * 4));
  const losses = builder.pin(builder.alloc("losses", rows * 4));
  const da = training ? builder.tensor("output gradients", [units]) : 0;
  const record = { losses, y: target.y, weight, step: builder.step, units, alpha: loss.alpha(units) };
  let output = z;
  if (!pair) {
    if (training) builder.pin(da as Range);
  } else if (pair.fused) {
    const { name } = layers[layers.length - 1];
    const a = builder.tensor(`outputs of ${name}`, [units]);
    builder.emit(pair.kernel, { ...record, dz: da, a, z });
    trace.push({ layer: name, range: a, shape: [units] });
    // a linear layer's outputs stay logits, as predict() gives them; only the loss sees probabilities
    if (after !== "linear") output = a;
  } else {
    builder.emit(pair.kernel, { ...record, da, a: z });
  }
  builder.emit("LOSS_REDUCE", { losses, step: builder.step });
  // where the loss is not a number the tape stops here, and the outputs are searched for where that began
  for (const { range } of trace) builder.keep(range);
  builder.pin(output);
  const backward = builder.length;
  let penalties = backward;
  let update = backward;
  let dx: Range | undefined;
  let rates: readonly OwnRate[] | undefined;
  if (training) {
    const first = inputGradient ? 0 : steps.findIndex(isTrainable);
    let dy = da as Range;
    for (let i = steps.length - 1; i >= first && first >= 0; i--) {
      dy = steps[i].backward(site(steps[i]), values[i], values[i + 1], dy, inputGradient || i > first);
    }
    if (inputGradient) dx = builder.pin(dy);
    penalties = builder.length;
    request.update?.penalties(builder);
    update = builder.length;
    for (const operation of steps) operation.update?.(site(operation));
    rates = request.update?.update(builder);
  }
  const image = builder.finish(request.base, parameters);
  const marks = { loss: lossAt, backward, penalties, update, end: builder.length };
  return {
    ...common,
    ...image,
    mode,
    y: target.staged,
    yKind: target.kind,
    weight,
    losses,
    dx,
    da: pair || !training ? undefined : (da as Range),
    rates,
    output,
    marks,
  };
}

/** Where targets are read to that no kernel sees. */
function stageTarget(builder: PlanBuilder, of: "class" | "values", units: number) {
  const kind = of === "class" && units > 1 ? ("labels" as const) : ("values" as const);
  const staged = builder.pin(builder.alloc("targets", builder.rows * (kind === "labels" ? 1 : units) * 4));
  return { staged, y: staged, kind };
}

function planTarget(
  builder: PlanBuilder,
  kind: "class" | "values",
  loss: Loss,
  units: number,
): { staged: Range; y: Range; kind: "labels" | "values" } {
  const y = builder.tensor("targets", [units]);
  const smoothing = loss.smoothing(units);
  // one output for two classes: the reader writes 0 and 1 (or ±1) as values
  if (kind === "class" && units > 1) {
    const staged = builder.pin(builder.alloc("labels", builder.rows * 4));
    const { on, off } = smoothing ? smoothed(loss, smoothing) : loss.labels;
    builder.emit("ONE_HOT", { y, labels: staged, units, on, off });
    return { staged, y, kind: "labels" };
  }
  // metrics look at the targets as they were read, so smoothed ones have a buffer of their own
  if (ld(units) === units && !smoothing) return { staged: builder.pin(y), y, kind: "values" };
  const staged = builder.pin(builder.alloc("targets as read", builder.rows * units * 4));
  if (smoothing) builder.emit("SMOOTH_TARGETS", { y, from: staged, units, ...smoothing });
  else builder.emit("INPUT_F32", { x: y, from: staged, rowsEach: 1, inputs: units });
  return { staged, y, kind: "values" };
}

/** The bits that SMOOTH_TARGETS gives for the same targets written as values. */
function smoothed({ labels }: Loss, { keep, add }: { keep: number; add: number }): Loss["labels"] {
  const f = Math.fround;
  const value = (y: number) => f(f(f(keep) * y) + f(add));
  return { on: value(labels.on), off: value(labels.off) };
}
