/** Several inputs as one row, several outputs as one row: hosts of exported models know one of each. */
import { concatenateOperation } from "../layers/concatenate.ts";
import { ld } from "../plan/builder.ts";
import type { Architecture, Layer, Operation } from "../plan/operation.ts";
import { flattenOutput, reshapeOperation } from "../plan/reshape.ts";
import { type Shape, sizeOf } from "../shape.ts";

/** A stretch of a flat row. */
function sliceOperation(layer: string, of: number, at: number, n: number): Operation {
  return {
    layer,
    parameters: [],
    inputShape: [of],
    outputShape: [n],
    forward({ builder, output }, x) {
      const y = output([n]);
      const clear = ld(n) - n;
      builder.emit("COPY_COLUMNS", {
        y,
        yAt: 0,
        x,
        xAt: at,
        each: 1,
        n,
        yStride: ld(n),
        xStride: ld(of),
        clear,
      });
      return y;
    },
    // exported models only predict
    backward: (_site, _x, _y, dy) => dy,
  };
}

/** Values one after the other, in flat rows. */
export interface Stretch {
  readonly name: string;
  readonly shape: Shape;
  /** Values of a row before it. */
  readonly at: number;
}

/** Where values lie that follow each other in a row. */
export function stretches(values: readonly { readonly name: string; readonly shape: Shape }[]): Stretch[] {
  let at = 0;
  return values.map(({ name, shape }) => {
    const stretch = { name, shape, at };
    at += sizeOf(shape);
    return stretch;
  });
}

/** The same network with one input and one output: rows of all its inputs, and of all its outputs, in their order. */
export function joined(architecture: Architecture): Architecture {
  const { inputs, layers, outputs } = architecture;
  if (inputs.length === 1 && outputs.length === 1) return architecture;
  const parts = stretches(inputs);
  const width = parts.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const slices = parts.map(({ name, shape, at }): Layer => {
    const n = sizeOf(shape);
    const operations = [sliceOperation(name, width, at, n), reshapeOperation(name, [n], shape)];
    return { name, type: "input", inputs: [0], inputShape: [width], outputShape: shape, operations };
  });
  // the row is value 0, so every other value has the next number
  const moved = layers.map((layer) => ({ ...layer, inputs: layer.inputs.map((value) => value + 1) }));
  const ends = outputs.map(({ name, layer }): Layer => {
    const shape = layers[layer]!.outputShape;
    const flat = flattenOutput(name, shape);
    const value = 1 + inputs.length + layer;
    return {
      name,
      type: "output",
      inputs: [value],
      inputShape: shape,
      outputShape: [sizeOf(shape)],
      operations: flat ? [flat] : [],
    };
  });
  const shapes = ends.map(({ outputShape }) => outputShape);
  const all: Layer = {
    name: "outputs",
    type: "concatenate",
    inputs: ends.map((_, i) => 1 + slices.length + moved.length + i),
    inputShape: shapes[0]!,
    outputShape: [shapes.reduce((sum, shape) => sum + sizeOf(shape), 0)],
    operations: [concatenateOperation("outputs", shapes, -1)],
  };
  const whole = [...slices, ...moved, ...ends, all];
  return {
    inputs: [{ name: "input", shape: [width] }],
    layers: whole,
    outputs: [{ name: "output", layer: whole.length - 1 }],
  };
}
