/** A model of Keras in the making: layers with their options and weights, and what each is applied to. */
import type { LayerConfig } from "../../layers/configs.ts";
import type { Shape } from "../../shape.ts";
import type { Problem } from "../unsaid.ts";

/** Who reads it: TensorFlow.js, which has Keras 2's layers and not all of them, or Keras 3. */
export type Dialect = "tfjs" | "keras";

export interface Tensor {
  /** "kernel"; of a layer within, with its name before it: "forward_lstm/kernel". */
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** A value: what a layer makes when it is applied the so manieth time. */
export interface Value {
  readonly layer: string;
  readonly node: number;
  /** Which of its outputs: 0, its own, where left out; then states. */
  readonly tensor?: number;
  readonly shape: Shape;
  /** Of a recurrent layer with returnState: which output each state is. */
  readonly states?: Readonly<Record<string, number>>;
}

export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: readonly Tensor[];
  readonly nodes: (readonly Value[])[];
  /** What its call says besides. */
  readonly call?: Given;
}

/** A layer here, with what it is made from. */
export interface Place {
  readonly config: LayerConfig & Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly outputShape: Shape;
  /** Its parameters, in their order. */
  readonly parameters: readonly string[];
  weight(parameter: string): Tensor;
}

/** Options that a layer has in a file, and the weights. */
export type Given = Readonly<Record<string, unknown>>;

export class Writing {
  readonly layers: KerasLayer[] = [];
  readonly problems: Problem[] = [];
  private readonly names = new Set<string>();

  constructor(readonly dialect: Dialect) {}

  /** A name that no layer has. */
  fresh(wish: string): string {
    let name = wish;
    for (let n = 1; this.names.has(name); n++) name = `${wish}_${n}`;
    this.names.add(name);
    return name;
  }

  /** Puts a layer behind values. @param wish its name, if it is free */
  add(
    className: string,
    config: Given,
    inputs: readonly Value[],
    wish: string,
    shape: Shape,
    weights: readonly Tensor[] = [],
    call: Given = {},
  ): Value {
    const name = this.fresh(wish);
    this.layers.push({ className, name, config: { name, ...config }, weights, nodes: [inputs], call });
    return { layer: name, node: 0, shape };
  }

  /** The layers from one place to another once more. @param from the values they were applied to first */
  again(
    first: number,
    last: number,
    from: readonly Value[],
    to: readonly Value[],
    end: Value,
    shape: Shape,
  ): Value {
    const key = ({ layer, node, tensor = 0 }: Value) => `${layer}/${node}/${tensor}`;
    const given = new Map(from.map((value, i) => [key(value), to[i]!]));
    /** Layers that are applied once more, and how often they are. */
    const nodes = new Map<string, number>();
    const moved = (value: Value): Value =>
      given.get(key(value)) ?? { ...value, node: nodes.get(value.layer) ?? value.node };
    for (const layer of this.layers.slice(first, last)) {
      layer.nodes.push(layer.nodes[0]!.map(moved));
      nodes.set(layer.name, layer.nodes.length - 1);
    }
    return { ...moved(end), shape };
  }
}
