import { type Infer, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { floatsOf, type Range } from "../plan/builder.ts";
import type { Site } from "../plan/operation.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName } from "./layer.ts";
import { atRest, noiseLayer, streamOf } from "./noise.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      rate: number({ min: 0, exclusiveMax: 1, doc: DOCS && "Share of the values that become zero." }),
    },
    {
      doc:
        DOCS &&
        "While training, a random share of the values becomes zero and the others grow by 1 / (1 − rate).",
    },
  );

function build({ rate }: Infer<ReturnType<typeof fields>>, at: Place): Built {
  const { inputShape } = at;
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
  return noiseLayer(at, {
    forward: (site, x) => (idle(site) ? x : emit(site, site.output(inputShape), x)),
    backward: (site, _x, _y, dy, needed) => (idle(site) || !needed ? dy : emit(site, dy, dy)),
  });
}

/** While training, a share `rate` of the values becomes zero, the others grow by 1 / (1 − rate). */
export const dropout = /* @__PURE__ */ layer("dropout", {
  fields: fields,
  build: TRAINING ? build : atRest,
  example: TRAINING && "{ rate: 0.5 }",
  atRest: { rate: 0 },
});
