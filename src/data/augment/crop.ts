/** Cutting a window out of an image with a margin around it: another way of moving by whole pixels. */
import { int } from "../../fields/fields.ts";
import { optional } from "../../fields/objects.ts";
import { type Checked, type Effect, wholeUpTo } from "./effect.ts";
import { checkDistance } from "./shape.ts";

export interface CropOption {
  /** Puts so many pixels of `fill` around the image and cuts out a window of its size: whole pixels, added to `shift`. */
  crop?: number;
}

export const cropFields = () => ({
  crop: optional(
    int({ min: 0, doc: DOCS && "Pixels of margin put around an image before a window is cut out." }),
  ),
});

export const crop: Effect<CropOption, Checked<typeof cropFields>> = {
  on({ crop: margin = 0 }, { shape: { height, width } }) {
    checkDistance("crop", margin, Math.min(height, width), height < width ? "high" : "wide");
    return {
      draw(random, to) {
        to.dy += wholeUpTo(random, margin);
        to.dx += wholeUpTo(random, margin);
      },
    };
  },
};
