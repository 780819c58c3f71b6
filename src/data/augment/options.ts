/** What augment() takes. `src/config/augment.ts` is the same as fields of a document. */

/** All are off unless given; amounts are drawn anew for every image and epoch, evenly in ± what is given. */
export interface AugmentOptions {
  /**
   * Most pixels an image is moved: one number, or [vertical, horizontal]. A whole number moves by whole pixels, −n to n, copying
   * values exactly where nothing else resamples the image; a fraction moves by fractions, bilinearly.
   */
  shift?: number | readonly number[];
  /** Most degrees an image is turned about its centre, up to 180. */
  rotate?: number;
  /** Most an image grows or shrinks, as a fraction below 1: 0.1 makes it 0.9 to 1.1 times as large. */
  scale?: number;
  /** Most degrees, below 90, that vertical lines lean over. */
  shear?: number;
  /**
   * Elastic distortion (Simard, Steinkraus and Platt 2003): each pixel is moved by α times noise smoothed with a gaussian of
   * deviation σ, which comes to about 0.16 α / σ pixels. `alpha` defaults to 34, `sigma` (pixels, at least 1) to 4; true for both.
   */
  elastic?: boolean | { alpha?: number; sigma?: number };
  /** Mirrors every other image: left to right, upside down, or each of both. */
  flip?: "horizontal" | "vertical" | "both";
  /** Puts so many pixels of `fill` around the image and cuts out a window of its size: whole pixels, added to `shift`. */
  crop?: number;
  /**
   * Standard deviation of gaussian noise added to every value, in units of what the network sees: 0.1 is 25.5 for bytes scaled by
   * 1/255. Bytes are rounded and stay from 0 to 255; float32 values are not cut.
   */
  noise?: number;
  /** Side in pixels of a square filled with `fill`, its middle anywhere on the image (DeVries and Taylor 2017). */
  cutout?: number;
  /** What comes in from beyond the edge, as it is stored: 0 to 255 for bytes. Default 0. */
  fill?: number;
  /** What the amounts hang on, besides epoch and row. Default 0; as an option of fit(), fit's own seed. */
  seed?: number;
  /** [h, w] or [h, w, c], for images that lie flat in their rows. Default: the dataset's own shape. */
  imageShape?: readonly number[];
}

export const AUGMENT_OPTIONS: readonly (keyof AugmentOptions)[] = [
  "shift",
  "rotate",
  "scale",
  "shear",
  "elastic",
  "flip",
  "crop",
  "noise",
  "cutout",
  "fill",
  "seed",
  "imageShape",
];
