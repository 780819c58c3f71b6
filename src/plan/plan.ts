/**
 * From layers, loss and optimizer to offsets and a tape. Pure: the same request gives the same plan.
 *
 * The tape of a training step, in order:  input · forward · loss | backward | penalties | moving means · clipping · update
 * where | marks the places that `marks` name, so that parts of it can be run alone.
 */
import { activations } from "../activations/index.ts";
import { isActivation } from "../layers/activation.ts";
import { isTrainable, type Layer, leaves, type Operation, type Placed, type Site } from "../layers/layer.ts";
import { flattenOutput } from "../layers/reshape.ts";
import type { Loss } from "../losses/resolve.ts";
import { type CoreFacts, hasGaps, type Image, ld, PlanBuilder, type Range } from "./builder.ts";

/** train: everything. evaluate: as when predicting, then the loss. predict: outputs only. */
export type Mode = "train" | "evaluate" | "predict";

/** How rows of a batch arrive. */
export interface InputKind {
  readonly type: "uint8" | "float32";
  /** What uint8 values are multiplied by. */
  readonly scale: number;
}

/** Puts penalties, clipping and the optimizer's pass on the tape; see src/optimizers. */
export interface Update {
  penalties(builder: PlanBuilder): void;
  update(builder: PlanBuilder): void;
}

export interface PlanRequest {
  readonly mode: Mode;
  readonly rows: number;
  readonly layers: readonly Layer[];
  readonly input: InputKind;
  /** "class": labels that become one-hot rows. */
  readonly target?: "class" | "values";
  readonly loss?: Loss;
  readonly update?: Update;
  /** Whether the gradient goes on to the inputs: see Plan.dx. */
  readonly inputGradient?: boolean;
  readonly core: CoreFacts;
  /** Where parameters lie: they belong to the model, not to a plan. */
  parameter(layer: string, name: string): Placed;
  /** First byte the plan may use. */
  readonly base: number;
  /** In how many shares each instruction may be run. Default 1. */
  readonly parts?: number;
}

export interface Plan extends Image {
  readonly mode: Mode;
  readonly rows: number;
  readonly input: InputKind;
  /** Where a batch is read to: dense rows in the type of `input`. */
  readonly x: Range;
  /** Where labels (int32) or target values (float32, dense rows) are read to. */
  readonly y?: Range;
  /** Whether y is labels or values: see planTarget(). */
  readonly yKind?: "labels" | "values";
  /** float32 per row. */
  readonly weight?: Range;
  /** What each row contributed to the loss, before the scale: float32 per row. */
  readonly losses?: Range;
  /** Gradient of the loss with respect to the inputs as the first layer is given them, where asked for: padded, see floatsOf(). */
  readonly dx?: Range;
  /** The network's output: [rows, ld(units)]. */
  readonly output: Range;
  readonly units: number;
  /** Every layer's output in order, for finding where a NaN came from. */
  readonly trace: readonly {
    readonly layer: string;
    readonly range: Range;
    readonly shape: readonly number[];
  }[];
  /** Where parts of the tape begin. Of a batch in pieces, all but the last stop at `penalties`. */
  readonly marks: {
    readonly backward: number;
    readonly penalties: number;
    readonly update: number;
    readonly end: number;
  };
}

const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

export function plan(request: PlanRequest): Plan {
  const { mode, rows, layers, input, inputGradient = false } = request;
  const training = mode === "train";
  const builder = new PlanBuilder(rows, request.core, request.parts);
  const units = size(layers[layers.length - 1].outputShape);

  const operations = orderOf(layers);
  const { staged, x } = planInput(
    builder,
    input,
    layers[0].inputShape,
    operations[0]?.takesPacked === true && !inputGradient,
  );
  const last = operations[operations.length - 1];
  const loss = mode === "predict" ? undefined : request.loss!;
  // the last activation and the loss are one kernel where the pair has one
  const after = last && isActivation(last) ? last.activation.name : "linear";
  const pair = loss?.kernel(after);
  const steps = pair?.fused && after !== "linear" ? operations.slice(0, -1) : operations;
  const site = sitesFor(request, builder, operations);
  // named in the error where the plan is too large
  const parameters = operations.flatMap(leaves).flatMap((operation) =>
    operation.parameters.flatMap(({ name, trainable }) => {
      const { value, gradient } = request.parameter(operation.layer, name);
      return training && trainable ? [value, gradient] : [value];
    }),
  );
  const values: Range[] = [x];
  const trace: { layer: string; range: Range; shape: readonly number[] }[] = [];
  for (const operation of steps) {
    const y = operation.forward(site(operation), values[values.length - 1]);
    values.push(y);
    trace.push({ layer: operation.layer, range: y, shape: operation.outputShape });
  }
  const z = values[values.length - 1];
  const common = { mode, rows, input, x: staged, units, trace };
  if (!loss) {
    builder.hold(z);
    const image = builder.finish(request.base, parameters);
    return { ...common, ...image, output: z, marks: ends(builder.length) };
  }

  const target = planTarget(builder, request.target!, loss, units);
  const weight = builder.hold(builder.alloc("sample weights", rows * 4));
  const losses = builder.hold(builder.alloc("losses", rows * 4));
  const da = training ? builder.tensor("output gradients", [units]) : 0;
  const record = { losses, y: target.y, weight, step: builder.step, units, alpha: loss.alpha(units) };
  let output = z;
  if (pair!.fused) {
    const { name } = layers[layers.length - 1];
    const a = builder.tensor(`outputs of ${name}`, [units]);
    builder.emit(pair!.kernel as "CATEGORICAL_CROSSENTROPY_SOFTMAX", { ...record, dz: da, a, z });
    trace.push({ layer: name, range: a, shape: [units] });
    // a linear layer's outputs stay logits, as predict() gives them; only the loss sees probabilities
    if (after !== "linear") output = a;
  } else {
    builder.emit(pair!.kernel as "SQUARED_ERROR", { ...record, da, a: z });
  }
  builder.emit("LOSS_REDUCE", { losses, step: builder.step });
  // where the loss is no number the tape stops here, and the outputs are searched for where that began
  for (const { range } of trace) builder.keep(range);
  builder.hold(output);
  const backward = builder.length;
  let penalties = backward;
  let update = backward;
  let dx: Range | undefined;
  if (training) {
    const first = inputGradient ? 0 : steps.findIndex(isTrainable);
    let dy = da as Range;
    for (let i = steps.length - 1; i >= first && first >= 0; i--) {
      dy = steps[i].backward(site(steps[i]), values[i], values[i + 1], dy, inputGradient || i > first);
    }
    if (inputGradient) dx = builder.hold(dy);
    penalties = builder.length;
    request.update?.penalties(builder);
    update = builder.length;
    for (const operation of steps) operation.update?.(site(operation));
    request.update?.update(builder);
  }
  const image = builder.finish(request.base, parameters);
  const marks = { backward, penalties, update, end: builder.length };
  return { ...common, ...image, y: target.staged, yKind: target.kind, weight, losses, dx, output, marks };
}

