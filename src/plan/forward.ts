/**
 * The forward half of a plan, which is all that predicting needs: from rows as they are read to the network's outputs.
 */
import { sizeOf } from "../shape.ts";
import { type CoreFacts, hasGaps, ld, PlanBuilder, type PlanImage, type Range } from "./builder.ts";
import { graphOf, type Made, type Node, usersOf } from "./graph.ts";
import type { Architecture, Operation, Placed, Site } from "./operation.ts";
import { activationOf, activationsAfterMax, flatOutputs, withoutLast } from "./passes.ts";

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
  readonly architecture: Architecture;
  /** One for each of the network's inputs. */
  readonly inputs: readonly InputKind[];
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

/** An input of the network in a plan. */
export interface PlannedInput {
  readonly name: string;
  readonly kind: InputKind;
  /** Of one row. */
  readonly shape: readonly number[];
  /** Where a batch is read to: dense rows in the type of `kind`. */
  readonly x: Range;
  /** Gradient of the loss with respect to the input as its layers are given it, where asked for: padded, see floatsOf(). */
  readonly dx?: Range;
}

/** An output of the network in a plan. */
export interface PlannedOutput {
  readonly name: string;
  /** Values in a row. */
  readonly units: number;
  /** [rows, ld(units)] */
  readonly output: Range;
  /** Where labels (int32) or target values (float32, dense rows) are read to. */
  readonly y?: Range;
  /** Whether y is labels or values: see planTarget(). */
  readonly yKind?: "labels" | "values";
  /** float32 per row. */
  readonly weight?: Range;
  /** What each row contributed to the loss, before the scale: float32 per row. */
  readonly losses?: Range;
  /** Where the gradient of the output is written to, if the loss is given from outside: [rows, ld(units)], padding 0. */
  readonly da?: Range;
}

export interface Plan extends PlanImage {
  readonly mode: Mode;
  readonly rows: number;
  readonly inputs: readonly PlannedInput[];
  readonly outputs: readonly PlannedOutput[];
  /** Step records of learning rates that single layers have, to be set before each step. */
  readonly rates?: readonly OwnRate[];
  /** Every layer's values in order, for finding where a NaN came from. */
  readonly trace: readonly {
    readonly layer: string;
    readonly range: Range;
    readonly shape: readonly number[];
  }[];
  /** Where parts of the tape begin. Of a batch in pieces, all but the last stop at `penalties`. */
  readonly marks: {
    /** The outputs are there. What a loss gives that is computed elsewhere is put in its place before the tape goes on from here. */
    readonly loss: number;
    readonly backward: number;
    readonly penalties: number;
    readonly update: number;
    readonly end: number;
  };
}

/** A plan that only gives outputs. */
export function predictPlan(request: ForwardRequest): Plan {
  const { builder, graph, values, inputs, outputs, trace, parameters } = planForward(request, {
    training: false,
    packs: true,
    skips: () => false,
  });
  const planned = outputs.map((output, i) => ({
    ...output,
    output: builder.pin(values.get(graph.outputs[i])!),
  }));
  const image = builder.finish(request.base, parameters);
  const end = builder.length;
  const marks = { loss: end, backward: end, penalties: end, update: end, end };
  return { ...image, mode: "predict", rows: request.rows, inputs, outputs: planned, trace, marks };
}

/** Inputs and forward instructions; what follows them is the caller's. */
export function planForward(
  request: ForwardRequest,
  options: {
    /** Keep what the backward pass needs. */
    readonly training: boolean;
    /** Whether a first operation may be given images whose pixels lie without padding. */
    readonly packs: boolean;
    /** Whether this activation, which makes the output of this number, is left to the kernel of the loss. */
    skips(output: number, activation: string): boolean;
  },
) {
  const { rows, architecture } = request;
  const { training } = options;
  const builder = new PlanBuilder(rows, request.core, request.parts);
  const names = architecture.outputs.map(({ layer }) => architecture.layers[layer].name);
  const whole = flatOutputs(activationsAfterMax(graphOf(architecture)), names);
  const after = whole.outputs.map(activationOf);
  const users = usersOf(whole);
  const graph = withoutLast(whole, options.skips);
  const values = new Map<Node, Range>();
  const inputs = architecture.inputs.map(({ name, shape }, i): PlannedInput => {
    const node = graph.inputs[i];
    const [first, ...others] = users.get(node) ?? [];
    const packs =
      options.packs && others.length === 0 && (first?.operation as Operation)?.takesPacked === true;
    const kind = request.inputs[i];
    const { staged, x } = planInput(builder, kind, shape, packs);
    values.set(node, x);
    return { name, kind, shape, x: staged };
  });
  const sites = new Sites(request, builder, training);
  // named in the error where the plan is too large
  const parameters = architecture.layers
    .flatMap(({ operations }) => operations)
    .flatMap((operation) =>
      operation.parameters.flatMap(({ name, trainable }) => {
        const { value, gradient } = request.parameter(operation.layer, name);
        return training && trainable ? [value, gradient] : [value];
      }),
    );
  const trace: { layer: string; range: Range; shape: readonly number[] }[] = [];
  for (const node of graph.nodes) {
    const { operation, from } = node;
    const site = sites.of(node);
    const xs = from.map((value) => values.get(value)!);
    const y = "merge" in operation ? operation.merge(site, xs) : operation.forward(site, xs[0]);
    values.set(node, y);
    if (!node.inside) trace.push({ layer: operation.layer, range: y, shape: node.shape });
  }
  const outputs = architecture.outputs.map(({ name }, i) => ({
    name,
    units: sizeOf(graph.outputs[i].shape),
    /** The activation that makes it. */
    after: after[i],
  }));
  return { builder, graph, values, inputs, outputs, trace, sites, parameters };
}

/** The site of each node, the same whenever it is asked for. */
export class Sites {
  private readonly known = new Map<Node, Site>();
  private readonly placed = new Set<string>();
  /** Gradients of parameters that are used more than once, and where they are to be added. */
  readonly more: { readonly to: Range; readonly from: Range }[] = [];

  constructor(
    private readonly request: ForwardRequest,
    private readonly builder: PlanBuilder,
    private readonly training: boolean,
  ) {}

  of(node: Made): Site {
    const known = this.known.get(node);
    if (known) return known;
    const { builder, training } = this;
    const { layer, parameters } = node.operation;
    const placed = new Map(parameters.map((spec) => [spec.name, this.place(layer, spec.name)]));
    const fresh: Site = {
      builder,
      training,
      number: node.number,
      saved: new Map(),
      parameter: (name) => placed.get(name)!,
      output: (shape) => builder.tensor(`outputs of ${layer}`, shape),
      gradient: (shape) => builder.tensor(`input gradients of ${layer}`, shape),
    };
    this.known.set(node, fresh);
    return fresh;
  }

  /** Where a parameter lies. From its second use on, its gradient has a place in the plan: kernels overwrite what others have put there. */
  private place(layer: string, name: string): Placed {
    const first = this.request.parameter(layer, name);
    const key = `${layer}.${name}`;
    if (!TRAINING || !this.training || first.gradient.offset === 0 || !this.placed.has(key)) {
      this.placed.add(key);
      return first;
    }
    const { gradient } = first;
    const again = this.builder.pin(this.builder.alloc(`${gradient.name}, again`, gradient.bytes));
    this.more.push({ to: gradient, from: again });
    return { ...first, gradient: again };
  }
}

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
