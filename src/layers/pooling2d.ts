/** Pooling: what a layer does with the windows of an image. Twins of assembly/layers/maxPooling2d.ts and averagePooling2d.ts. */
import { fullBuild } from "../core/full.ts";
import { type Infer, pair } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import type { Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { activationAfterMax } from "../plan/passes.ts";
import { imageShape, padding, place } from "./geometry.ts";
import { type Built, layerName, type Place } from "./layer.ts";

export const poolingFields = (doc: string) =>
  object(
    {
      name: layerName(),
      poolSize: pair({ min: 1, default: 2, doc: DOCS && "Height and width of the window." }),
      strides: optional(
        pair({ min: 1, doc: DOCS && "Pixels from one window to the next. By default poolSize." }),
      ),
      padding: padding(),
    },
    { doc },
  );
type Config = Infer<ReturnType<typeof poolingFields>>;

interface Windows {
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly out: readonly [number, number];
  readonly top: number;
  readonly left: number;
}

/**
 * Max pooling notes where each maximum was, so backward() needs neither x nor y: the map before the pooling gives its place to the
 * gradient.
 */
export function poolOperation(
  max: boolean,
  layer: string,
  inputShape: readonly number[],
  outputShape: readonly number[],
  { window, strides, out, top, left }: Windows,
): Operation {
  const [height, width, channels] = inputShape;
  const geometry = {
    height,
    width,
    channels,
    poolHeight: window[0],
    poolWidth: window[1],
    strideY: strides[0],
    strideX: strides[1],
    top,
    left,
    outHeight: out[0],
    outWidth: out[1],
  };
  return {
    layer,
    ...(max && { pass: activationAfterMax }),
    parameters: [],
    inputShape,
    outputShape,
    forward({ builder, training, output, saved }: Site, x: Range): Range {
      const y = output(outputShape);
      let index: Range | 0 = 0;
      if (max && training) {
        index = builder.tensor(`where the maxima of ${layer} are`, outputShape);
        saved.set("index", index);
      }
      builder.emit(max ? "MAX_POOL_FORWARD" : "AVERAGE_POOL_FORWARD", { y, x, index, ...geometry });
      return y;
    },
    backward:
      TRAINING &&
      (({ builder, gradient, saved }: Site, _x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        if (!needed) return dy;
        const dx = gradient(inputShape);
        const index = max ? saved.get("index")! : 0;
        builder.emit(max ? "MAX_POOL_BACKWARD" : "AVERAGE_POOL_BACKWARD", {
          y: dy,
          x: dx,
          index,
          ...geometry,
        });
        return dx;
      }),
  };
}

/** @throws NablaError for an input that is not an image or smaller than the window */
export function buildPooling(max: boolean, config: Config, at: Place): Built {
  const { name, called, inputShape } = at;
  const [, , channels] = imageShape(at);
  const window = config.poolSize;
  const strides = config.strides ?? window;
  const placement = place(called, inputShape, {
    window,
    strides,
    dilation: [1, 1],
    padding: config.padding,
  });
  const outputShape = [...placement.out, channels];
  const operation = poolOperation(max, name, inputShape, outputShape, { window, strides, ...placement });
  return { outputShape, operations: [operation], core: fullBuild };
}
