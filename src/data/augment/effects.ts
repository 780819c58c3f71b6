/** What is done to images, in the order in which it is drawn and painted: one line each. A new one comes last, and so do its random words. */
import type { Together } from "../together.ts";
import { crop } from "./crop.ts";
import { cutout } from "./cutout.ts";
import type { Effect } from "./effect.ts";
import { elastic } from "./elastic.ts";
import { flip } from "./flip.ts";
import { noise } from "./noise.ts";
import { rotate } from "./rotate.ts";
import { scale } from "./scale.ts";
import { shear } from "./shear.ts";
import { shift } from "./shift.ts";

export const EFFECTS = [shift, rotate, scale, shear, flip, crop, elastic, noise, cutout] as const;

type OptionsOf<E> = E extends Effect<infer Options, never> ? Options : never;

/** All are off unless given. Amounts are drawn for every image and epoch, evenly in ± what is given. */
export interface AugmentOptions extends Together<OptionsOf<(typeof EFFECTS)[number]>> {
  /** What comes in from beyond the edge, as stored: 0 to 255 for bytes. Default 0. */
  fill?: number;
  /** What the amounts depend on, besides epoch and row. Default 0; as an option of fit(), fit's own seed. */
  seed?: number;
  /** [h, w] or [h, w, c], for images stored as flat rows. Default: the dataset's own shape. */
  imageShape?: readonly number[];
}
