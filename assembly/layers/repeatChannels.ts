// Each channel several times, one after the other: what gives a depthwise convolution several filters for each channel.

import { ld, shareStart, times } from "../math/simd";

@unmanaged
export class RepeatChannels {
  y: usize; // backward: dy
  x: usize; // backward: dx
  pixels: i32; // of a row of the batch
  channels: i32; // of x
  count: i32; // y has so many times as many
}

/** y[pixels, c · count + j] = x[pixels, c], padding 0. Shares are rows of the batch. */
function repeatChannelsForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<RepeatChannels>(record);
  const many = a.channels * a.count, xPixel = <usize>ld(a.channels) << 2, yPixel = <usize>ld(many) << 2;
  const p0 = shareStart(rows, part, parts) * a.pixels, p1 = shareStart(rows, part + 1, parts) * a.pixels;
  let x = a.x + times(p0, xPixel), y = a.y + times(p0, yPixel);
  for (let p = p0; p < p1; p++, x += xPixel, y += yPixel) {
    v128.store(y + yPixel - 16, f32x4.splat(0));
    let from = x, to = y;
    for (let c = a.channels; c; c--, from += 4) {
      const v = load<f32>(from);
      for (let j = a.count; j; j--, to += 4) store<f32>(to, v);
    }
  }
}

/** dx[pixels, c] = Σ over j of dy[pixels, c · count + j], in that order; padding 0. Shares are rows of the batch. */
function repeatChannelsBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<RepeatChannels>(record);
  const many = a.channels * a.count, xPixel = <usize>ld(a.channels) << 2, yPixel = <usize>ld(many) << 2;
  const p0 = shareStart(rows, part, parts) * a.pixels, p1 = shareStart(rows, part + 1, parts) * a.pixels;
  let dx = a.x + times(p0, xPixel), dy = a.y + times(p0, yPixel);
  for (let p = p0; p < p1; p++, dx += xPixel, dy += yPixel) {
    v128.store(dx + xPixel - 16, f32x4.splat(0));
    let to = dx, from = dy;
    for (let c = a.channels; c; c--, to += 4) {
      let s: f32 = 0;
      for (let j = a.count; j; j--, from += 4) s += load<f32>(from);
      store<f32>(to, s);
    }
  }
}

export const REPEAT_CHANNELS_FORWARD: i32 = repeatChannelsForward.index;
export const REPEAT_CHANNELS_BACKWARD: i32 = repeatChannelsBackward.index;
