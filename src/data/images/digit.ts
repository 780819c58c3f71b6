/** Photographs and scans of a digit, made to look like those of MNIST. */

import { NablaError } from "../../errors.ts";
import { int, string } from "../../fields/fields.ts";
import { checkGiven } from "../../fields/programs.ts";
import { checkPicture, type Picture, toGray } from "./picture.ts";
import { crop, paste, resize } from "./resize.ts";

/** The size of a prepared digit. */
export interface DigitOptions {
  /** Pixels of the result on a side; default 28. */
  size?: number;
  /** Pixels of the digit on its longer side; default 20 of 28, and so in proportion. */
  box?: number;
  /** What errors call the picture. */
  name?: string;
}

/** A digit as MNIST would have it, and what was done to it. */
export interface PreparedDigit {
  /** size × size × 1, light on black. */
  picture: Picture;
  /** Whether the digit was darker than its background. */
  inverted: boolean;
  /** Where the digit is in the picture that was given. */
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Pixels on a side; larger pictures are made smaller first, which takes noise out of photographs, too. */
const LARGEST = 512;
/** Between ink and paper; less is not ink. */
const CONTRAST = 24;
/** Blots of a smaller share of the largest one's pixels are dust. */
const DUST = 1 / 20;

/**
 * A picture of one digit as MNIST has them: light on black, the longer side 20 pixels, the centre of mass in the middle of
 * 28 × 28. The border says what the background is: a plane is laid through its brightness, so that a shadow
 * from one side to the other does not matter; what stands out most, darker or lighter, is ink.
 *
 * @throws NablaError for a picture of one tone
 */
export function prepareDigit(source: Picture, options: DigitOptions = {}): PreparedDigit {
  checkGiven("prepareDigit", options, { size: int({ min: 1 }), box: int({ min: 1 }), name: string() });
  const { size = 28, box = Math.floor((size * 20) / 28 + 0.5), name = "picture" } = options;
  checkPicture(source, name);
  const shrink = Math.min(1, LARGEST / Math.max(source.width, source.height));
  const less = (n: number) => Math.max(1, Math.floor(n * shrink + 0.5));
  const { ink, inverted } = separate(toGray(resize(source, less(source.width), less(source.height))));
  const peak = ink.data.reduce((most, value) => Math.max(most, value), 0);
  if (peak < CONTRAST)
    throw new NablaError(
      `${name}: expected a digit that stands out from its background; the picture is all of one tone`,
    );
  const threshold = otsu(ink.data);
  const { left, top, width, height } = extent(ink, threshold);
  // faint traces of paper go to 0, the mean of the ink to 255
  let sum = 0;
  let count = 0;
  for (const value of ink.data) {
    if (value < threshold) continue;
    sum += value;
    count++;
  }
  const low = threshold / 2;
  const high = sum / count;
  const clear = ink.data.map((value) => level((255 * (value - low)) / (high - low)));
  const digit = crop({ ...ink, data: clear }, left, top, width, height);
  const scale = box / Math.max(width, height);
  const side = (n: number) => Math.max(1, Math.floor(n * scale + 0.5));
  const small = stretched(resize(digit, side(width), side(height)));
  const centre = centreOfMass(small);
  const black: Picture = { data: new Uint8Array(size * size), width: size, height: size, channels: 1 };
  const place = (mass: number, n: number) =>
    Math.min(size - n, Math.max(0, Math.floor(size / 2 - mass + 0.5)));
  const picture = paste(black, small, place(centre.x, small.width), place(centre.y, small.height));
  const own = (n: number) => Math.floor(n / shrink + 0.5);
  return { picture, inverted, left: own(left), top: own(top), width: own(width), height: own(height) };
}

const level = (value: number): number => Math.max(0, Math.min(255, Math.floor(value + 0.5)));

/** How far each pixel stands out from the background, on the side on which more does. */
function separate({ data, width, height }: Picture): { ink: Picture; inverted: boolean } {
  // coordinates about the middle: over a border they are symmetric, so the three sums of a plane do not mix
  const u = (x: number) => x - (width - 1) / 2;
  const v = (y: number) => y - (height - 1) / 2;
  let n = 0;
  let [z0, zu, zv, uu, vv] = [0, 0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    const step = y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1);
    for (let x = 0; x < width; x += step, n++) {
      const z = data[y * width + x]!;
      z0 += z;
      zu += z * u(x);
      zv += z * v(y);
      uu += u(x) * u(x);
      vv += v(y) * v(y);
    }
  }
  const [mean, slopeU, slopeV] = [z0 / n, zu / (uu || 1), zv / (vv || 1)];
  const away = new Float64Array(data.length);
  let [light, dark] = [0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const d = data[i]! - (mean + slopeU * u(x) + slopeV * v(y));
      away[i] = d;
      if (d > 0) light += d * d;
      else dark += d * d;
    }
  }
  const inverted = dark > light;
  const ink = Uint8Array.from(away, (d) => level(inverted ? -d : d));
  return { ink: { data: ink, width, height, channels: 1 }, inverted };
}

