/** A layer that is applied again: it has the weights of the first time, and adds to their gradients. */
import type { AnyOperation, Layer, Merge, Operation, Site } from "../plan/operation.ts";

/** The same layer, for another place in the graph. */
export function again(layer: Layer): Layer {
  if (!TRAINING) return layer;
  const now = new Map(layer.operations.map((operation) => [operation, adding(operation)]));
  const { wiring } = layer;
  return {
    ...layer,
    operations: [...now.values()],
    ...(wiring && {
      wiring: {
        ...wiring,
        wire: (put, xs) => wiring.wire((operation, ...rest) => put(now.get(operation)!, ...rest), xs),
      },
    }),
  };
}

/** The gradients of its parameters have buffers of their own until the walk back is over: kernels overwrite what is in their place. */
function adding(operation: AnyOperation): AnyOperation {
  const trained = operation.parameters.filter(({ trainable }) => trainable);
  if (trained.length === 0) return operation;
  const keyOf = (name: string) => `gradient of ${name}, again`;
  /** What the operation is told instead on the way back. */
  const told = (site: Site): Site => {
    const { builder, saved, parameter } = site;
    for (const { name } of trained) {
      const { gradient } = parameter(name);
      saved.set(keyOf(name), builder.pin(builder.alloc(`${gradient.name}, again`, gradient.bytes)));
    }
    return {
      ...site,
      parameter(name) {
        const { value, gradient } = parameter(name);
        return { value, gradient: saved.get(keyOf(name)) ?? gradient };
      },
    };
  };
  const back: Partial<Operation & Merge> =
    "divide" in operation
      ? { divide: (site, ...rest) => operation.divide(told(site), ...rest) }
      : { backward: (site, ...rest) => operation.backward(told(site), ...rest) };
  return {
    ...operation,
    ...back,
    settle({ builder, parameter, saved }) {
      for (const { name } of trained) {
        const { gradient } = parameter(name);
        builder.emit("ADD_GRADIENT", { dw: gradient, from: saved.get(keyOf(name))!, n: gradient.bytes / 4 });
      }
    },
  } as AnyOperation;
}
