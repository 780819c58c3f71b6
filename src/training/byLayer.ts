/**
 * Learning rate and weight decay by layer. Parameters lie one after the other in the flat ranges, so neighbours that are alike are one
 * stretch, and the optimizer makes a pass over each. A stretch's rate comes from a step record of its own.
 */
import { didYouMean, NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import type { Optimizer, OptimizerConfig } from "../optimizers/table.ts";
import { emitUpdate } from "../optimizers/update.ts";
import type { PlanBuilder, Range } from "../plan/builder.ts";
import { parametersOf } from "../plan/operation.ts";
import type { OwnRate } from "../plan/plan.ts";

/** Part of the flat ranges. */
interface Stretch {
  /** First byte. */
  readonly at: number;
  /** Floats. */
  n: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** Whether parameters may have learning rates or weight decays that differ. */
export const isByLayer = ({ layers, decay }: OptimizerConfig): boolean =>
  layers !== undefined || decay === "kernels";

/**
 * Puts clipping, decay, the optimizer's passes and the average on the tape, as emitUpdate() does for all parameters alike.
 *
 * @returns the rates that are to be set before each step besides the optimizer's own
 * @throws NablaError where there are settings for a layer that the network does not have, or does not train
 */
export function emitByLayer(builder: PlanBuilder, optimizer: Optimizer, network: Network): OwnRate[] {
  const { kind, config } = optimizer;
  const rates = new Map<number, Range>([[config.learningRate, builder.step]]);
  const stepOf = ({ learningRate }: Stretch): Range => {
    const known = rates.get(learningRate);
    if (known) return known;
    const own = builder.pin(builder.alloc(`learning rate ${learningRate}`, builder.step.bytes));
    rates.set(learningRate, own);
    return own;
  };
  const single = stretches(config, network);
  emitUpdate(builder, optimizer, network.flat, ({ w, dw, slots }) => {
    const sameRate = (a: Stretch, b: Stretch) => a.learningRate === b.learningRate;
    for (const part of joined(single, (a, b) => sameRate(a, b) && a.weightDecay === b.weightDecay)) {
      const { at, n, weightDecay: decay } = part;
      if (decay > 0) builder.emit("DECAY", { w: w + at, n, step: stepOf(part), decay });
    }
    for (const part of joined(single, sameRate)) {
      const { at, n } = part;
      const pass = { w: w + at, dw: dw + at, slots: slots.map((slot) => slot + at), n, step: stepOf(part) };
      kind.move(builder, config, pass);
    }
  });
  rates.delete(config.learningRate);
  return [...rates].map(([learningRate, step]) => ({ learningRate, step }));
}

/** One for each parameter that is trained, in their order, which leaves no gap. */
function stretches(config: OptimizerConfig, network: Network): Stretch[] {
  const { learningRate, weightDecay, decay, layers = {} } = config;
  const unused = new Set(Object.keys(layers));
  // a layer's parameters also go by the name of the layer around it
  const around = new Map(
    network.layers.flatMap((layer) => parametersOf(layer).map(({ spec }) => [spec, layer.name])),
  );
  const found = network.trained.map(({ layer, spec, at, value }): Stretch => {
    const named = [layer, around.get(spec)!].filter((name) => Object.hasOwn(layers, name));
    for (const name of named) unused.delete(name);
    const own = { learningRate, weightDecay };
    for (const name of named.reverse()) Object.assign(own, layers[name]);
    // biases, gamma and beta are no kernels
    if (decay === "kernels" && !/kernel$/i.test(spec.name)) own.weightDecay = 0;
    return { ...own, at, n: value.bytes / 4 };
  });
  for (const name of unused) refuse(name, network);
  return found;
}

function refuse(name: string, { layers }: Network): never {
  const known = layers.flatMap((layer) => [layer.name, ...layer.operations.map((each) => each.layer)]);
  const names = [...new Set(known)];
  throw new NablaError(
    `compile: optimizer.layers.${name}: ${
      names.includes(name)
        ? `layer "${name}" has no weights that are trained; leave it out`
        : `there is no layer "${name}"${didYouMean(name, names)}; there are ${names.join(", ")}`
    }`,
  );
}

/** Neighbours that are alike, as one. */
function joined(single: readonly Stretch[], alike: (a: Stretch, b: Stretch) => boolean): Stretch[] {
  const found: Stretch[] = [];
  for (const one of single) {
    const last = found[found.length - 1];
    if (last && alike(last, one)) last.n += one.n;
    else found.push({ ...one });
  }
  return found;
}
