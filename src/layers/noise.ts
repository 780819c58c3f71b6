/** Layers that are random while training and do nothing otherwise. Twins of assembly/layers/noise.ts. */
import { type Infer, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { STREAMS } from "../math/random.ts";
import { floatsOf, type Range } from "../plan/builder.ts";
import type { Layer, Operation, Site } from "../plan/operation.ts";
import { layerName } from "./activation.ts";

export const dropoutFields = object(
  {
    name: layerName,
    rate: number({ min: 0, exclusiveMax: 1, doc: "Share of the values that become zero." }),
  },
  { doc: "While training, a random share of the values becomes zero and the others grow by 1 / (1 − rate)." },
);
export const gaussianNoiseFields = object(
  { name: layerName, stddev: number({ min: 0, doc: "Standard deviation of what is added." }) },
  { doc: "While training, values from a normal distribution are added." },
);
export type DropoutConfig = Infer<typeof dropoutFields>;
export type GaussianNoiseConfig = Infer<typeof gaussianNoiseFields>;

/** Each random layer draws from a stream of its own. */
const streamOf = (site: Site): number => STREAMS.dropout + 256 * (site.number + 1);

function noiseLayer(
  type: "dropout" | "gaussianNoise",
  name: string,
  inputShape: readonly number[],
  operation: Pick<Operation, "forward" | "backward">,
): Layer {
  const whole = {
    layer: name,
    kind: type,
    parameters: [],
    inputShape,
    outputShape: inputShape,
    ...operation,
  };
  return { name, type, inputShape, outputShape: inputShape, operations: [whole], activation: "linear" };
}

export function buildDropout(
  config: DropoutConfig,
  name: string,
  _index: number,
  inputShape: readonly number[],
): Layer {
  const { rate } = config;
  const idle = (site: Site) => !site.training || rate === 0;
  const emit = (site: Site, y: Range, x: Range): Range => {
    const { builder } = site;
    builder.emit("DROPOUT", {
      y,
      x,
      step: builder.step,
      units: floatsOf(inputShape),
      stream: streamOf(site),
      threshold: Math.min(4294967295, Math.round(rate * 4294967296)),
      scale: 1 / (1 - rate),
    });
    return y;
  };
  return noiseLayer("dropout", name, inputShape, {
    forward: (site, x) => (idle(site) ? x : emit(site, site.output(inputShape), x)),
    backward: (site, _x, _y, dy, needed) => (idle(site) || !needed ? dy : emit(site, dy, dy)),
  });
}

export function buildGaussianNoise(
  config: GaussianNoiseConfig,
  name: string,
  _index: number,
  inputShape: readonly number[],
): Layer {
  const { stddev } = config;
  return noiseLayer("gaussianNoise", name, inputShape, {
    forward(site, x) {
      if (!site.training || stddev === 0) return x;
      const { builder } = site;
      const y = site.output(inputShape);
      const units = floatsOf(inputShape);
      builder.emit("GAUSSIAN_NOISE", {
        y,
        x,
        step: builder.step,
        units,
        stream: streamOf(site),
        deviation: stddev,
      });
      return y;
    },
    backward: (_site, _x, _y, dy) => dy,
  });
}
