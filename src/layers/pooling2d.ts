/** Pooling: the largest or the mean of each window. Twins of assembly/layers/maxPooling2d.ts and averagePooling2d.ts. */

import { fullBuild } from "../core/full.ts";
import { type Infer, pair } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import type { Range } from "../plan/builder.ts";
import type { Layer, Operation, Site } from "../plan/operation.ts";
import { layerName } from "./activation.ts";
import { imageShape, padding, place } from "./geometry.ts";
import { forTraining } from "./training.ts";

const fields = {
  name: layerName,
  poolSize: pair({ min: 1, default: 2, doc: "Height and width of the window." }),
  strides: optional(pair({ min: 1, doc: "Pixels from one window to the next. By default poolSize." })),
  padding,
};
export const maxPooling2dFields = object(fields, {
  doc: "The largest value of each window, channel by channel.",
});
export const averagePooling2dFields = object(fields, {
  doc: "The mean of each window, channel by channel; of windows that reach beyond the image, the mean of what lies inside.",
});
export const globalAveragePooling2dFields = object(
  { name: layerName },
  { doc: "The mean over all pixels: [height, width, channels] becomes [channels]." },
);
export type PoolingConfig = Infer<typeof maxPooling2dFields>;

interface Windows {
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly out: readonly [number, number];
  readonly top: number;
  readonly left: number;
}

function poolOperation(
  kind: "maxPooling2d" | "averagePooling2d",
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
  const max = kind === "maxPooling2d";
  return {
    layer,
    kind,
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
    backward: forTraining(
      ({ builder, gradient, saved }: Site, _x: Range, _y: Range, dy: Range, needed: boolean): Range => {
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
      },
    ),
  };
}

type Build = (config: PoolingConfig, name: string, index: number, inputShape: readonly number[]) => Layer;

/** @throws NablaError for an input that is no image or smaller than the window */
const pooling =
  (kind: "maxPooling2d" | "averagePooling2d"): Build =>
  (config, name, index, inputShape) => {
    const [, , channels] = imageShape(kind, name, index, inputShape);
    const window = config.poolSize;
    const strides = config.strides ?? window;
    const placement = place(`${kind} "${name}" (layer ${index + 1})`, inputShape, {
      window,
      strides,
      dilation: [1, 1],
      padding: config.padding,
    });
    const outputShape = [...placement.out, channels];
    const operation = poolOperation(kind, name, inputShape, outputShape, { window, strides, ...placement });
    return {
      name,
      type: kind,
      inputShape,
      outputShape,
      operations: [operation],
      activation: "linear",
      core: fullBuild,
    };
  };

export const buildMaxPooling2d: Build = /* @__PURE__ */ pooling("maxPooling2d");
export const buildAveragePooling2d: Build = /* @__PURE__ */ pooling("averagePooling2d");

export function buildGlobalAveragePooling2d(
  _config: unknown,
  name: string,
  index: number,
  inputShape: readonly number[],
): Layer {
  const type = "globalAveragePooling2d";
  const [height, width, channels] = imageShape(type, name, index, inputShape);
  const window = [height, width] as const;
  const all = { window, strides: window, out: [1, 1] as const, top: 0, left: 0 };
  const operation = poolOperation("averagePooling2d", name, inputShape, [channels], all);
  return {
    name,
    type,
    inputShape,
    outputShape: [channels],
    operations: [operation],
    activation: "linear",
    core: fullBuild,
  };
}
