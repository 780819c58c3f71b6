/** Layers and their weights as they come from a file, and the model that is made of them. */
import type { FloatTensor } from "../checkpoint/document.ts";
import { NablaError } from "../errors.ts";
import { builtLayer } from "../interop/built.ts";
import { modelFields } from "../layers/document.ts";
import { registerAll } from "../layers/table.ts";
import { internalsOf } from "../model/internals.ts";
import { Model } from "../model/model.ts";
import type { Metadata } from "../model/options.ts";
import { writtenFrom } from "../model/written.ts";
import { checkParameters, setParameters } from "../network/parameters.ts";
import { type Shape, sameShape, showShape, sizeOf } from "../shape.ts";
import { Unsupported } from "./problems.ts";

/** Weights of a layer, by the names it has for them. They are converted when the model is made. */
export type Weights = Readonly<Record<string, { readonly shape: Shape; readonly data: () => Float32Array }>>;

/** A layer that has been read. */
export interface Made {
  /** What it is made from; what follows may still give it an activation or a bias. */
  config: Record<string, unknown> & { type: string; name: string };
  weights: Weights;
  readonly inputs: readonly string[];
  readonly shape: Shape;
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

  constructor() {
    registerAll();
  }

  /** A name that no layer has, as near to the one that is wished as names may be. */
  nameFor(wish: string | undefined, type: string): string {
    const plain = wish ? plainName(wish) : "";
    for (;;) {
      const key = plain || type;
      const count = (this.counts.get(key) ?? 0) + 1;
      this.counts.set(key, count);
      const name = plain && count === 1 ? plain : `${key}_${count}`;
      if (!this.layers.has(name)) return name;
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
    { name: wish, weights = {} }: { name?: string; weights?: Weights } = {},
  ): Made {
    const config = { ...options, type, name: this.nameFor(wish, type) };
    const shapes = inputs.map((input) => this.layers.get(input)!.shape);
    const built = builtLayer(config, shapes);
    for (const { parameters } of built.operations)
      for (const { name, shape } of parameters) {
        const given = weights[name];
        if (!given || !sameShape(given.shape, shape) || sizeOf(shape) !== sizeOf(given.shape))
          throw new Unsupported(
            `expected ${name} of shape ${showShape(shape)}, got ${given ? showShape(given.shape) : "none"}`,
          );
      }
    const made = { config, weights, inputs, shape: built.outputShape };
    this.layers.set(config.name, made);
    for (const input of inputs) this.used.add(input);
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
        tensors.set(`${config.name}.${parameter}`, { shape, data: data() });
    for (const [tensor, { data }] of tensors) {
      const bad = data.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0)
        throw new NablaError(
          `${name}: ${tensor}: value ${bad} is ${data[bad]}; a network with such weights gives no numbers: export it again from a checkpoint before its training failed`,
        );
    }
    const described = modelFields().check({ layers, outputs: Object.fromEntries(outputs) }, "model");
    const model = new Model({ ...writtenFrom(described), stored: true }, { seed });
    checkParameters(internalsOf(model).architecture([]), tensors, name);
    setParameters(internalsOf(model).built, tensors);
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
