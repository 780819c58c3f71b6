/** What is done to one image: a pure function of (seed, epoch, row). */
import { cos, sin } from "../../math/elementary.ts";
import { STREAMS, Stream } from "../../math/random.ts";
import type { Inputs } from "../dataset.ts";
import type { Applied, Images, Movement } from "./effect.ts";
import { EFFECTS } from "./effects.ts";
import type { AugmentConfig } from "./fields.ts";
import { move } from "./move.ts";
import { type Affine, Warp } from "./warp.ts";

const TWO_32 = 4294967296;

/** Changes images of one size in place. */
export class Distortion {
  readonly #images: Images;
  readonly #seed: number;
  readonly #fill: number;
  readonly #effects: readonly Applied[];
  /** Missing where whole pixels are moved, if anything. */
  readonly #warp: Warp | undefined;
  readonly #copy: Inputs;

  /** @throws NablaError for amounts that leave nothing of such images */
  constructor(config: AugmentConfig, images: Images) {
    const { shape, inputType } = images;
    this.#images = images;
    this.#seed = config.seed ?? 0;
    this.#fill = config.fill;
    this.#effects = EFFECTS.map((effect) => effect.on(config, images));
    if (this.#effects.some(({ resamples }) => resamples)) this.#warp = new Warp(shape, config.fill);
    const values = shape.height * shape.width * shape.channels;
    this.#copy = inputType === "uint8" ? new Uint8Array(values) : new Float32Array(values);
  }

  /** Changes the image at x[at …], which is row `row` of the dataset, as epoch `epoch` sees it. */
  apply(x: Inputs, at: number, epoch: number, row: number): void {
    const random = new Stream(this.#seed, STREAMS.augment, epoch * TWO_32 + row);
    const to: Movement = { dy: 0, dx: 0, angle: 0, size: 1, lean: 0, mirrorY: false, mirrorX: false };
    for (const effect of this.#effects) effect.draw?.(random, to);
    if (this.#warp) {
      let field: Float64Array | undefined;
      for (const effect of this.#effects) field = effect.displace?.(random) ?? field;
      this.#warp.apply(x, at, inverse(to), field);
    } else if (to.dy !== 0 || to.dx !== 0 || to.mirrorX || to.mirrorY) {
      const copy = this.#copy;
      copy.set(x.subarray(at, at + copy.length));
      move(copy, this.#images.shape, to, this.#fill, x, at);
    }
    for (const effect of this.#effects) effect.paint?.(x, at, random);
  }
}

/**
 * Where pixels come from when an image is mirrored, made `size` times as large, sheared (the top to the right), turned
 * counter-clockwise and moved, in this order, about its centre. y points downwards.
 */
function inverse({ angle, size, lean, mirrorX, mirrorY, dy: shiftY, dx: shiftX }: Movement): Affine {
  const s = sin(angle);
  const c = cos(angle);
  const t = sin(lean) / cos(lean);
  const kx = (mirrorX ? -1 : 1) / size;
  const ky = (mirrorY ? -1 : 1) / size;
  // mirror · 1/size · [1 t; 0 1] · [c -s; s c]
  return { xx: kx * (c + t * s), xy: kx * (t * c - s), yx: ky * s, yy: ky * c, shiftX, shiftY };
}
