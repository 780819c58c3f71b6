// Average pooling. x[rows, height, width, channels] → y[rows, outHeight, outWidth, channels]. A window that reaches beyond the image
// is the mean of the part inside. Global average pooling is one window over all pixels.

import { halves, ld, promoteHigh, shareStart, times } from "../math/simd";
import { Pool } from "./pooling";

/** Windows of more pixels are added up in double precision: of a million equal ones the mean was 1 % off. */
const EXACT: i32 = 256;

/** y = mean of each window, added up in reading order. Shares are images. */
function averagePoolForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Pool>(record);
  const pixel = <usize>ld(a.channels) << 2, row = pixel * a.width;
  const yImage = pixel * a.outHeight * a.outWidth;
  const r1 = <usize>shareStart(rows, part + 1, parts);
  for (let r = <usize>shareStart(rows, part, parts); r < r1; r++) {
    let y = a.y + r * yImage;
    const x = a.x + r * a.height * row;
    for (let oy = 0; oy < a.outHeight; oy++) {
      const y0 = max(0, oy * a.strideY - a.top), y1 = min(a.height, oy * a.strideY - a.top + a.poolHeight);
      for (let ox = 0; ox < a.outWidth; ox++, y += pixel) {
        const x0 = max(0, ox * a.strideX - a.left), x1 = min(a.width, ox * a.strideX - a.left + a.poolWidth);
        const pixels = (y1 - y0) * (x1 - x0), n = f32x4.splat(<f32>pixels);
        for (let c: usize = 0; c < pixel; c += 16) {
          if (pixels > EXACT) {
            let s0 = f64x2.splat(0), s1 = s0;
            for (let iy = y0; iy < y1; iy++) {
              let p = x + times(iy, row) + times(x0, pixel) + c;
              for (const end = p + times(x1 - x0, pixel); p < end; p += pixel) {
                const v = v128.load(p);
                s0 = f64x2.add(s0, f64x2.promote_low_f32x4(v));
                s1 = f64x2.add(s1, promoteHigh(v));
              }
            }
            const d = f64x2.splat(<f64>pixels);
            v128.store(y + c, halves(f64x2.div(s0, d), f64x2.div(s1, d)));
            continue;
          }
          let s = f32x4.splat(0);
          for (let iy = y0; iy < y1; iy++) {
            let p = x + times(iy, row) + times(x0, pixel) + c;
            for (const end = p + times(x1 - x0, pixel); p < end; p += pixel) s = f32x4.add(s, v128.load(p));
          }
          v128.store(y + c, f32x4.div(s, n));
        }
      }
    }
  }
}

/** dx = Σ over the windows a pixel lies in of dy / pixels of the window. Shares are images. */
function averagePoolBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Pool>(record);
  const pixel = <usize>ld(a.channels) << 2, row = pixel * a.width;
  const yImage = pixel * a.outHeight * a.outWidth, xImage = row * a.height;
  const r1 = <usize>shareStart(rows, part + 1, parts);
  for (let r = <usize>shareStart(rows, part, parts); r < r1; r++) {
    let dy = a.y + r * yImage;
    const dx = a.x + r * xImage;
    memory.fill(dx, 0, xImage);
    for (let oy = 0; oy < a.outHeight; oy++) {
      const y0 = max(0, oy * a.strideY - a.top), y1 = min(a.height, oy * a.strideY - a.top + a.poolHeight);
      for (let ox = 0; ox < a.outWidth; ox++, dy += pixel) {
        const x0 = max(0, ox * a.strideX - a.left), x1 = min(a.width, ox * a.strideX - a.left + a.poolWidth);
        const n = f32x4.splat(<f32>((y1 - y0) * (x1 - x0)));
        for (let c: usize = 0; c < pixel; c += 16) {
          const d = f32x4.div(v128.load(dy + c), n);
          for (let iy = y0; iy < y1; iy++) {
            let p = dx + times(iy, row) + times(x0, pixel) + c;
            for (const end = p + times(x1 - x0, pixel); p < end; p += pixel) v128.store(p, f32x4.add(v128.load(p), d));
          }
        }
      }
    }
  }
}

export const AVERAGE_POOL_FORWARD: i32 = averagePoolForward.index;
export const AVERAGE_POOL_BACKWARD: i32 = averagePoolBackward.index;
