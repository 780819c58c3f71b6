// Moving pixels between images: with borders, without padding channels, one group of channels out of many.

import { ld, times } from "./simd";

/** Copies n floats, reading and writing nothing else. Neither side need be aligned. @inline */
function copyFloats(to: usize, from: usize, n: i32): void {
  let left = n;
  for (; left >= 4; left -= 4, to += 16, from += 16) v128.store(to, v128.load(from));
  for (; left; left--, to += 4, from += 4) store<f32>(to, load<f32>(from));
}

/**
 * to[toHeight, toWidth, channels] = the channels from `channel` on of from[height, width, ·], moved down by `top` and right by `left`.
 * What of the image falls outside is left out; what it does not cover stays as it is. Pixels of `from` are `pixel` floats
 * apart, those of `to` `toPixel` (by default they lie densely).
 */
export function gather(
  to: usize, toHeight: i32, toWidth: i32, channels: i32, from: usize, height: i32, width: i32, pixel: i32, channel: i32,
  top: i32, left: i32, toPixel: i32 = channels,
): void {
  const y0 = max(0, top), y1 = min(toHeight, height + top);
  const x0 = max(0, left), x1 = min(toWidth, width + left);
  if (x1 <= x0) return;
  const whole = pixel == channels && toPixel == channels;
  for (let y = y0; y < y1; y++) {
    let p = to + (<usize>((y * toWidth + x0) * toPixel) << 2);
    let q = from + (<usize>(((y - top) * width + x0 - left) * pixel + channel) << 2);
    if (whole) {
      copyFloats(p, q, (x1 - x0) * channels);
      continue;
    }
    for (let x = x0; x < x1; x++, p += <usize>toPixel << 2, q += <usize>pixel << 2) {
      copyFloats(p, q, channels);
      for (let c = channels; c < toPixel; c++) store<f32>(p + (<usize>c << 2), 0);
    }
  }
}

/**
 * Channels channel … of to[pixels, ·] (`toPixel` floats apart, `all` of them channels) = from[pixels, n], padded rows. With the last
 * channels the padding of `to` becomes zero.
 */
export function scatter(to: usize, toPixel: i32, channel: i32, all: i32, from: usize, pixels: i32, n: i32): void {
  const last = channel + n == all;
  const step = <usize>ld(n) << 2;
  to += <usize>channel << 2;
  for (; pixels; pixels--, to += <usize>toPixel << 2, from += step) {
    copyFloats(to, from, n);
    if (last) for (let c = n; c < toPixel - channel; c++) store<f32>(to + (<usize>c << 2), 0);
  }
}

/** to[pixels, n] = the n values at b in each pixel; b = 0: zeros. Padding too. */
export function fillPixels(to: usize, pixels: i32, n: i32, b: usize): void {
  const pixel = <usize>ld(n) << 2;
  if (!b) {
    memory.fill(to, 0, times(pixels, pixel));
    return;
  }
  for (const end = to + times(pixels, pixel); to < end; to += pixel) {
    for (let c: usize = 0; c < pixel; c += 16) v128.store(to + c, v128.load(b + c));
  }
}
