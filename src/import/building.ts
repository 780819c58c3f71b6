/** Layers and their weights as they come from a file, and the model that is made of them. */
import type { FloatTensor } from "../checkpoint/document.ts";
import { NablaError } from "../errors.ts";
import { builtLayer } from "../interop/built.ts";
import { modelFields } from "../layers/document.ts";
import { registerAll } from "../layers/table.ts";
import { internalsOf } from "../model/internals.ts";
import type { Metadata } from "../model/metadata.ts";
import { Model } from "../model/model.ts";
import { writtenFrom } from "../model/written.ts";
import { checkParameters } from "../network/parameters.ts";
import type { Parameter } from "../plan/operation.ts";
import { type Shape, sameShape, showShape, sizeOf } from "../shape.ts";
import { codeOf } from "./loading.ts";
import { firstBad } from "./numbers.ts";
import { Unsupported } from "./problems.ts";

/** Weights of a layer, by the names it has for them. They are converted when the model is made. */
export type Weights = Readonly<Record<string, { readonly shape: Shape; readonly data: () => Float32Array }>>;

/** The same, of parameters that are known once the layer is built; by their names, those of layers within as "forward.kernel". */
export type WeightsOf = (parameters: readonly Wanted[]) => Weights;
export interface Wanted {
  readonly name: string;
  readonly shape: Shape;
  readonly spec: Parameter;
}

/** A layer that has been read. */
export interface Made {
  /** What it is made from; what follows may still give it an activation or a bias. */
  config: Record<string, unknown> & { type: string; name: string };
  weights: Weights;
  readonly inputs: readonly string[];
  shape: Shape;
}

/** A name as layers may have it. */
const plainName = (wish: string): string => {
  const text = wish.replace(/[^A-Za-z0-9_-]+/g, "_");
  let [from, to] = [0, text.length];
  while (text[from] === "_") from++;
  while (to > from && text[to - 1] === "_") to--;
  const plain = text.slice(from, to);
  return /^(?:optimizer|callbacks)?$/.test(plain) ? "" : plain;
};

/** A model in the making. */
export class Building {
  readonly layers = new Map<string, Made>();
  /** Layers whose values other layers have. */
  readonly used = new Set<string>();
  private readonly counts = new Map<string, number>();
  /** Names that were given, those of layers within layers as well. */
  private readonly given = new Set<string>();

  constructor() {
    registerAll();
  }

  /**
   * What reads parts that few files have. Here, as whoever opens a file has this already: what is loaded later shares no code with pages so.
   *
   * @throws NablaError where it cannot be loaded
   */
  piece<Code>(load: () => Promise<Code>): Promise<Code> {
    return codeOf("this file", load);
  }

  /** A layer's shape and parameters, behind values of these shapes. @throws NablaError, Unsupported as add() */
  planned(config: Made["config"], shapes: readonly Shape[]) {
    const { outputShape: shape, operations } = builtLayer(config, shapes);
    // those of layers within it have their names before theirs
    const parameters = operations.flatMap(({ layer, parameters: own }) =>
      own.map(
        (spec): Wanted => ({
          name: layer === config.name ? spec.name : `${layer}.${spec.name}`,
          shape: spec.shape,
          spec,
        }),
      ),
    );
    return { shape, parameters };
  }

  /** A name that no layer has, as near to the one that is wished as names may be. */
  nameFor(wish: string | undefined, type: string): string {
    const plain = wish ? plainName(wish) : "";
    for (;;) {
      const key = plain || type;
      const count = (this.counts.get(key) ?? 0) + 1;
      this.counts.set(key, count);
      const name = plain && count === 1 ? plain : `${key}_${count}`;
      if (this.given.has(name)) continue;
      this.given.add(name);
      return name;
    }
  }

  input(wish: string | undefined, shape: Shape): Made {
    const name = this.nameFor(wish, "input");
    const made = { config: { type: "input", name, shape: [...shape] }, weights: {}, inputs: [], shape };
    this.layers.set(name, made);
    return made;
  }

