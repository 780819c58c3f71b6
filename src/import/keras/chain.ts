/** A chain of layers that one layer holds. */
import type { Shape } from "../../shape.ts";
import type { Building, Weights } from "../building.ts";
import { Unsupported } from "../problems.ts";
import type { Sink } from "./reading.ts";

export class Chain implements Sink {
  readonly layers: Record<string, unknown>[] = [];
  readonly weights: Record<string, Weights[string]> = {};
  private readonly shapes = new Map<string, Shape>();

  constructor(
    readonly from: string,
    shape: Shape,
    private readonly building: Building,
  ) {
    this.shapes.set(from, shape);
  }

  shapeOf(name: string): Shape {
    return this.shapes.get(name)!;
  }

  state(): never {
    throw new Unsupported("return_state: a layer that is applied to each step gives its outputs alone");
  }

  add(...[type, options, inputs, wish, weightsOf]: Parameters<Sink["add"]>): string {
    const name = this.building.nameFor(wish, type);
    const config = { ...options, type, name };
    const last = (this.layers[this.layers.length - 1]?.name as string | undefined) ?? this.from;
    if (inputs.length !== 1 || inputs[0] !== last)
      throw new Unsupported("it is several layers here that are no chain, which one layer cannot hold");
    const { shape, parameters } = this.building.planned(config, [this.shapeOf(last)]);
    const weights = weightsOf(parameters);
    for (const [key, tensor] of Object.entries(weights))
      this.weights[key.includes(".") ? key : `${name}.${key}`] = tensor;
    this.shapes.set(name, shape);
    this.layers.push(config);
    return name;
  }
}