/** The threshold that parts values into two groups as different as can be (Otsu 1979); values ≥ it are the upper group. */
function otsu(values: Uint8Array): number {
  const counts = new Array<number>(256).fill(0);
  let total = 0;
  for (const value of values) {
    counts[value]!++;
    total += value;
  }
  let best = 1;
  let most = -1;
  let below = 0;
  let sumBelow = 0;
  for (let t = 1; t < 256; t++) {
    below += counts[t - 1]!;
    sumBelow += counts[t - 1]! * (t - 1);
    const above = values.length - below;
    if (below === 0 || above === 0) continue;
    const distance = sumBelow / below - (total - sumBelow) / above;
    const between = below * above * distance * distance;
    if (between > most) [best, most] = [t, between];
  }
  return best;
}

interface Extent {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The rectangle around all connected blots of ink that are no dust. */
function extent({ data, width, height }: Picture, threshold: number): Extent {
  const seen = new Uint8Array(data.length);
  const blots: { area: number; x0: number; x1: number; y0: number; y1: number }[] = [];
  for (let start = 0; start < data.length; start++) {
    if (seen[start] || data[start]! < threshold) continue;
    const blot = { area: 0, x0: width, x1: 0, y0: height, y1: 0 };
    const open = [start];
    seen[start] = 1;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)];
      blot.area++;
      blot.x0 = Math.min(blot.x0, x);
      blot.x1 = Math.max(blot.x1, x);
      blot.y0 = Math.min(blot.y0, y);
      blot.y1 = Math.max(blot.y1, y);
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if (seen[next] || data[next]! < threshold) continue;
          seen[next] = 1;
          open.push(next);
        }
      }
    }
    blots.push(blot);
  }
  const largest = blots.reduce((most, { area }) => Math.max(most, area), 0);
  const kept = blots.filter(({ area }) => area >= largest * DUST);
  const least = (key: "x0" | "y0") =>
    kept.reduce((found, blot) => Math.min(found, blot[key]), Number.POSITIVE_INFINITY);
  const most = (key: "x1" | "y1") => kept.reduce((found, blot) => Math.max(found, blot[key]), 0);
  const [left, top] = [least("x0"), least("y0")];
  return { left, top, width: most("x1") - left + 1, height: most("y1") - top + 1 };
}

/** With 255 as its largest value: thin strokes pale when they are made small. */
function stretched(picture: Picture): Picture {
  const peak = picture.data.reduce((most, value) => Math.max(most, value), 0);
  return peak === 0
    ? picture
    : { ...picture, data: picture.data.map((value) => level((255 * value) / peak)) };
}

function centreOfMass({ data, width }: Picture): { x: number; y: number } {
  let [mass, x, y] = [0, 0, 0];
  data.forEach((value, i) => {
    mass += value;
    x += value * ((i % width) + 0.5);
    y += value * (Math.floor(i / width) + 0.5);
  });
  return { x: x / mass, y: y / mass };
}
