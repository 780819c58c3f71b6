/** What becomes of one image: a pure function of (seed, epoch, row). */
import type { AugmentConfig } from "../../config/augment.ts";
import { cos, sin } from "../../math/elementary.ts";
import { STREAMS, Stream } from "../../math/random.ts";
import type { Inputs } from "../dataset.ts";
import { Elastic } from "./elastic.ts";
import { type Move, move } from "./move.ts";
import { addNoise, blot } from "./pixels.ts";
import type { ImageShape } from "./shape.ts";
import { type Affine, Warp } from "./warp.ts";

const RADIANS = 3.141592653589793 / 180;
const TWO_32 = 4294967296;
/** Where in the stream of an image the words for these begin: what else is drawn does not shift them. */
const ELASTIC_BLOCK = 256;
const NOISE_BLOCK = 2147483648;

/** Changes images of one size in place. */
export class Distortion {
  readonly #config: AugmentConfig;
  readonly #shape: ImageShape;
  readonly #seed: number;
  readonly #deviation: number;
  readonly #image: Inputs;
  /** Missing where whole pixels are moved, if anything. */
  readonly #warp: Warp | undefined;
  readonly #elastic: Elastic | undefined;

  /** @param scale what values are multiplied by on their way to the network */
  constructor(config: AugmentConfig, shape: ImageShape, type: "uint8" | "float32", scale: number) {
    const { height, width, channels } = shape;
    const { shift = [0, 0], rotate, scale: growth, shear, elastic, noise = 0 } = config;
    this.#config = config;
    this.#shape = shape;
    this.#seed = config.seed ?? 0;
    this.#deviation = noise / scale;
    const values = height * width * channels;
    this.#image = type === "uint8" ? new Uint8Array(values) : new Float32Array(values);
    if (elastic) this.#elastic = new Elastic(height, width, elastic);
    if (rotate || growth || shear || elastic || !shift.every(Number.isInteger))
      this.#warp = new Warp(shape, config.fill);
  }

  /** Changes the image at x[at …], which is row `row` of the dataset, as epoch `epoch` sees it. */
  apply(x: Inputs, at: number, epoch: number, row: number): void {
    const {
      shift = [0, 0],
      rotate = 0,
      scale = 0,
      shear = 0,
      flip,
      crop = 0,
      cutout = 0,
      fill,
    } = this.#config;
    const { height, width, channels } = this.#shape;
    const random = new Stream(this.#seed, STREAMS.augment, epoch * TWO_32 + row);
    // Every amount takes its word whether it is wanted or not: an option more leaves the others as they were.
    const movedY = amount(random, shift[0]!);
    const movedX = amount(random, shift[1]!);
    const angle = evenly(random, rotate) * RADIANS;
    const size = 1 + evenly(random, scale);
    const lean = evenly(random, shear) * RADIANS;
    const mirrorX = random.uniform() < 0.5 && (flip === "horizontal" || flip === "both");
    const mirrorY = random.uniform() < 0.5 && (flip === "vertical" || flip === "both");
    const dy = movedY + whole(random, crop);
    const dx = movedX + whole(random, crop);
    const middleY = Math.floor(random.uniform() * height);
    const middleX = Math.floor(random.uniform() * width);

    if (this.#warp) {
      if (this.#elastic) {
        random.seek(ELASTIC_BLOCK);
        this.#elastic.draw(random);
      }
      this.#warp.apply(x, at, inverse(angle, size, lean, mirrorX, mirrorY, dy, dx), this.#elastic?.field);
    } else if (dy !== 0 || dx !== 0 || mirrorX || mirrorY) this.#move(x, at, { dy, dx, mirrorX, mirrorY });
    if (this.#deviation > 0) {
      random.seek(NOISE_BLOCK);
      addNoise(x, at, height * width * channels, this.#deviation, random);
    }
    if (cutout > 0) {
      const half = Math.floor(cutout / 2);
      blot(x, at, this.#shape, middleY - half, middleX - half, cutout, fill);
    }
  }

  #move(x: Inputs, at: number, by: Move): void {
    const image = this.#image;
    image.set(x.subarray(at, at + image.length));
    move(image, this.#shape, by, this.#config.fill, x, at);
  }
}

/** In ± most. */
const evenly = (random: Stream, most: number): number => (2 * random.uniform() - 1) * most;
/** A whole number in ± most; always one word, which Stream.int does not promise. */
const whole = (random: Stream, most: number): number => Math.floor(random.uniform() * (2 * most + 1)) - most;
const amount = (random: Stream, most: number): number =>
  Number.isInteger(most) ? whole(random, most) : evenly(random, most);

/**
 * Where pixels come from when an image is mirrored, made `size` times as large, sheared (the top to the right), turned
 * counter-clockwise and moved, in this order, about its centre. y points downwards.
 */
function inverse(
  angle: number,
  size: number,
  lean: number,
  mirrorX: boolean,
  mirrorY: boolean,
  shiftY: number,
  shiftX: number,
): Affine {
  const s = sin(angle);
  const c = cos(angle);
  const t = sin(lean) / cos(lean);
  const kx = (mirrorX ? -1 : 1) / size;
  const ky = (mirrorY ? -1 : 1) / size;
  // mirror · 1/size · [1 t; 0 1] · [c -s; s c]
  return { xx: kx * (c + t * s), xy: kx * (t * c - s), yx: ky * s, yy: ky * c, shiftX, shiftY };
}
