/**
 * The forward half of a plan, which is all that predicting needs: from rows as they are read to the network's outputs.
 */
import { sizeOf } from "../shape.ts";
import { type CoreFacts, hasGaps, ld, PlanBuilder, type PlanImage, type Range } from "./builder.ts";
import { graphOf } from "./graph.ts";
import type { Architecture, Graph, InputKind, Mask, Node, Placed, PlannedInput, Site } from "./operation.ts";
import { flatOutputs } from "./passes.ts";

/** train: everything. evaluate: as when predicting, then the loss. predict: outputs only. */
export type Mode = "train" | "evaluate" | "predict";

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
  /** See Site.carried. */
  readonly carried?: Site["carried"];
  /** What puts it together. Default: one that only does that. */
  readonly builder?: PlanBuilder;
}

/** A learning rate besides the optimizer's own, before the schedule, and the step record that has it. */
export interface OwnRate {
  readonly learningRate: number;
  readonly step: Range;
}

/** An output of the network in a plan. */
export interface PlannedOutput {
  readonly name: string;
  /** Rows of `output`, targets, weights and losses for each row of the batch: the pixels of an image whose loss compares each. */
  readonly each: number;
  /** Values in each of these. */
  readonly units: number;
  /** [rows · each, ld(units)] */
  readonly output: Range;
  /** What weights are multiplied by, so that losses of pixels add up to that of their row. */
  readonly share: number;
  /** Where labels (int32) or target values (float32, dense rows) are read to. */
  readonly y?: Range;
  /** Whether y is labels or values: see planTarget(). */
  readonly yKind?: "labels" | "values";
  /** float32 per row. */
  readonly weight?: Range;
  /** Where some of a row's steps are padding: 1 or 0 for each of them, float32. */
  readonly mask?: Mask;
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
  /** Whether gradients of parameters that are used more than once are added up in buffers of the plan. */
  readonly sums?: boolean;
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
  const graph = prepare(request.architecture);
  const { builder, inputs, trace, parameters } = planForward(request, graph, {
    training: false,
    packs: true,
  });
  const outputs = request.architecture.outputs.map(({ name }, i): PlannedOutput => {
    const { shape, y } = graph.outputs[i];
    return { name, each: 1, units: sizeOf(shape), share: 1, output: builder.pin(y!) };
  });
  const image = builder.finish(request.base, parameters);
  const end = builder.length;
  const marks = { loss: end, backward: end, penalties: end, update: end, end };
  return { ...image, mode: "predict", rows: request.rows, inputs, outputs, trace, marks };
}

/** The graph as it is planned. */
export function prepare(architecture: Architecture, stays?: (value: Node, output: number) => boolean): Graph {
  const graph = graphOf(architecture);
  for (const node of graph.nodes) node.operation.pass?.(node, graph);
  flatOutputs(graph, stays);
  return graph;
}

/** Inputs and forward instructions; what follows them is the caller's. Notes in the nodes of the graph where their values lie. */
export function planForward(
  request: ForwardRequest,
  graph: Graph,
  options: {
    /** Keep what the backward pass needs. */
    readonly training: boolean;
    /** Whether a first operation may be given images whose pixels lie without padding. */
    readonly packs: boolean;
  },
) {
  const { architecture } = request;
  const { training } = options;
  const { nodes } = graph;
  const builder = request.builder ?? new PlanBuilder(request.rows, request.core, request.parts);
  const inputs = architecture.inputs.map(({ name, shape }, i): PlannedInput => {
    const input = graph.inputs[i];
    const kind = request.inputs[i];
    const user = nodes.find(({ from }) => from[0] === input);
    const packs = options.packs && input.uses === 1 && user?.operation.takesPacked === true;
    const { staged, x } = planInput(builder, kind, shape, packs);
    input.y = x;
    input.kind = kind;
    return { name, kind, shape, x: staged };
  });
  const order = architecture.layers.flatMap(({ operations }) => operations);
  /** By name, for the error where the plan is too large. */
  const parameters = new Map<string, Range>();
  const trace: { layer: string; range: Range; shape: readonly number[] }[] = [];
  for (const node of nodes) {
    const { operation, from, shape, inside } = node;
    const { layer } = operation;
    for (const { name } of operation.parameters) {
      const { value, gradient } = request.parameter(layer, name);
      for (const range of training && gradient.offset > 0 ? [value, gradient] : [value])
        parameters.set(range.name, range);
    }
    const site: Site = {
      builder,
      training,
      node,
      number: order.indexOf(operation),
      saved: new Map(),
      parameter: (name) => request.parameter(layer, name),
      carried: request.carried,
      output: (shape) => builder.tensor(`outputs of ${layer}`, shape),
      gradient: (shape) => builder.tensor(`input gradients of ${layer}`, shape),
    };
    const xs = from.map(({ y }) => y!);
    const range = "merge" in operation ? operation.merge(site, xs) : operation.forward(site, xs[0]);
    node.site = site;
    node.y = range;
    if (TRAINING && !inside) trace.push({ layer, range, shape });
  }
  return { builder, inputs, trace, parameters: [...parameters.values()] };
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
