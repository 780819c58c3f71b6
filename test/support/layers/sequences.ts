/** Layers along sequences: those over images of one row. PyTorch judges that they are the same. */
import { conv2d } from "./conv2d.ts";
import { globalAveragePooling2d, globalMaxPooling2d, pooling2d } from "./pooling.ts";
import { cropping2d, upSampling2d, zeroPadding2d } from "./shapes.ts";
import type { ConfigOf, Padding, Pair, ReferenceLayer, Shape } from "./types.ts";

const one = (n: Pair | undefined, usual: number): readonly [number, number] => [1, (n as number) ?? usual];
/** [before, after], or a number for both. */
const around = (padding: Exclude<Padding, string>): Padding => [
  0,
  typeof padding === "number" ? padding : (padding as Shape),
];
const padding = (given: Padding = "valid"): Padding => (typeof given === "string" ? given : around(given));

/** The same layer for [steps, channels]. */
const along = (layer: ReferenceLayer): ReferenceLayer => ({
  ...layer,
  outputShape: layer.outputShape.length === 3 ? layer.outputShape.slice(1) : layer.outputShape,
});

type Config =
  | ConfigOf<"conv1d">
  | ConfigOf<"maxPooling1d">
  | ConfigOf<"averagePooling1d">
  | ConfigOf<"globalMaxPooling1d">
  | ConfigOf<"zeroPadding1d">
  | ConfigOf<"cropping1d">
  | ConfigOf<"upSampling1d">;

export function sequence(config: Config, [steps, channels]: Shape): ReferenceLayer {
  const image = [1, steps, channels];
  switch (config.type) {
    case "conv1d":
    case "conv2d": {
      const window = {
        kernelSize: one(config.kernelSize, 1),
        strides: one(config.strides, 1),
        dilationRate: one(config.dilationRate, 1),
        padding: padding(config.padding),
      };
      const layer = along(conv2d({ ...config, ...window }, image));
      const [, ...kernel] = layer.parameters.kernel;
      return { ...layer, parameters: { ...layer.parameters, kernel } };
    }
    case "globalMaxPooling1d":
    case "globalMaxPooling2d":
      return globalMaxPooling2d(image);
    case "globalAveragePooling1d":
      return globalAveragePooling2d(image);
    case "zeroPadding1d":
      return along(
        zeroPadding2d({ type: "zeroPadding2d", padding: around(config.padding ?? 1) as Shape }, image),
      );
    case "cropping1d":
      return along(
        cropping2d({ type: "cropping2d", cropping: around(config.cropping ?? 1) as Shape }, image),
      );
    case "upSampling1d":
      return along(upSampling2d({ type: "upSampling2d", size: one(config.size, 2) }, image));
    default: {
      const { poolSize = 2, strides = poolSize, ...rest } = config;
      const type = config.type.startsWith("max") ? "maxPooling2d" : "averagePooling2d";
      const window = {
        poolSize: one(poolSize, 2),
        strides: one(strides, 2),
        padding: padding(config.padding),
      };
      return along(pooling2d({ ...rest, ...window, type } as ConfigOf<"averagePooling2d">, image));
    }
  }
}
