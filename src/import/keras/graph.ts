/** Models of a file: layers in a row, or a graph of them; also within each other. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { snakeCase } from "../../interop/keras.ts";
import type { Shape } from "../../shape.ts";
import type { Building, Made, WeightsOf } from "../building.ts";
import { Unsupported } from "../problems.ts";
import { nodesOf, type Ref, refsOf, type Step } from "./nodes.ts";
import { classOf, field, isObject, textField } from "./options.ts";
import type { Applied, Sink } from "./reading.ts";

const MODELS = new Set(["Sequential", "Functional", "Model"]);

/** Whether something is a model: of a class of Keras' own, or with layers in it. */
export const isModel = (className: string, config: unknown): boolean =>
  MODELS.has(className) || Array.isArray(field(config, "layers"));

/** A layer as a model lists it. */
interface Entry {
  readonly className: string;
  readonly name: string;
  readonly config: unknown;
  readonly whole: unknown;
  /** Its key among the weights of the model around it, as Keras 3 counts them. */
  readonly key: string;
}

const MOST_DEEP = 64;

/** The layers of a model. @throws Unsupported for what is none */
function entriesOf(config: unknown): Entry[] {
  const list = Array.isArray(config) ? config : field(config, "layers");
  if (!Array.isArray(list))
    throw new Unsupported(
      "it has no layers that are described: it is code of Python; rebuild it with keras.Sequential or keras.Model(inputs, outputs)",
    );
  const counts = new Map<string, number>();
  return list.map((whole: unknown) => {
    const className = classOf(whole);
    const own = field(whole, "config");
    if (className === undefined)
      throw new Unsupported(`expected layers { class_name, config }, got ${show(whole)}`);
    const name = textField(whole, "name") ?? textField(own, "name") ?? className;
    const snake = snakeCase(className);
    const count = counts.get(snake) ?? 0;
    counts.set(snake, count + 1);
    return { className, name, config: own, whole, key: count === 0 ? snake : `${snake}_${count}` };
  });
}

/** Layers that go into the model, and which of them were one layer of the file: to be applied once more. */
export class ModelSink implements Sink {
  private readonly made: Made[] = [];

  constructor(private readonly building: Building) {}

  shapeOf(name: string): Shape {
    return this.building.layers.get(name)!.shape;
  }

  add(
    type: string,
    options: Readonly<Record<string, unknown>>,
    inputs: readonly string[],
    name: string | undefined,
    weights: WeightsOf,
  ): string {
    const made = this.building.add(type, options, inputs, { ...(name !== undefined && { name }), weights });
    this.made.push(made);
    return made.config.name;
  }

  state(name: string, layer: string, units: number): string {
    const made = this.building.state(name, layer, units);
    this.made.push(made);
    return made.config.name;
  }

  /** How many layers there are. */
  get length(): number {
    return this.made.length;
  }

  /** The layers from one place to another once more. @param names of the values they were applied to, and of those they are applied to now */
  again(from: number, to: number, names: Map<string, string>): void {
    for (const made of this.made.slice(from, to)) {
      const inputs = made.inputs.map((name) => names.get(name) ?? name);
      const owner =
        made.config.type === "shared" ? this.building.layers.get(made.config.layer as string)! : made;
      const copy = this.building.again(owner, inputs);
      this.made.push(copy);
      names.set(made.config.name, copy.config.name);
    }
  }
}

/** What a layer was when it was applied first. */
interface First {
  readonly from: number;
  readonly to: number;
  readonly inputs: readonly (string | undefined)[];
  readonly outputs: readonly (string | undefined)[];
  readonly causal: boolean;
}

const isCausal = ({ call }: Pick<Step, "call">): boolean => field(call, "use_causal_mask") === true;

/** A layer applied, the first time or once more. */
function applied(
  { context, sink, spot }: Applied,
  entry: Entry,
  step: Pick<Step, "numbers" | "call">,
  inputs: readonly (string | undefined)[],
  firsts: Map<Entry, First>,
): readonly (string | undefined)[] {
  const first = firsts.get(entry);
  if (!first) {
    const from = sink instanceof ModelSink ? sink.length : 0;
    const outputs = context.apply({
      context,
      sink,
      className: entry.className,
      config: entry.config,
      spot: { names: [...spot.names, entry.name], path: `${spot.path}/${entry.key}` },
      inputs,
      numbers: step.numbers,
      call: step.call,
    });
    const to = sink instanceof ModelSink ? sink.length : 0;
    firsts.set(entry, { from, to, inputs, outputs, causal: isCausal(step) });
    return outputs;
  }
  const known = inputs.every((input) => input !== undefined) && inputs.length === first.inputs.length;
  if (!known || first.outputs.some((output) => output === undefined))
    return first.outputs.map(() => undefined);
  if (!(sink instanceof ModelSink))
    throw new Unsupported("a layer that is applied twice within a layer that holds it");
  const names = new Map(first.inputs.map((input, i) => [input!, inputs[i]!]));
  if (isCausal(step) !== first.causal || first.inputs.some((input, i) => names.get(input!) !== inputs[i]))
    throw new Unsupported(
      `${show(entry.name)} is applied in two ways, of which layers here have one: to one value and to several, or with and without use_causal_mask`,
    );
  sink.again(first.from, first.to, names);
  return first.outputs.map((output) => names.get(output!) ?? output);
}

