// What the exporter writes into an exported model.

/** The exported model: written by the exporter. */
@unmanaged
export class Standalone {
  input: usize; // f32[maxRows, inputs] or u8[maxRows, inputs], without padding
  inputs: i32; // values of a row
  output: usize; // f32[maxRows, outputs], without padding once predict() has returned
  outputs: i32;
  maxRows: i32;
  scale: f32; // what bytes are multiplied by
  tape: usize;
  instructions: i32;
  step: usize;
  unpack: usize; // Unpack[tensors]
  tensors: i32;
  scratch: usize; // room for one tensor as f32
  staging: usize; // packed weights, then scratch: in the place of buffers, so zeros once they are unpacked
  stagingBytes: i32;
  states: usize; // of a model of steps: what it carries from step to step
  statesBytes: i32;
}

/** A parameter that lies in the file otherwise than in linear memory: row-major [k, out · groups], without padding. */
@unmanaged
export class Unpack {
  to: usize; // where kernels look for it
  from: usize;
  scales: usize; // bytes: f32[out · groups]
  bits: i32; // of an element: 32 and 16 are floats, 8 are signed bytes to be multiplied by their column's scale
  k: i32;
  out: i32;
  groups: i32;
  packed: i32; // 0: padded rows
}
