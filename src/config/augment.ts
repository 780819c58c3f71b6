/** The fields of an augmentation, for configuration documents and for augment() alike. */
import {
  choice,
  type Field,
  type Infer,
  type Input,
  int,
  type JsonSchema,
  list,
  number,
} from "../fields/fields.ts";
import { described, object, optional } from "../fields/objects.ts";

/** One number for both directions or [vertical, horizontal]; always the latter after the check. */
const shift: Field<number[], number | readonly number[], "required"> = (() => {
  const one = number({ min: 0 });
  const two = list(one, { min: 2, max: 2 });
  const doc =
    "Most pixels an image is moved, both ways: one number, or [vertical, horizontal]. Whole numbers move by whole pixels.";
  return {
    presence: "required",
    expected: "a finite number ≥ 0 or [vertical, horizontal]",
    check(value, path) {
      if (Array.isArray(value)) return two.check(value, path);
      const both = one.check(value, path);
      return [both, both];
    },
    jsonSchema: (): JsonSchema => ({ description: doc, anyOf: [one.jsonSchema(), two.jsonSchema()] }),
  };
})();

const elasticFields = object({
  alpha: number({ min: 0, max: 1e6, default: 34, doc: "Strength, in pixels before smoothing." }),
  sigma: number({ min: 1, max: 1e6, default: 4, doc: "Smoothness: standard deviation in pixels." }),
});

/** `true` for the usual strength; `false` is as good as nothing. */
const elastic: Field<
  Infer<typeof elasticFields> | undefined,
  boolean | Input<typeof elasticFields>,
  "required"
> = {
  presence: "required",
  expected: "true, false or an object { alpha, sigma }",
  check: (value, path) =>
    value === false ? undefined : elasticFields.check(value === true ? {} : value, path),
  jsonSchema: (defs) => ({
    description: "Elastic distortion (Simard, Steinkraus and Platt 2003); true for alpha 34, sigma 4.",
    anyOf: [{ type: "boolean" }, elasticFields.jsonSchema(defs)],
  }),
};

const imageShape: Field<number[], readonly number[], "required"> = described(
  list(int({ min: 1 }), { min: 2, max: 3 }),
  "[h, w] or [h, w, c], where images lie flat in their rows.",
);

export const augmentFields = object(
  {
    shift: optional(shift),
    rotate: optional(number({ min: 0, max: 180, doc: "Most degrees an image is turned, both ways." })),
    scale: optional(
      number({
        min: 0,
        exclusiveMax: 1,
        doc: "Most an image grows or shrinks, as a fraction: 0.1 is ± 10 %.",
      }),
    ),
    shear: optional(
      number({ min: 0, exclusiveMax: 90, doc: "Most degrees vertical lines lean over, both ways." }),
    ),
    elastic: optional(elastic),
    flip: optional(
      choice(["horizontal", "vertical", "both"], { doc: "Mirror every other image: left to right, …" }),
    ),
    crop: optional(int({ min: 0, doc: "Pixels of margin put around an image before a window is cut out." })),
    noise: optional(
      number({ min: 0, doc: "Standard deviation of what is added to each value, as the network sees it." }),
    ),
    cutout: optional(int({ min: 0, doc: "Side in pixels of a square that is blotted out." })),
    fill: number({ default: 0, doc: "What is beyond the edge, as it is stored: 0 to 255 for bytes." }),
    seed: optional(int({ min: 0, doc: "Default: that of the training." })),
    imageShape: optional(imageShape),
  },
  { doc: "Other images from each image, every epoch." },
);

/** With defaults filled in: what augment() works by. */
export type AugmentConfig = Infer<typeof augmentFields>;

/** @throws NablaError such as `augment.rotate: expected a finite number ≥ 0 and ≤ 180, got -3` */
export const checkAugment = (options: unknown, path = "augment"): AugmentConfig =>
  augmentFields.check(options, path);
