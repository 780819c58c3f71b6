/** An ONNX graph as layers: node by node, in its order. */
import { NablaError } from "../../errors.ts";
import { FLOATS, type OnnxGraph, type OnnxNode, type OnnxValueInfo, TYPES } from "../../interop/onnx.ts";
import type { Building } from "../building.ts";
import { type Problem, Unsupported } from "../problems.ts";
import { batchIn, findBatch } from "./batch.ts";
import type { GraphOptions, Port, ReadGraph } from "./graphTypes.ts";
import { Importing } from "./importing.ts";
import { Code, needed, partsFor, simplifiedBy } from "./later.ts";
import { Op } from "./op.ts";
import { Missing } from "./parts.ts";
import {
  type Axis,
  constant,
  type Factor,
  isConstant,
  isValue,
  ofRow,
  type Term,
  type Value,
} from "./value.ts";

export type { GraphOptions, Port, ReadGraph } from "./graphTypes.ts";

/** Stands for a batch of any size in what is computed of shapes: a prime that no other axis is a multiple of. */
const ANY = 100_003;

/** What gives constants, whatever it is of. */
const OF_SHAPES = new Set(["Constant", "Shape", "Size"]);

type Wishes = ReadonlyMap<string, readonly (readonly number[])[]>;

/** Reads it, when what it needs is there. */
export async function readGraph(graph: OnnxGraph, options: GraphOptions): Promise<ReadGraph> {
  const code = new Code(options.building());
  const nodes = needed(graph, await simplifiedBy(code, graph));
  await code.load(partsFor(nodes, graph, options.constants, code));
  for (;;)
    try {
      return readOnce(graph, nodes, options, code);
    } catch (error) {
      // what only reading shows to be needed
      if (!(error instanceof Missing)) throw error;
      await code.load([error.part]);
    }
}

/** Reads it; and once more where inputs had better lie in another order. */
function readOnce(
  graph: OnnxGraph,
  nodes: readonly OnnxNode[],
  options: GraphOptions,
  code: Code,
): ReadGraph {
  const first = new Reading(graph, nodes, options, code, new Map());
  const read = first.read();
  const wishes = first.wishes;
  return options.keep || wishes.size === 0 || read.problems.length > 0
    ? read
    : new Reading(graph, nodes, options, code, wishes).read();
}

class Reading {
  private readonly building: Building;
  private readonly at: Importing;
  private readonly terms = new Map<string, Term | undefined>();
  private readonly problems: Problem[] = [];
  private readonly ports: Port[] = [];
  private readonly uses = new Map<string, number>();
  private readonly batch: number | false;

  constructor(
    private readonly graph: OnnxGraph,
    private readonly nodes: readonly OnnxNode[],
    private readonly options: GraphOptions,
    private readonly code: Code,
    private readonly given: Wishes,
  ) {
    this.building = options.building();
    const ends = graph.outputs.map(({ name }) => name ?? "");
    for (const { inputs } of this.nodes)
      for (const name of inputs) if (name !== "") this.uses.set(name, (this.uses.get(name) ?? 0) + 1);
    // an output is seen from outside
    for (const name of ends) this.uses.set(name, Number.POSITIVE_INFINITY);
    this.at = new Importing(this.building, this.uses, options.most, code.parts);
    this.batch = options.batch ?? findBatch(graph, this.nodes, options);
  }

  get wishes(): Wishes {
    return new Map(
      this.at.entries.flatMap(({ wish }, i) => (wish ? [[this.ports[i]!.file, wish] as const] : [])),
    );
  }

  read(): ReadGraph {
    for (const [name, known] of this.options.constants) this.terms.set(name, known);
    this.readInputs();
    for (const node of this.nodes) this.readNode(node);
    const outputs =
      this.problems.length > 0 ? [] : this.graph.outputs.flatMap((info) => this.finish(info.name ?? ""));
    return {
      building: this.building,
      inputs: this.ports,
      outputs,
      batch: this.batch,
      problems: this.problems,
      notes: [...this.at.notes],
    };
  }

  private problem(where: string, why: string): void {
    this.problems.push({ where, why });
  }

