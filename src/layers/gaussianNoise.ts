import { imagesBuild } from "../core/images.ts";
import { type Infer, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { floatsOf } from "../plan/builder.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName } from "./layer.ts";
import { atRest, noiseLayer, streamOf } from "./noise.ts";

const fields = () =>
  object(
    { name: layerName(), stddev: number({ min: 0, doc: DOCS && "Standard deviation of what is added." }) },
    { doc: DOCS && "While training, values from a normal distribution are added." },
  );

function build({ stddev }: Infer<ReturnType<typeof fields>>, at: Place): Built {
  const { inputShape } = at;
  const built = noiseLayer(at, {
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
  return { ...built, core: imagesBuild };
}

/** While training, adds values of a normal distribution with standard deviation `stddev`. */
export const gaussianNoise = /* @__PURE__ */ layer("gaussianNoise", {
  fields: fields,
  build: TRAINING ? build : atRest,
  example: TRAINING && "{ stddev: 0.1 }",
  atRest: { stddev: 0 },
});
