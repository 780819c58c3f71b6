// Noise that is added while training. Draws the same numbers for the same (seed, step, layer, place in the batch): see noise.ts.

import { randomGaussians } from "../math/random";
import { rowBytes, shareStart } from "../math/simd";
import { Step } from "../tape";

@unmanaged
export class GaussianNoise {
  y: usize;
  x: usize;
  step: usize;
  units: i32;
  stream: u32;
  deviation: f32;
}

/** y[rows, units] = x + deviation · z, z from N(0, 1). Shares are rows. */
function gaussianNoise(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<GaussianNoise>(record);
  const step = changetype<Step>(a.step);
  const quads = <u32>(rowBytes(1, a.units) >> 4);
  const from = shareStart(rows, part, parts);
  const offset = rowBytes(from, a.units), bytes = rowBytes(shareStart(rows, part + 1, parts), a.units) - offset;
  let block = <u32>(step.shard + step.first + from) * quads;
  const deviation = f32x4.splat(a.deviation);
  for (let i: usize = 0; i < bytes; i += 16, block++) {
    const z = randomGaussians(step.seedLow, step.seedHigh, block, step.step, 0, a.stream);
    v128.store(a.y + offset + i, f32x4.add(v128.load(a.x + offset + i), f32x4.mul(deviation, z)));
  }
}

export const GAUSSIAN_NOISE: i32 = gaussianNoise.index;
