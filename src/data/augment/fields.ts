/** The fields of an augmentation, for configuration documents and for augment() alike. */
import { type Field, type Infer, int, list, number } from "../../fields/fields.ts";
import { described, object, optional } from "../../fields/objects.ts";
import { cropFields } from "./crop.ts";
import { cutoutFields } from "./cutout.ts";
import { elasticFields } from "./elastic.ts";
import { flipFields } from "./flip.ts";
import { noiseFields } from "./noise.ts";
import { rotateFields } from "./rotate.ts";
import { scaleFields } from "./scale.ts";
import { shearFields } from "./shear.ts";
import { shiftFields } from "./shift.ts";

const imageShape = (): Field<number[], readonly number[], "required"> =>
  described(
    list(int({ min: 1 }), { min: 2, max: 3 }),
    DOCS && "[h, w] or [h, w, c], for images stored as flat rows.",
  );

export const augmentFields = () =>
  object(
    {
      ...shiftFields(),
      ...rotateFields(),
      ...scaleFields(),
      ...shearFields(),
      ...elasticFields(),
      ...flipFields(),
      ...cropFields(),
      ...noiseFields(),
      ...cutoutFields(),
      fill: number({
        default: 0,
        doc: DOCS && "What comes in from beyond the edge, as stored: 0 to 255 for bytes.",
      }),
      seed: optional(int({ min: 0, wide: true, doc: DOCS && "Default: that of the training." })),
      imageShape: optional(imageShape()),
    },
    { doc: DOCS && "Changes the images anew each epoch." },
  );

/** With defaults filled in: what augment() works by. */
export type AugmentConfig = Infer<ReturnType<typeof augmentFields>>;
