// What the pooling layers share: their argument record and where a window meets the image.

@unmanaged
export class Pool {
  y: usize; // backward: dy
  x: usize; // backward: dx
  index: usize; // MAX_POOL…: which pixel of its window each output came from, int32 like y; 0: not wanted
  height: i32;
  width: i32;
  channels: i32;
  poolHeight: i32;
  poolWidth: i32;
  strideY: i32;
  strideX: i32;
  top: i32;
  left: i32;
  outHeight: i32;
  outWidth: i32;
}

/** Whether every pixel lies in at most one window, and every window in the image. @inline */
export function apart(a: Pool): bool {
  return a.top == 0 && a.left == 0 && a.strideY >= a.poolHeight && a.strideX >= a.poolWidth
    && (a.outHeight - 1) * a.strideY + a.poolHeight <= a.height && (a.outWidth - 1) * a.strideX + a.poolWidth <= a.width;
}

/** Whether windows that lie apart cover the whole image. @inline */
export function cover(a: Pool): bool {
  return a.outHeight * a.poolHeight == a.height && a.outWidth * a.poolWidth == a.width;
}
