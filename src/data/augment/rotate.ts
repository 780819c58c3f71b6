/** Turning images about their centre. */
import { number } from "../../fields/fields.ts";
import { optional } from "../../fields/objects.ts";
import { type Checked, type Effect, evenly, RADIANS } from "./effect.ts";

export interface RotateOption {
  /** Largest rotation about the centre in degrees, up to 180. */
  rotate?: number;
}

export const rotateFields = () => ({
  rotate: optional(number({ min: 0, max: 180, doc: DOCS && "Largest rotation in degrees, both ways." })),
});

export const rotate: Effect<RotateOption, Checked<typeof rotateFields>> = {
  on: ({ rotate: most = 0 }) => ({
    resamples: most !== 0,
    draw(random, to) {
      to.angle = evenly(random, most) * RADIANS;
    },
  }),
};