  /** @throws NablaError, Unsupported for options and inputs that the layer cannot take, and weights of another shape */
  add(
    type: string,
    options: Readonly<Record<string, unknown>>,
    inputs: readonly string[],
    { name: wish, weights: own = {} }: { name?: string; weights?: Weights | WeightsOf } = {},
  ): Made {
    const config = { ...options, type, name: this.nameFor(wish, type) };
    const { shape: after, parameters } = this.planned(config, this.shapesOf(inputs));
    const weights = typeof own === "function" ? own(parameters) : own;
    for (const { name, shape } of parameters) {
      const given = Object.hasOwn(weights, name) ? weights[name] : undefined;
      if (!given || !sameShape(given.shape, shape) || sizeOf(shape) !== sizeOf(given.shape))
        throw new Unsupported(
          `expected ${name} of shape ${showShape(shape)}, got ${given ? showShape(given.shape) : "none"}`,
        );
    }
    return this.keep({ config, weights, inputs, shape: after });
  }

  /** A state of a recurrent layer at the end. @param units how many that layer has */
  state(state: string, layer: string, units: number): Made {
    const config = { type: "finalState", name: this.nameFor(`${layer}_${state}`, "finalState"), state };
    return this.keep({ config, weights: {}, inputs: [layer], shape: [units] });
  }

  /** A layer applied once more, to other values, with the same weights. @throws NablaError for inputs that it cannot take */
  again({ config: owner, weights }: Made, inputs: readonly string[]): Made {
    const { inputs: _, ...options } = owner;
    if (owner.type === "finalState")
      return this.state(owner.state as string, inputs[0]!, this.layers.get(owner.name)!.shape[0]!);
    if (Object.keys(weights).length === 0) {
      const { type, name, ...rest } = options;
      return this.add(type as string, rest, inputs, { name: name as string });
    }
    const { shape } = this.planned(options as Made["config"], this.shapesOf(inputs));
    const config = { type: "shared", layer: owner.name, name: this.nameFor(owner.name, "shared") };
    return this.keep({ config, weights: {}, inputs, shape });
  }

  private shapesOf(inputs: readonly string[]): Shape[] {
    return inputs.map((input) => this.layers.get(input)!.shape);
  }

  private keep(made: Made): Made {
    this.layers.set(made.config.name, made);
    for (const input of made.inputs) this.used.add(input);
    return made;
  }

  /**
   * @param outputs by name, the layers whose values they are
   * @param name what errors call the file
   */
  model(outputs: ReadonlyMap<string, string>, name: string, metadata: Metadata, seed = 0): Model {
    const kept = this.reached([...outputs.values()]);
    const layers = kept.map(({ config, inputs }) => ({
      ...config,
      ...(config.type !== "input" && { inputs: [...inputs] }),
    }));
    const tensors = new Map<string, FloatTensor>();
    for (const { config, weights } of kept)
      for (const [parameter, { shape, data }] of Object.entries(weights))
        tensors.set(parameter.includes(".") ? parameter : `${config.name}.${parameter}`, {
          shape,
          data: data(),
        });
    const described = modelFields().check({ layers, outputs: Object.fromEntries(outputs) }, "model");
    const model = new Model({ ...writtenFrom(described), stored: true }, { seed });
    checkParameters(internalsOf(model).architecture([]), tensors, name);
    const { built } = internalsOf(model);
    for (const tensor of built.tensors) {
      const { data } = tensors.get(tensor.name)!;
      built.write(tensor, data);
      if (built.finite(tensor)) continue;
      const bad = firstBad(data);
      throw new NablaError(
        `${name}: ${tensor.name}: value ${bad} is ${data[bad]}; a network with such weights gives no numbers: export it again from a checkpoint before its training failed`,
      );
    }
    model.metadata = metadata;
    return model;
  }

  /** The inputs, and the layers that outputs are made of, in the order they were added. */
  private reached(ends: readonly string[]): Made[] {
    const found = new Set<string>();
    const waiting = [...ends];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (found.has(name)) continue;
      found.add(name);
      waiting.push(...this.layers.get(name)!.inputs);
    }
    const all = [...this.layers].filter(([name, { config }]) => found.has(name) || config.type === "input");
    const made = all.map(([, each]) => each);
    // a graph begins with its inputs
    return [
      ...made.filter(({ config }) => config.type === "input"),
      ...made.filter(({ config }) => config.type !== "input"),
    ];
  }
}