/**
 * The operations in the order they run in. An activation that never falls is applied after a max pooling that follows it: the
 * largest value stays the largest, and there are fewer of them. What leaves an image with padding channels ends with a flat copy.
 */
function orderOf(layers: readonly Layer[]): Operation[] {
  const operations = layers.flatMap((layer) => layer.operations);
  for (let i = 0; i + 2 < operations.length; i++) {
    const [f, pool] = operations.slice(i, i + 2);
    if (!isActivation(f) || pool.kind !== "maxPooling2d" || !activations[f.activation.name].rising) continue;
    operations.splice(i, 2, pool, f.at(pool.outputShape));
  }
  const { name, outputShape } = layers[layers.length - 1];
  const flat = flattenOutput(name, outputShape);
  return flat ? [...operations, flat] : operations;
}

/** One site for each operation, the same whenever it is asked for. */
function sitesFor(request: PlanRequest, builder: PlanBuilder, operations: readonly Operation[]) {
  const sites = new Map<Operation, Site>();
  const numbers = new Map(operations.flatMap(within).map((operation, i) => [operation, i]));
  const site = (operation: Operation): Site => {
    const known = sites.get(operation);
    if (known) return known;
    const fresh: Site = {
      builder,
      training: request.mode === "train",
      number: numbers.get(operation)!,
      saved: new Map(),
      parameter: (name) => request.parameter(operation.layer, name),
      output: (shape) => builder.tensor(`outputs of ${operation.layer}`, shape),
      gradient: (shape) => builder.tensor(`input gradients of ${operation.layer}`, shape),
      of: site,
    };
    sites.set(operation, fresh);
    return fresh;
  };
  return site;
}

const within = (operation: Operation): Operation[] => [operation, ...(operation.inner ?? []).flatMap(within)];

/** The marks of a tape that only goes forward. */
const ends = (end: number) => ({ backward: end, penalties: end, update: end, end });

/**
 * Rows are read where the first operation wants them if they can be, else beside it and converted.
 *
 * @param packed the first operation takes images whose pixels lie without padding, as they come
 */
function planInput(
  builder: PlanBuilder,
  input: InputKind,
  shape: readonly number[],
  packed: boolean,
): { staged: Range; x: Range } {
  const inputs = size(shape);
  const whole = packed || !hasGaps(shape);
  // an image whose pixels are padded is converted pixel by pixel
  const width = whole ? inputs : shape[shape.length - 1];
  const rowsEach = inputs / width;
  const bytes = builder.rows * rowsEach * ld(width) * 4;
  const x = builder.alloc("inputs", bytes, shape.length > 1 && packed);
  if (input.type === "uint8") {
    const staged = builder.hold(builder.alloc("inputs as uint8", builder.rows * inputs));
    builder.emit("INPUT_U8", { x, from: staged, rowsEach, inputs: width, scale: input.scale });
    return { staged, x };
  }
  if (ld(width) === width) return { staged: builder.hold(x), x };
  const staged = builder.hold(builder.alloc("inputs as read", builder.rows * inputs * 4));
  builder.emit("INPUT_F32", { x, from: staged, rowsEach, inputs: width });
  return { staged, x };
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
    const staged = builder.hold(builder.alloc("labels", builder.rows * 4));
    const { on, off } = smoothing ? smoothed(loss, smoothing) : loss.labels;
    builder.emit("ONE_HOT", { y, labels: staged, units, on, off });
    return { staged, y, kind: "labels" };
  }
  // metrics look at the targets as they were read, so smoothed ones lie beside them
  if (ld(units) === units && !smoothing) return { staged: builder.hold(y), y, kind: "values" };
  const staged = builder.hold(builder.alloc("targets as read", builder.rows * units * 4));
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
