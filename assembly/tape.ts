// The tape: instructions are pairs (function-table index, record), run in order.

/** What changes from step to step. Records of losses and optimizers point here. */
@unmanaged
export class Step {
  rate: f32; // learning rate of this step
  scale: f32; // what the loss of one row is multiplied by: 1 / rows of the whole batch
  step: i32; // steps taken before this one
  status: i32; // not 0: stop the tape. See STATUS_… in losses/
  loss: f32; // Σ over rows of the weighted loss, times scale, plus penalties
  first: i32; // number of the first row within its batch: above 0 where a batch is run in several pieces, whose gradients add up
  seedLow: u32; // key of the random numbers
  seedHigh: u32;
  sumLow: u32; // Σ losses of the batch's rows so far: a double in two halves, which LOSS_REDUCE carries from piece to piece
  sumHigh: u32;
  shard: i32; // number within its batch of the row that is row 0 to the fields above: not 0 where a batch is cut into shards, src/training/shards.ts
}

/** Runs instructions `from` … `to` on `rows` rows. Returns how many ran: fewer than asked where status was set. */
export function run(tape: usize, from: i32, to: i32, rows: i32, step: usize): i32 {
  return runPart(tape, from, to, rows, step, 0, 1);
}

/** The share `part` of `parts` of the same. With one instruction at a time this is what a thread does between barriers. */
export function runPart(tape: usize, from: i32, to: i32, rows: i32, step: usize, part: i32, parts: i32): i32 {
  const s = changetype<Step>(step);
  let i = from;
  for (let p = tape + (<usize>from << 3); i < to && s.status == 0; i++, p += 8) {
    call_indirect<void>(load<i32>(p), load<usize>(p, 4), rows, part, parts);
  }
  return i - from;
}
