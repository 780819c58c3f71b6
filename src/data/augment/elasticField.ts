/**
 * Elastic distortion, after Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to visual
 * document analysis" (2003): every pixel is displaced by α times white noise, uniform in ± 1, that was smoothed with a
 * gaussian of standard deviation σ.
 *
 * Here the smooth field is a surface of cubic B-splines with random coefficients. A B-spline over knots h apart is a bell of
 * variance h²/3, next to a gaussian; so h = √3 · σ, and the coefficients are as large as gives the displacements of the paper
 * their deviation α / (σ · √(12 π)). A 28 × 28 image at σ = 4 takes 98 random numbers this way instead of 1568, and four terms
 * a pixel and direction instead of 25.
 */
import type { Stream } from "../../math/random.ts";

const SQRT_3 = 1.7320508075688772;
/** The mean over all positions of the sum of a cubic B-spline's squared weights: 151/315. */
const SQUARED_WEIGHTS = 151 / 315;

/** What each pixel of a line takes from which knots. */
interface Line {
  readonly knots: number;
  /** The first of four knots, pixel by pixel. */
  readonly first: Int32Array;
  /** Their weights, four by four. */
  readonly weights: Float64Array;
}

function lineOf(pixels: number, h: number): Line {
  const first = new Int32Array(pixels);
  const weights = new Float64Array(4 * pixels);
  const left = Math.floor((-0.5 * (pixels - 1)) / h);
  for (let i = 0; i < pixels; i++) {
    const t = (i - 0.5 * (pixels - 1)) / h;
    const knot = Math.floor(t);
    const f = t - knot;
    const g = 1 - f;
    first[i] = knot - left;
    weights[4 * i] = (g * g * g) / 6;
    weights[4 * i + 1] = (3 * f * f * f - 6 * f * f + 4) / 6;
    weights[4 * i + 2] = (3 * g * g * g - 6 * g * g + 4) / 6;
    weights[4 * i + 3] = (f * f * f) / 6;
  }
  return { knots: first[pixels - 1]! + 4, first, weights };
}

/** Draws displacement fields for images of one size. */
export class ElasticField {
  /** Displacements in pixels, [2, height, width]: vertical, then horizontal. What `draw` wrote last. */
  readonly field: Float64Array;
  readonly #across: Line;
  readonly #down: Line;
  readonly #most: number;
  /** Coefficients of one line of knots, and all lines of knots at every column. */
  readonly #knots: Float64Array;
  readonly #lines: Float64Array;
  readonly #height: number;
  readonly #width: number;

  constructor(height: number, width: number, { alpha, sigma }: { alpha: number; sigma: number }) {
    const h = SQRT_3 * sigma;
    this.#height = height;
    this.#width = width;
    this.#across = lineOf(width, h);
    this.#down = lineOf(height, h);
    // uniform in ± a has variance a²/3
    this.#most = (SQRT_3 * alpha) / (sigma * Math.sqrt(12 * 3.141592653589793) * SQUARED_WEIGHTS);
    this.field = new Float64Array(2 * height * width);
    this.#knots = new Float64Array(this.#across.knots);
    this.#lines = new Float64Array(this.#down.knots * width);
  }

  /** Fills `field` from the next words of `random`. */
  draw(random: Stream): void {
    for (let part = 0; part < 2; part++) this.#surface(random, part * this.#height * this.#width);
  }

  #surface(random: Stream, at: number): void {
    const { field } = this;
    const width = this.#width;
    const knots = this.#knots;
    const lines = this.#lines;
    const across = this.#across;
    const down = this.#down;
    const most = this.#most;
    for (let line = 0; line < down.knots; line++) {
      for (let k = 0; k < across.knots; k++) knots[k] = most * (2 * random.uniform() - 1);
      const w = across.weights;
      for (let x = 0; x < width; x++) {
        const k = across.first[x]!;
        lines[line * width + x] =
          w[4 * x]! * knots[k]! +
          w[4 * x + 1]! * knots[k + 1]! +
          w[4 * x + 2]! * knots[k + 2]! +
          w[4 * x + 3]! * knots[k + 3]!;
      }
    }
    for (let y = 0; y < this.#height; y++) {
      const w0 = down.weights[4 * y]!;
      const w1 = down.weights[4 * y + 1]!;
      const w2 = down.weights[4 * y + 2]!;
      const w3 = down.weights[4 * y + 3]!;
      const from = down.first[y]! * width;
      const to = at + y * width;
      for (let x = 0; x < width; x++) {
        const i = from + x;
        field[to + x] =
          w0 * lines[i]! + w1 * lines[i + width]! + w2 * lines[i + 2 * width]! + w3 * lines[i + 3 * width]!;
      }
    }
  }
}
