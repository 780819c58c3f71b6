import { object } from "../fields/objects.ts";
import type { Range } from "../plan/builder.ts";
import { maskRange } from "../plan/masks.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { sequenceShape } from "./geometry.ts";
import { type Built, layer, layerName, type Place } from "./layer.ts";
import { buildGlobalPooling } from "./pooling.ts";

/** The mean over all steps; where some of them are padding, over the others: 0 where all are. Twin of assembly/layers/maskedMean.ts. */
function build(at: Place): Built {
  const image = sequenceShape(at);
  const [, steps, units] = image;
  const whole = buildGlobalPooling(false, at, image);
  const mean = whole.operations[0] as Operation;
  const operation: Operation = {
    ...mean,
    steps: "takes",
    forward(site: Site, x: Range): Range {
      const mask = maskRange(site.node.from[0]);
      if (!mask) return mean.forward(site, x);
      const y = site.output([units]);
      site.builder.emit("MASKED_MEAN_FORWARD", { y, x, mask, steps, units });
      return y;
    },
    backward:
      TRAINING &&
      ((site: Site, x: Range, y: Range, dy: Range, needed: boolean): Range => {
        const mask = maskRange(site.node.from[0]);
        if (!mask || !needed) return mean.backward(site, x, y, dy, needed);
        const dx = site.gradient([steps, units]);
        site.builder.emit("MASKED_MEAN_BACKWARD", { y: dy, x: dx, mask, steps, units });
        return dx;
      }),
  };
  // with masks the layer that begins them has asked for the larger core
  return { ...whole, operations: [operation] };
}

/** [steps, channels] → [channels], the mean over all steps that are no padding. */
export const globalAveragePooling1d = /* @__PURE__ */ layer("globalAveragePooling1d", {
  fields: () =>
    object(
      { name: layerName() },
      { doc: DOCS && "The mean over all steps: [steps, channels] becomes [channels]. Padding is left out." },
    ),
  build: (_config, at) => build(at),
  example: TRAINING && "",
});
