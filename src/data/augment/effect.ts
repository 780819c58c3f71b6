/** What an augmentation is: fields that say how much, and an effect on images. One file each; a line in fields.ts and in effects.ts. */
import type { Fields, Infer, ObjectField } from "../../fields/fields.ts";
import type { Stream } from "../../math/random.ts";
import type { Inputs } from "../dataset.ts";
import type { ImageShape } from "./shape.ts";

/** The images of a dataset, all of one size. */
export interface Images {
  readonly shape: ImageShape;
  readonly inputType: "uint8" | "float32";
  /** What values are multiplied by on their way to the network. */
  readonly inputScale: number;
}

/** How one image is moved about its centre: mirrored, made larger, sheared, turned, then shifted, in this order. */
export interface Movement {
  /** In pixels, downwards and to the right. */
  dy: number;
  dx: number;
  /** Counter-clockwise, in radians. */
  angle: number;
  size: number;
  /** How far vertical lines lean over to the right, in radians. */
  lean: number;
  mirrorY: boolean;
  mirrorX: boolean;
}

/** An effect as a configuration wants it, on images of one size. */
export interface Applied {
  /** Whether pixels come from between pixels. If any effect does so, all movement is one resampling. */
  readonly resamples?: boolean;
  /**
   * Draws what is done to one image. Takes as many words of `random` whether it is used or not, so that another option does not change what the
   * others draw.
   */
  draw?(random: Stream, to: Movement): void;
  /** Displacements of single pixels, [2, height, width], vertical first. */
  displace?(random: Stream): Float64Array;
  /** Changes the values of the moved image at x[at …]. */
  paint?(x: Inputs, at: number, random: Stream): void;
}

/** What an effect's own fields come to, once they are checked. */
export type Checked<F extends () => Fields> = Infer<ObjectField<ReturnType<F>>> & { fill: number };

/** @template Options what augment() takes for it @template Config the same, checked */
export interface Effect<Options, Config> {
  /** @throws NablaError for amounts that leave nothing of such images */
  on(config: Config, images: Images): Applied;
  /** Of the options there is only their type. */
  readonly options?: Options;
}

/** In ± most. */
export const evenly = (random: Stream, most: number): number => (2 * random.uniform() - 1) * most;
/** A whole number in ± most; always one word, which Stream.int does not promise. */
export const wholeUpTo = (random: Stream, most: number): number =>
  Math.floor(random.uniform() * (2 * most + 1)) - most;

export const RADIANS = 3.141592653589793 / 180;
