/** Models that take the steps of sequences one by one, as modules: what they compute, and where they carry states. */
import { NablaError } from "../errors.ts";
import { everyLayer } from "../layers/chain.ts";
import { oneStepOf } from "../layers/oneStep.ts";
import { kindOf } from "../layers/registry.ts";
import { stepShape } from "../layers/stepValues.ts";
import { internalsOf } from "../model/internals.ts";
import type { Model } from "../model/model.ts";
import { align, ld, type Range } from "../plan/builder.ts";
import type { AnyOperation, Architecture, Site } from "../plan/operation.ts";
import type { Shape } from "../shape.ts";

/** A network for one step, and the operations of it that carry a state. */
export interface Steps {
  readonly architecture: Architecture;
  readonly walking: readonly AnyOperation[];
}

/** @throws NablaError for models without recurrent layers, and for layers that need all steps at once, by name */
export function stepsOf(model: Model): Steps {
  const { topology, builder, built } = internalsOf(model);
  if (!everyLayer(topology.layers).some(({ type }) => kindOf(type)?.streams))
    throw new NablaError("export: stream: the model has no recurrent layer; leave it out");
  return oneStepOf(built.architecture, topology, builder);
}

/** Values of a step, and what becomes of them: without the axis of steps. */
export const ofStep = (whole: Shape, step: Shape): Shape => [...stepShape(whole, step)];

/** Room for states, one after the other from some byte on. */
export class CarriedRoom {
  /** Bytes they take so far. */
  bytes = 0;
  readonly carried: Site["carried"];

  /** @param at the first byte @param rows sequences that go side by side */
  constructor(at: number, rows: number, { walking }: Steps) {
    this.carried = (operation, name, units): Range | undefined => {
      if (!walking.includes(operation)) return undefined;
      const bytes = align(rows * ld(units) * 4);
      const range = { name: `${operation.layer}.${name}, carried`, bytes, offset: at + this.bytes };
      this.bytes += bytes;
      return range;
    };
  }
}