  private readInputs(): void {
    let batch: Factor | undefined;
    for (const info of this.graph.inputs) {
      const file = info.name ?? "";
      if (this.terms.has(file) || !this.uses.has(file)) continue;
      const at = batchIn(info, this.graph, this.batch);
      const dims = this.dimsOf(info, at);
      if (!dims) continue;
      if (at !== false) {
        if (at >= dims.length) {
          this.problem(
            `input "${file}"`,
            `it has ${dims.length} axes, so none for the batch; if this model has no batch, pass { batch: false }`,
          );
          continue;
        }
        batch ??= { size: dims[at]!, batch: true };
        if (batch.size !== dims[at])
          this.problem(
            `input "${file}"`,
            `its axis ${at} has ${dims[at]} steps where another input has ${batch.size}; if its batch is another axis, export with dynamic_axes that name it alike in all inputs; if that is no batch, pass { batch: false }, or values that never change as { constants }`,
          );
      }
      const axes = dims.map((size, i): Axis => (i === at ? [batch!] : size === 1 ? [] : [{ size }]));
      const rows = axes.map((axis, i) => ({ axis: ofRow(axis), i })).filter(({ i }) => i !== at);
      const wish = this.given.get(file);
      const order = wish
        ? wish.map((own) => ({ axis: own.flatMap((i) => axes[i]!), i: own[0] ?? -1 }))
        : rows;
      const held = order.length > 0 ? order.map(({ axis }) => axis) : [[]];
      const shape = held.map((axis) => axis.reduce((n, { size }) => n * size, 1));
      const made = this.building.input(file, shape);
      const whole = !FLOATS.has(info.type?.tensor?.type ?? TYPES.float);
      const value: Value = { kind: "value", layer: made.config.name, axes, held, whole };
      this.at.entries.push({ value });
      // an axis of one step that moved is the one that no other is
      const left = rows.map(({ i }) => i).filter((i) => !order.some((own) => own.i === i));
      this.ports.push({
        name: made.config.name,
        file,
        shape,
        axes: order.map(({ i }) => (i >= 0 ? i : (left.shift() ?? -1))),
        ...(at !== false && at !== this.batch && { batch: at }),
      });
      this.set(file, value);
    }
    if (this.ports.length === 0 && this.problems.length === 0)
      this.problem("the graph", "it has no input that its outputs depend on");
  }

  private dimsOf(info: OnnxValueInfo, batch: number | false): number[] | undefined {
    const name = info.name ?? "";
    const shape = info.type?.tensor?.shape;
    if (!shape) {
      this.problem(
        `input "${name}"`,
        "it has no shape: it is a sequence or another thing that is no tensor, or was exported without one",
      );
      return undefined;
    }
    const dimensions = this.options.dimensions ?? {};
    let whole = true;
    const dims = shape.dims.map(({ value, name: symbol }, i) => {
      const known = [symbol, `${name}.${i}`].find((key) => key && Object.hasOwn(dimensions, key));
      const n = known ? dimensions[known]! : value;
      if (n !== undefined && Number.isSafeInteger(n) && n > 0) return n;
      if (i === batch) return ANY;
      whole = false;
      const key = symbol || `${name}.${i}`;
      this.problem(
        `input "${name}"`,
        `its axis ${i} may have any size, while layers here know theirs; say which with { dimensions: { ${JSON.stringify(key)}: 64 } }`,
      );
      return 1;
    });
    return whole ? dims : undefined;
  }

  private set(name: string, term: Term): void {
    this.terms.set(name, term);
    if (!isValue(term)) return;
    this.at.names.set(term.layer, [...(this.at.names.get(term.layer) ?? []), name]);
  }

