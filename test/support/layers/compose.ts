/** Layers made of layers. The tensors of an inner layer are called "<place>.<name>". */
import type { Pass, ReferenceLayer, Shape, Tensors } from "./types.ts";

function prefixed<T>(prefix: string, named: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [`${prefix}.${name}`, value]));
}

/** What lies under a prefix, without it. */
export function under(prefix: string, p: Tensors): Tensors {
  const inside = Object.entries(p).filter(([name]) => name.startsWith(`${prefix}.`));
  return Object.fromEntries(inside.map(([name, value]) => [name.slice(prefix.length + 1), value]));
}

/** One layer after the other; their tensors begin with "0.", "1.", … */
export function sequence(layers: readonly ReferenceLayer[], inputShape: Shape): ReferenceLayer {
  return {
    outputShape: layers.length > 0 ? layers[layers.length - 1].outputShape : inputShape,
    parameters: Object.assign({}, ...layers.map((layer, i) => prefixed(`${i}`, layer.parameters))),
    moving: Object.assign({}, ...layers.map((layer, i) => prefixed(`${i}`, layer.moving))),
    forward(p, x, training) {
      const passes: Pass[] = [];
      let y = x;
      layers.forEach((layer, i) => {
        passes.push(layer.forward(under(`${i}`, p), y, training));
        y = passes[i].y;
      });
      return {
        y,
        moving: Object.assign({}, ...passes.map(({ moving }, i) => prefixed(`${i}`, moving))),
        backward(dy) {
          let dx = dy;
          const gradients: Tensors[] = [];
          for (let i = layers.length - 1; i >= 0; i--) {
            const back = passes[i].backward(dx);
            gradients.unshift(prefixed(`${i}`, back.gradients));
            dx = back.dx;
          }
          return { dx, gradients: Object.assign({}, ...gradients) };
        },
      };
    },
  };
}

/** y = layers(x) + shortcut(x) */
export function residual(layers: ReferenceLayer, shortcut: ReferenceLayer): ReferenceLayer {
  const both = <T>(a: Record<string, T>, b: Record<string, T>) => ({
    ...prefixed("layers", a),
    ...prefixed("shortcut", b),
  });
  const add = (a: Float64Array, b: Float64Array) => a.map((v, i) => v + b[i]);
  if (layers.outputShape.join() !== shortcut.outputShape.join())
    throw new Error(`layers give [${layers.outputShape}], shortcut gives [${shortcut.outputShape}]`);
  return {
    outputShape: layers.outputShape,
    parameters: both(layers.parameters, shortcut.parameters),
    moving: both(layers.moving, shortcut.moving),
    forward(p, x, training) {
      const main = layers.forward(under("layers", p), x, training);
      const side = shortcut.forward(under("shortcut", p), x, training);
      return {
        y: add(main.y, side.y),
        moving: both(main.moving, side.moving),
        backward(dy) {
          const [a, b] = [main.backward(dy), side.backward(dy)];
          return { dx: add(a.dx, b.dx), gradients: both(a.gradients, b.gradients) };
        },
      };
    },
  };
}
