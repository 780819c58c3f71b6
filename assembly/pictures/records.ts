// What the host writes into memory before a picture is decoded.

/** A component of a JPEG: a plane of samples. Its place and its fields are set by src/data/images/jpeg/memory.ts, in this order. */
@unmanaged
export class Component {
  /** Samples, whole blocks of 8 × 8. */
  plane: usize;
  /** Samples of a row of the plane. */
  stride: i32;
  /** 64 quantisation steps, int32, in zigzag order. */
  steps: usize;
  /** Tables of Huffman codes. */
  dc: usize;
  ac: usize;
  /** The last DC coefficient. */
  before: i32;
  /** Blocks of an MCU across and down. */
  h: i32;
  v: i32;
  /** Progressive: 64 coefficients of each block, int16, row by row within it. */
  coefficients: usize;
  /** Samples that the picture needs. */
  width: i32;
  height: i32;
  /** Pixels of the picture for each sample, across and down. */
  across: i32;
  down: i32;
  /** Room for one row of the picture's width. */
  row: usize;
}