  private readNode(node: OnnxNode): void {
    const { type = "", domain = "" } = node;
    const where = node.name ? `${type} "${node.name}"` : `${type} of "${node.outputs[0] ?? ""}"`;
    if (!/^(?:ai\.onnx)?$/.test(domain) || !this.code.knows(type)) {
      const hint = this.at.part<typeof import("./hints.ts")>("hints").hintFor(type);
      const of = /^(?:ai\.onnx)?$/.test(domain) ? "" : ` of ${domain}`;
      this.problem(
        where,
        `the operator ${type}${of} there is not here${hint ? `: ${hint}` : "; cut the model before it with onnx.utils.extract_model(), or write that part with other operators"}`,
      );
      return;
    }
    const inputs = node.inputs.map((name) => (name === "" ? undefined : this.terms.get(name)));
    // what it needs was refused already
    if (node.inputs.some((name, i) => name !== "" && inputs[i] === undefined)) return;
    this.at.node = node.name || node.outputs[0] || "";
    const op = new Op(this.at, node, inputs, this.options.opset);
    try {
      const handler = this.handlerOf(op, type);
      const made = handler(op);
      const list = Array.isArray(made) ? (made as (Term | undefined)[]) : [made as Term];
      node.outputs.forEach((name, i) => {
        const term = list[i];
        if (name !== "" && term) this.set(name, term);
      });
      const missing = node.outputs.find((name, i) => name !== "" && !list[i] && this.uses.has(name));
      if (missing !== undefined) throw new Unsupported(`its output "${missing}" there is not here`);
    } catch (error) {
      if (error instanceof Unsupported || error instanceof NablaError) this.problem(where, error.message);
      else throw error;
    }
  }

  private handlerOf(op: Op, type: string): (op: Op) => Term | readonly (Term | undefined)[] {
    const handler = this.code.handlerOf(type);
    if (handler && OF_SHAPES.has(type)) return handler;
    if (op.inputs.every((term) => term === undefined || isConstant(term))) {
      const { FOLDS } = this.at.part<typeof import("./fold.ts")>("folds");
      if (Object.hasOwn(FOLDS, type)) return FOLDS[type]!;
      throw new Unsupported(
        "it computes with constants alone, in a way that there is not here; export with constant folding",
      );
    }
    if (handler) return handler;
    throw new Unsupported(
      `the operator ${type} there is here for constants alone, and this depends on the model's input`,
    );
  }

  /** An output of the model: channels last where it is an image, otherwise in the order of the file. */
  private finish(file: string): (Port & { layer: string })[] {
    const term = this.terms.get(file);
    this.at.node = file;
    try {
      if (!term) throw new Unsupported("nothing makes it");
      const first = this.at.entries[0]!.value;
      if (isConstant(term) && first.axes.flat().some(({ batch, size }) => batch && size > 1))
        throw new Unsupported("it is the same whatever the model's input is; leave it out of { outputs }");
      const given = isConstant(term) ? this.at.asValue(first, constant(term.dims, term.data)) : term;
      const { value, axes } = this.outside(given);
      // an input is no output, nor is a layer that is shared with what follows it
      const { config } = this.building.layers.get(value.layer)!;
      const end =
        config.type === "input" ? this.at.unary(value, "activation", { activation: "linear" }) : value;
      const { shape } = this.building.layers.get(end.layer)!;
      return [{ name: file, file, shape, axes, layer: end.layer }];
    } catch (error) {
      if (!(error instanceof Unsupported || error instanceof NablaError)) throw error;
      this.problem(`output "${file}"`, error.message);
      return [];
    }
  }

  private outside(value: Value): { value: Value; axes: number[] } {
    const rows = value.axes.map((axis, i) => ({
      axis: ofRow(axis),
      i,
      batch: axis.some(({ batch }) => batch),
    }));
    // the axis of the batch is none of the row's, unless it was joined with others
    const own = rows.filter(({ axis, batch }) => !(batch && axis.length === 0));
    const isOwn = (held: Axis, axis: Axis) =>
      held.length === axis.length && held.every((factor, i) => factor === axis[i]);
    const left = [...own];
    const places = value.held.map((held) => {
      const at = left.findIndex(({ axis }) => isOwn(held, axis));
      return at < 0 ? undefined : left.splice(at, 1)[0]!.i;
    });
    const asImage = places.length >= 2 && left.length === 0 && places.every((i) => i !== undefined);
    if (asImage) return { value, axes: places as number[] };
    return {
      value: this.at.arrange(
        value,
        own.map(({ axis }) => axis),
      ),
      axes: own.map(({ i }) => i),
    };
  }
}
