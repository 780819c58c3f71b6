/** Moving images, by whole pixels or by fractions. */
import { type Field, type JsonSchema, list, number } from "../../fields/fields.ts";
import { optional } from "../../fields/objects.ts";
import type { Stream } from "../../math/random.ts";
import { type Checked, type Effect, evenly, wholeUpTo } from "./effect.ts";
import { checkDistance } from "./shape.ts";

export interface ShiftOption {
  /**
   * Largest shift in pixels: one number, or [vertical, horizontal]. A whole number moves by whole pixels, −n to n, copying
   * values exactly where nothing else resamples the image; a fraction moves by fractions, bilinearly.
   */
  shift?: number | readonly number[];
}

export const shiftFields = () => ({ shift: optional(distances()) });

/** One number for both directions or [vertical, horizontal]; always the latter after the check. */
function distances(): Field<number[], number | readonly number[], "required"> {
  const one = number({ min: 0 });
  const two = list(one, { min: 2, max: 2 });
  const doc =
    DOCS &&
    "Largest shift in pixels, both ways: one number, or [vertical, horizontal]. Whole numbers move by whole pixels.";
  return {
    presence: "required",
    expected: "a finite number ≥ 0 or [vertical, horizontal]",
    check(value, path) {
      if (Array.isArray(value)) return two.check(value, path);
      const both = one.check(value, path);
      return [both, both];
    },
    jsonSchema:
      DOCS && ((): JsonSchema => ({ description: doc, anyOf: [one.jsonSchema(), two.jsonSchema()] })),
  };
}

export const shift: Effect<ShiftOption, Checked<typeof shiftFields>> = {
  on({ shift: most = [0, 0] }, { shape }) {
    checkDistance("shift", most[0]!, shape.height, "high");
    checkDistance("shift", most[1]!, shape.width, "wide");
    return {
      resamples: !most.every(Number.isInteger),
      draw(random, to) {
        to.dy = amount(random, most[0]!);
        to.dx = amount(random, most[1]!);
      },
    };
  },
};

const amount = (random: Stream, most: number): number =>
  Number.isInteger(most) ? wholeUpTo(random, most) : evenly(random, most);
