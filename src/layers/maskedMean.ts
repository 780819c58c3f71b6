/** Twin of assembly/layers/maskedMean.ts. */
import type { Range } from "../plan/builder.ts";
import { maskRange } from "../plan/masks.ts";
import type { Operation, Site } from "../plan/operation.ts";
import type { Shape } from "../shape.ts";
import type { Built } from "./kind.ts";

/** A mean over all steps that, where some of them are padding, is one over the others: 0 where all are. */
export function leavingPaddingOut(whole: Built, [, steps, units]: Shape): Built {
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
      ((site: Site, x: Range, y: Range, dy: Range, needed: boolean): Range | undefined => {
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
