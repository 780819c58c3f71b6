// Strips of several digits, put together from pictures of single ones: what bench/reading.mjs and the tests read.
// Every choice depends on a `Stream` (src/math/random.ts), so the same seed gives the same strips.

/**
 * @typedef {{ uniform(): number, range(low: number, high: number): number, int(n: number): number, gaussian(): number }} Random
 * @typedef {{ data: Uint8Array, width: number, height: number }} Grey
 * @typedef {{ text: string, picture: Grey & { channels: 1 }, starts: number[], parts: { x: number, y: number, image: Grey }[] }} Strip
 * @typedef {object} StripOptions
 * @property {[number, number]} [digits] how many, from and to; default 3 to 6
 * @property {[number, number]} [gap] whole columns between the boxes of neighbours, from and to; negative: boxes overlap
 * @property {boolean} [meet] instead: push each digit to the left until its ink touches its neighbour's, then `gap` pixels back
 * @property {[number, number]} [scale] of each digit's height, from and to; default 1 to 1
 * @property {number} [noise] standard deviation in grey levels; default 0
 * @property {boolean} [dark] dark digits on a light ground; default false
 */

const SIZE = 28;
const MARGIN = 4;

/**
 * @param {(index: number) => Uint8Array} imageOf 28 × 28 pixels, white on black
 * @param {(index: number) => number} labelOf
 * @param {number} count of images
 * @param {Random} random
 * @param {StripOptions} options
 * @returns {Strip}
 */
export function makeStrip(imageOf, labelOf, count, random, options = {}) {
  const { digits = [3, 6], gap = [1, 6], scale = [1, 1], meet = false, noise = 0, dark = false } = options;
  /** @param {[number, number]} range */
  const whole = ([low, high]) => low + random.int(high - low + 1);
  const n = whole(digits);
  /** @type {Strip["parts"]} */
  const parts = [];
  let text = "";
  let right = MARGIN;
  for (let k = 0; k < n; k++) {
    const index = random.int(count);
    text += labelOf(index);
    const tight = crop({ data: imageOf(index), width: SIZE, height: SIZE });
    const image = resize(tight, random.range(scale[0], scale[1]));
    const y = random.int(5);
    const distance = whole(gap);
    const last = parts.at(-1);
    const x = last && meet ? meeting(last, image, y) + distance : right + (last ? distance : 0);
    parts.push({ x: Math.max(MARGIN, x), y: MARGIN + y, image });
    right = parts[k].x + image.width;
  }
  const width = Math.max(...parts.map(({ x, image }) => x + image.width)) + MARGIN;
  const height = Math.max(...parts.map(({ y, image }) => y + image.height)) + MARGIN;
  const data = new Uint8Array(width * height);
  for (const { x, y, image } of parts)
    for (let i = 0; i < image.data.length; i++) {
      const at = (y + Math.floor(i / image.width)) * width + x + (i % image.width);
      data[at] = Math.max(data[at], image.data[i]);
    }
  if (noise > 0 || dark)
    for (let i = 0; i < data.length; i++) {
      // a ground of 40 leaves the noise room on either side
      const value = noise > 0 ? 40 + (data[i] * 200) / 255 + noise * random.gaussian() : data[i];
      const shown = Math.round(Math.max(0, Math.min(255, value)));
      data[i] = dark ? 255 - shown : shown;
    }
  return { text, picture: { data, width, height, channels: 1 }, starts: parts.map(({ x }) => x), parts };
}

/**
 * Where `image` has to begin for its ink to touch that of the digit before it in at least one row.
 * @param {Strip["parts"][number]} last
 * @param {Grey} image
 * @param {number} y
 */
function meeting(last, image, y) {
  let x = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < image.height; row++) {
    const other = MARGIN + y + row - last.y;
    if (other < 0 || other >= last.image.height) continue;
    const end = line(last.image, other).reduce((found, v, x) => (v >= 128 ? x : found), -1);
    const start = line(image, row).findIndex((v) => v >= 128);
    if (end >= 0 && start >= 0) x = Math.max(x, last.x + end + 1 - start);
  }
  return Number.isFinite(x) ? x : last.x + last.image.width;
}

/** @param {Grey} of @param {number} row */
const line = (of, row) => of.data.subarray(row * of.width, (row + 1) * of.width);

/** @param {Grey} image */
function crop({ data, width, height }) {
  let [left, right, top, bottom] = [width, 0, height, 0];
  data.forEach((value, i) => {
    if (value === 0) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right, top, bottom] = [
      Math.min(left, x),
      Math.max(right, x + 1),
      Math.min(top, y),
      Math.max(bottom, y + 1),
    ];
  });
  const out = new Uint8Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++)
    out.set(data.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  return { data: out, width: right - left, height: bottom - top };
}

/**
 * Every new pixel is the mean of 16 points inside it, each interpolated between four old pixels.
 * @param {Grey} image
 * @param {number} scale
 */
function resize(image, scale) {
  if (scale === 1) return image;
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  /** @param {number} x @param {number} y */
  const at = (x, y) =>
    x < 0 || y < 0 || x >= image.width || y >= image.height ? 0 : image.data[y * image.width + x];
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) {
    let sum = 0;
    for (let s = 0; s < 16; s++) {
      const u = ((i % width) + ((s % 4) + 0.5) / 4) * (image.width / width) - 0.5;
      const v = (Math.floor(i / width) + (Math.floor(s / 4) + 0.5) / 4) * (image.height / height) - 0.5;
      const [x, y] = [Math.floor(u), Math.floor(v)];
      const [a, b] = [u - x, v - y];
      sum +=
        (1 - b) * ((1 - a) * at(x, y) + a * at(x + 1, y)) +
        b * ((1 - a) * at(x, y + 1) + a * at(x + 1, y + 1));
    }
    data[i] = Math.round(sum / 16);
  }
  return { data, width, height };
}

/**
 * The fewest digits to insert, leave out or replace to make `a` into `b`.
 * @param {string} a
 * @param {string} b
 */
export function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length];
}
