/** Models of a file: layers in a row, or a graph of them (functional.ts); also within each other. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { snakeCase } from "../../interop/keras.ts";
import type { Shape } from "../../shape.ts";
import type { Building, Made, WeightsOf } from "../building.ts";
import { Unsupported } from "../problems.ts";
import { classOf, field, isObject, textField } from "./json.ts";
import type { Applied, Entry, GraphCode, Sink } from "./reading.ts";

const MODELS = new Set(["Sequential", "Functional", "Model"]);

/** Whether something is a model: of a class of Keras' own, or with layers in it. */
export const isModel = (className: string, config: unknown): boolean =>
  MODELS.has(className) || Array.isArray(field(config, "layers"));

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

/** Layers that go into the model. */
export class ModelSink implements Sink {
  /** In their order. */
  readonly made: Made[] = [];

  constructor(readonly building: Building) {}

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
}

/** A layer applied for the first time. */
const appliedFirst = (
  { context, sink, spot }: Applied,
  entry: Entry,
  inputs: readonly (string | undefined)[],
  { numbers, call }: Pick<Applied, "numbers" | "call"> = {},
): readonly (string | undefined)[] =>
  context.apply({
    context,
    sink,
    className: entry.className,
    config: entry.config,
    spot: { names: [...spot.names, entry.name], path: `${spot.path}/${entry.key}` },
    inputs,
    ...(numbers && { numbers }),
    ...(call && { call }),
  });

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
    return graph
      ? context.graphs!.readGraph(inner, entries, { appliedFirst, isModel })
      : readRow(inner, entries, inputs[0]);
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
    [value] = appliedFirst(given, entry, [value]);
  }
  return [value];
}

/** The outputs a model names. */
export const outputNames = (config: unknown, graphs: GraphCode | undefined): string[] => {
  const ends = graphs?.refsOf(field(config, "output_layers"));
  if (ends && ends.length > 0) return ends.map(({ layer }) => layer);
  const entries = entriesOf(config);
  return [entries[entries.length - 1]?.name ?? "output"];
};

/** The inputs a model names for itself: their names and the sizes of their axes, null for those that are open. */
export function inputsOf(
  config: unknown,
  graphs: GraphCode | undefined,
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
    const within = isModel(entry.className, own) ? inputsOf(own, graphs, deep + 1)[0]?.shape : undefined;
    if (within) return within;
    const built = field(field(whole, "build_config"), "input_shape");
    return Array.isArray(built) && !built.some(isObject) ? built : undefined;
  };
  const starts = field(config, "input_layers");
  if (starts !== undefined)
    return graphs!.refsOf(starts).map(({ layer }) => {
      const entry = entries.find(({ name }) => name === layer);
      return { name: layer, shape: entry && shapeOf(entry) };
    });
  const [first] = entries;
  if (!first) throw new Unsupported("it has no layers");
  const built = field(config, "build_input_shape");
  const shape = shapeOf(first) ?? (Array.isArray(built) ? built : undefined);
  return [{ name: first.className === "InputLayer" ? first.name : "input", shape }];
}
