/** Grey planes: ink from 0 (none) to 1, row-major. */
export interface Plane {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * The plane in another size. Each new pixel is a mean of old ones weighted by a triangle that is at least one old and one
 * new pixel wide on either side: linear interpolation upwards, and downwards no stroke falls between two samples.
 * The same size gives the same values.
 */
export function resample(plane: Plane, width: number, height: number): Plane {
  if (width === plane.width && height === plane.height) return plane;
  const across = new Float32Array(width * plane.height);
  pass(plane.data, plane.width, width, plane.height, 1, plane.width, across, 1, width);
  const data = new Float32Array(width * height);
  pass(across, plane.height, height, width, width, 1, data, width, 1);
  return { data, width, height };
}

/** Resamples `lines` lines of `from` values to `to` values; `step` leads along a line, `next` from line to line. */
function pass(
  source: Float32Array,
  from: number,
  to: number,
  lines: number,
  step: number,
  next: number,
  out: Float32Array,
  outStep: number,
  outNext: number,
): void {
  const scale = from / to;
  const reach = Math.max(1, scale);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(center - reach));
    const last = Math.min(from - 1, Math.floor(center + reach));
    let total = 0;
    for (let k = first; k <= last; k++) total += reach - Math.abs(k - center);
    for (let line = 0; line < lines; line++) {
      let sum = 0;
      for (let k = first; k <= last; k++)
        sum += (reach - Math.abs(k - center)) * source[line * next + k * step];
      out[line * outNext + i * outStep] = sum / total;
    }
  }
}
