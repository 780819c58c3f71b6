/**
 * The forward half of a plan, which is all that predicting needs: from rows as they are read to the network's output.
 */
import { sizeOf } from "../shape.ts";
import { type CoreFacts, hasGaps, ld, PlanBuilder, type PlanImage, type Range } from "./builder.ts";
import { type Layer, leaves, type Operation, type Placed, type Site } from "./operation.ts";
import { flattenOutput } from "./reshape.ts";

/** train: everything. evaluate: as when predicting, then the loss. predict: outputs only. */
export type Mode = "train" | "evaluate" | "predict";

/** How rows of a batch arrive. */
export interface InputKind {
  readonly type: "uint8" | "float32";
  /** What uint8 values are multiplied by. */
  readonly scale: number;
}

export interface ForwardRequest {
  readonly rows: number;
  readonly layers: readonly Layer[];
  readonly input: InputKind;
  readonly core: CoreFacts;
  /** Where parameters lie: they belong to the model, not to a plan. */
  parameter(layer: string, name: string): Placed;
  /** First byte the plan may use. */
  readonly base: number;
  /** In how many shares each instruction may be run. Default 1. */
  readonly parts?: number;
}

/** A learning rate besides the optimizer's own, before the schedule, and the step record that has it. */
export interface OwnRate {
  readonly learningRate: number;
  readonly step: Range;
}

export interface Plan extends PlanImage {
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
  /** Step records of learning rates that single layers have, to be set before each step. */
  readonly rates?: readonly OwnRate[];
  /** Gradient of the loss with respect to the outputs, where the loss is computed elsewhere: [rows, ld(units)]. */
  readonly da?: Range;
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
    /** Where the forward pass ends. A loss that is computed elsewhere is put into `losses` and `da` before the tape goes on from here. */
    readonly loss: number;
    readonly backward: number;
    readonly penalties: number;
    readonly update: number;
    readonly end: number;
  };
}

/** A plan that only gives outputs. */
export function predictPlan(request: ForwardRequest): Plan {
  const { builder, values, common, parameters } = planForward(request, {
    training: false,
    packs: true,
    skipsLast: () => false,
  });
  const output = builder.pin(values[values.length - 1]);
  const image = builder.finish(request.base, parameters);
  const end = builder.length;
  const marks = { loss: end, backward: end, penalties: end, update: end, end };
  return { ...common, ...image, mode: "predict", output, marks };
}

/** Input and forward instructions; what follows them is the caller's. */
export function planForward(
  request: ForwardRequest,
  options: {
    /** Keep what the backward pass needs. */
    readonly training: boolean;
    /** Whether the first operation may be given images whose pixels lie without padding. */
    readonly packs: boolean;
    /** Whether the last operation, this activation, is left to the kernel of the loss. */
    skipsLast(after: string): boolean;
  },
) {
  const { rows, layers, input } = request;
  const { training } = options;
  const builder = new PlanBuilder(rows, request.core, request.parts);
  const units = sizeOf(layers[layers.length - 1].outputShape);
  const operations = orderOf(layers);
  const { staged, x } = planInput(
    builder,
    input,
    layers[0].inputShape,
    operations[0]?.takesPacked === true && options.packs,
  );
  const last = operations[operations.length - 1];
  const after = last?.activation ?? "linear";
  const steps = options.skipsLast(after) ? operations.slice(0, -1) : operations;
  const site = sitesFor(request, builder, operations, training);
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
  const common = { rows, input, x: staged, units, trace };
  return { builder, site, steps, values, trace, after, common, parameters };
}

/**
 * The operations in the order they run in. An activation that never falls is applied after a max pooling that follows it: the
 * largest value stays the largest, its gradient goes the same way, and there are fewer of them (four times, for windows of 2 × 2).
 * What leaves an image with padding channels ends with a flat copy.
 */
function orderOf(layers: readonly Layer[]): Operation[] {
  const operations = layers.flatMap((layer) => layer.operations);
  for (let i = 0; i + 2 < operations.length; i++) {
    const [f, pool] = operations.slice(i, i + 2);
    if (!f.afterMax || !pool.takesMax) continue;
    operations.splice(i, 2, pool, f.afterMax(pool.outputShape));
  }
  const { name, outputShape } = layers[layers.length - 1];
  const flat = flattenOutput(name, outputShape);
  return flat ? [...operations, flat] : operations;
}

/** One site for each operation, the same whenever it is asked for. */
function sitesFor(
  request: ForwardRequest,
  builder: PlanBuilder,
  operations: readonly Operation[],
  training: boolean,
) {
  const sites = new Map<Operation, Site>();
  const numbers = new Map(operations.flatMap(within).map((operation, i) => [operation, i]));
  const site = (operation: Operation): Site => {
    const known = sites.get(operation);
    if (known) return known;
    const fresh: Site = {
      builder,
      training,
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

/**
 * Rows are read where the first operation wants them if possible, else into another buffer and converted.
 *
 * @param packed the first operation takes images whose pixels lie without padding, as they come
 */
function planInput(
  builder: PlanBuilder,
  input: InputKind,
  shape: readonly number[],
  packed: boolean,
): { staged: Range; x: Range } {
  const inputs = sizeOf(shape);
  const whole = packed || !hasGaps(shape);
  // an image whose pixels are padded is converted pixel by pixel
  const width = whole ? inputs : shape[shape.length - 1];
  const rowsEach = inputs / width;
  const bytes = builder.rows * rowsEach * ld(width) * 4;
  const x = builder.alloc("inputs", bytes, shape.length > 1 && packed);
  if (input.type === "uint8") {
    const staged = builder.pin(builder.alloc("inputs as uint8", builder.rows * inputs));
    builder.emit("INPUT_U8", { x, from: staged, rowsEach, inputs: width, scale: input.scale });
    return { staged, x };
  }
  if (ld(width) === width) return { staged: builder.pin(x), x };
  const staged = builder.pin(builder.alloc("inputs as read", builder.rows * inputs * 4));
  builder.emit("INPUT_F32", { x, from: staged, rowsEach, inputs: width });
  return { staged, x };
}