/** A model applied to values. @returns its outputs */
export function readModel(given: Applied): (string | undefined)[] {
  const { className, config, spot, inputs, context } = given;
  const fail = (why: string) => {
    context.problems.push({ where: `${className} ${show(spot.names[spot.names.length - 1] ?? "")}`, why });
    return [undefined];
  };
  if (spot.names.length > MOST_DEEP) return fail(`models within each other, more than ${MOST_DEEP} deep`);
  try {
    const entries = entriesOf(config);
    const inner = { ...given, spot: { ...spot, path: `${spot.path}/layers` } };
    const graph = field(config, "input_layers") !== undefined;
    return graph ? readGraph(inner, entries) : readRow(inner, entries, inputs[0]);
  } catch (error) {
    if (!(error instanceof Unsupported || error instanceof NablaError)) throw error;
    return fail(error.message);
  }
}

function readRow(
  given: Applied,
  entries: readonly Entry[],
  input: string | undefined,
): (string | undefined)[] {
  let value = input;
  for (const entry of entries) {
    if (entry.className === "InputLayer") continue;
    [value] = applied(given, entry, { numbers: [], call: {} }, [value], new Map());
  }
  return [value];
}

/** Layers that outputs are made of, each time they are applied: others only make masks, or were left over. */
function needed(entries: readonly Entry[], ends: readonly Ref[]) {
  const all = entries.flatMap((entry) =>
    entry.className === "InputLayer" ? [] : [{ entry, nodes: nodesOf(entry.whole) }],
  );
  const asked = new Set(
    [...ends, ...all.flatMap(({ nodes }) => nodes.flatMap(({ refs }) => refs))].map(({ key }) => key),
  );
  const steps = new Map<string, { entry: Entry; step: Step; key: string }>();
  for (const { entry, nodes } of all) {
    // a model was applied once when it was made, and some count that
    const before =
      asked.has(`${entry.name}/${nodes.length}`) && isModel(entry.className, entry.config) ? 1 : 0;
    nodes.forEach((step, node) => {
      const key = `${entry.name}/${node + before}`;
      steps.set(key, { entry, step, key });
    });
  }
  const found = new Set<string>();
  const waiting = ends.map(({ key }) => key);
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const step = steps.get(key);
    if (!step || found.has(key)) continue;
    found.add(key);
    waiting.push(...step.step.refs.map(({ key: before }) => before));
  }
  return [...steps.values()].filter(({ key }) => found.has(key));
}

function readGraph(given: Applied, entries: readonly Entry[]): (string | undefined)[] {
  const { config, inputs } = given;
  const values = new Map<string, readonly (string | undefined)[]>();
  const starts = refsOf(field(config, "input_layers"));
  starts.forEach(({ layer }, i) => {
    values.set(`${layer}/0`, [inputs[i]]);
  });
  const firsts = new Map<Entry, First>();
  const ends = refsOf(field(config, "output_layers"));
  // a step waits for the values it is given; one that comes may set others free
  const waiting = new Map<string, (() => void)[]>();
  const ready: (() => void)[] = [];
  for (const { entry, step, key } of needed(entries, ends)) {
    let missing = 1;
    const run = () => {
      if (--missing > 0) return;
      ready.push(() => {
        const from = step.refs.map(({ key: before, tensor }) => values.get(before)![tensor]);
        values.set(key, applied(given, entry, step, from, firsts));
        for (const next of waiting.get(key) ?? []) next();
      });
    };
    for (const { key: before } of step.refs) {
      if (values.has(before)) continue;
      missing++;
      const list = waiting.get(before);
      if (list) list.push(run);
      else waiting.set(before, [run]);
    }
    run();
  }
  for (let i = 0; i < ready.length; i++) ready[i]!();
  return ends.map(({ key, tensor, layer }) => {
    const found = values.get(key);
    if (!found)
      throw new Unsupported(
        `its output ${show(layer)} is never computed: layers that it needs are not in the file, or go round in a circle`,
      );
    return found[tensor];
  });
}

/** The outputs a model names. */
export const outputNames = (config: unknown): string[] => {
  const ends = refsOf(field(config, "output_layers"));
  if (ends.length > 0) return ends.map(({ layer }) => layer);
  const entries = entriesOf(config);
  return [entries[entries.length - 1]?.name ?? "output"];
};

/** The inputs a model names for itself: their names and the sizes of their axes, null for those that are open. */
export function inputsOf(
  config: unknown,
  deep = 0,
): { name: string; shape: readonly unknown[] | undefined }[] {
  if (deep > MOST_DEEP) throw new Unsupported(`models within each other, more than ${MOST_DEEP} deep`);
  const entries = entriesOf(config);
  const shapeOf = (entry: Entry): readonly unknown[] | undefined => {
    const { config: own, whole } = entry;
    for (const name of ["batch_input_shape", "batch_shape", "batchInputShape"]) {
      const shape = field(own, name);
      if (Array.isArray(shape)) return shape;
    }
    const within = isModel(entry.className, own) ? inputsOf(own, deep + 1)[0]?.shape : undefined;
    if (within) return within;
    const built = field(field(whole, "build_config"), "input_shape");
    return Array.isArray(built) && !built.some(isObject) ? built : undefined;
  };
  const starts = field(config, "input_layers");
  if (starts !== undefined)
    return refsOf(starts).map(({ layer }) => {
      const entry = entries.find(({ name }) => name === layer);
      return { name: layer, shape: entry && shapeOf(entry) };
    });
  const [first] = entries;
  if (!first) throw new Unsupported("it has no layers");
  const built = field(config, "build_input_shape");
  const shape = shapeOf(first) ?? (Array.isArray(built) ? built : undefined);
  return [{ name: first.className === "InputLayer" ? first.name : "input", shape }];
}
