/** Making images larger and smaller. */
import { number } from "../../fields/fields.ts";
import { optional } from "../../fields/objects.ts";
import { type Checked, type Effect, evenly } from "./effect.ts";

export interface ScaleOption {
  /** Largest change of size, as a fraction below 1: 0.1 makes it 0.9 to 1.1 times as large. */
  scale?: number;
}

export const scaleFields = () => ({
  scale: optional(
    number({
      min: 0,
      exclusiveMax: 1,
      doc: DOCS && "Largest change of size, as a fraction: 0.1 is ± 10 %.",
    }),
  ),
});

export const scale: Effect<ScaleOption, Checked<typeof scaleFields>> = {
  on: ({ scale: most = 0 }) => ({
    resamples: most !== 0,
    draw(random, to) {
      to.size = 1 + evenly(random, most);
    },
  }),
};
