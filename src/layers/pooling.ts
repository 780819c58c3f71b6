/**
 * Pooling: what a layer does with the windows of an image, or of a sequence as an image of one row. Twins of
 * assembly/layers/maxPooling2d.ts and averagePooling2d.ts.
 */
import { imagesBuild } from "../core/images.ts";
import { bool, int, pair, show } from "../fields/fields.ts";
import { optional } from "../fields/objects.ts";
import type { Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { activationAfterMax } from "../plan/passes.ts";
import { framingOperation } from "./framing.ts";
import { type Image, type Placement, place, type Window } from "./geometry.ts";
import type { Built, Place } from "./kind.ts";
import { layerName, misfit } from "./layer.ts";
import { padding, paddingAlong } from "./sides.ts";

// not filled in where they are left out: documents of earlier versions have none
const ceilMode = () =>
  optional(
    bool({
      doc:
        DOCS &&
        "true: pixels left over after the last whole window get a window of their own, which reaches beyond the edge. Default false.",
    }),
  );

/** Of layers that give means. */
export const countIncludePad = () =>
  optional(
    bool({
      doc:
        DOCS &&
        "true: a mean counts the zeros of the padding. By default windows that reach beyond the edge have the mean of the part inside.",
    }),
  );

/** Of pooling over an image. */
export const poolingFields = () => ({
  name: layerName(),
  poolSize: pair({ min: 1, default: 2, doc: DOCS && "Height and width of the window." }),
  strides: optional(
    pair({ min: 1, doc: DOCS && "Pixels from one window to the next. By default poolSize." }),
  ),
  padding: padding(),
  ceilMode: ceilMode(),
});

/** Of pooling along a sequence. */
export const poolingFieldsAlong = () => ({
  name: layerName(),
  poolSize: int({ min: 1, default: 2, doc: DOCS && "Steps in the window." }),
  strides: optional(int({ min: 1, doc: DOCS && "Steps from one window to the next. By default poolSize." })),
  padding: paddingAlong(),
  ceilMode: ceilMode(),
});

interface Config {
  readonly poolSize: readonly [number, number];
  readonly strides?: readonly [number, number];
  readonly padding: Window["padding"];
  readonly ceilMode?: boolean;
  readonly countIncludePad?: boolean;
}

/** Options of pooling along a sequence, as those over an image of one row. */
export function alongSequence({
  poolSize,
  strides,
  padding,
  ...rest
}: {
  poolSize: number;
  strides?: number;
  padding: "valid" | "same" | [number, number];
  ceilMode?: boolean;
  countIncludePad?: boolean;
}): Config {
  return {
    ...rest,
    poolSize: [1, poolSize],
    ...(strides !== undefined && { strides: [1, strides] }),
    padding: typeof padding === "string" ? padding : [[0, 0], padding],
  };
}

interface Pooling extends Pick<Window, "window" | "strides">, Pick<Placement, "out" | "top" | "left"> {
  readonly max: boolean;
  readonly layer: string;
  readonly image: Image;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
}

/**
 * Max pooling notes where each maximum was, so backward() needs neither x nor y: the map before the pooling gives its place to the
 * gradient.
 */
function poolOperation(of: Pooling): Operation {
  const { max, layer, image, inputShape, outputShape, window, strides, out, top, left } = of;
  const [height, width, channels] = image;
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
    steps: "mixes",
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

/**
 * A layer that gives the largest value or the mean of windows.
 *
 * @throws NablaError for an image smaller than the window, and for padding in which a window could lie whole
 */
export function buildPooling(max: boolean, config: Config, at: Place, image: Image, sequence = false): Built {
  const { name, called, inputShape } = at;
  const { poolSize: window, strides = window, padding, ceilMode: ceil = false } = config;
  if (typeof padding !== "string" && padding.some((side, axis) => side.some((n) => n >= window[axis]))) {
    const [shown, size] = sequence ? [padding[1], window[1]] : [padding, window];
    throw misfit(
      TRAINING &&
        `${called}: padding: expected less than poolSize ${show(size)} on each side, got ${show(shown)}: a window that lies in the padding alone has no ${max ? "largest value" : "mean"}`,
    );
  }
  const over = { window, strides, dilation: [1, 1], padding, ceil } as const;
  const { out, top, left, bottom, right } = place(called, image, over, sequence);
  const along = (shape: readonly number[]) => (sequence ? shape.slice(1) : shape);
  const outputShape = along([...out, image[2]]);
  const common = { max, layer: name, outputShape, window, strides, out };
  if (!config.countIncludePad || !(top || left || bottom || right)) {
    const operation = poolOperation({ ...common, image, inputShape, top, left });
    return { outputShape, operations: [operation], core: imagesBuild };
  }
  // zeros that count are pixels
  const framed = [image[0] + top + bottom, image[1] + left + right, image[2]] as const;
  const frame = framingOperation(name, inputShape, image, along(framed), [
    [top, bottom],
    [left, right],
  ]);
  const operation = poolOperation({ ...common, image: framed, inputShape: along(framed), top: 0, left: 0 });
  return { outputShape, operations: [frame, operation], core: imagesBuild };
}

/** A layer that gives the largest value or the mean of all pixels. */
export function buildGlobalPooling(max: boolean, { name, inputShape }: Place, image: Image): Built {
  const [height, width, channels] = image;
  const window = [height, width] as const;
  const all = { window, strides: window, out: [1, 1], top: 0, left: 0 } as const;
  const operation = poolOperation({ max, layer: name, image, inputShape, outputShape: [channels], ...all });
  return { outputShape: [channels], operations: [operation], core: imagesBuild };
}
