// The ∇ of web/icon.svg as a PNG of any size, for systems that take no SVG.
import { encode } from "fast-png";

const GROUND = [10, 100, 104];
const MARK = [244, 247, 246];
/** Samples of a pixel on a side. */
const FINE = 4;

/** Whether a point of the unit square lies in the triangle with a triangle cut out. */
function marked(x, y) {
  const inside = (left, top, right, bottom) => {
    if (y < top || y > bottom) return false;
    const half = ((right - left) / 2) * (1 - (y - top) / (bottom - top));
    return Math.abs(x - (left + right) / 2) <= half;
  };
  return (
    inside(96 / 512, 132 / 512, 416 / 512, 408 / 512) && !inside(184 / 512, 184 / 512, 328 / 512, 308 / 512)
  );
}

export function writeIcon(size) {
  const data = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let hits = 0;
      for (let j = 0; j < FINE; j++)
        for (let i = 0; i < FINE; i++)
          if (marked((x + (i + 0.5) / FINE) / size, (y + (j + 0.5) / FINE) / size)) hits++;
      const share = hits / FINE ** 2;
      for (let c = 0; c < 3; c++)
        data[(y * size + x) * 3 + c] = Math.round(GROUND[c] + (MARK[c] - GROUND[c]) * share);
    }
  }
  return encode({ width: size, height: size, data, channels: 3, depth: 8 });
}
