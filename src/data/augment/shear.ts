/** Leaning images over. */
import { number } from "../../fields/fields.ts";
import { optional } from "../../fields/objects.ts";
import { type Checked, type Effect, evenly, RADIANS } from "./effect.ts";

export interface ShearOption {
  /** Largest shear in degrees, below 90: how far vertical lines lean. */
  shear?: number;
}

export const shearFields = () => ({
  shear: optional(
    number({
      min: 0,
      exclusiveMax: 90,
      doc: DOCS && "Largest shear in degrees (how far vertical lines lean), both ways.",
    }),
  ),
});

export const shear: Effect<ShearOption, Checked<typeof shearFields>> = {
  on: ({ shear: most = 0 }) => ({
    resamples: most !== 0,
    draw(random, to) {
      to.lean = evenly(random, most) * RADIANS;
    },
  }),
};
