// Decoupled weight decay (Loshchilov & Hutter 2019), before the optimizer's own move, as in Keras.

import { Step } from "../tape";
import { flatStart } from "./flat";

@unmanaged
export class Decay {
  w: usize;
  n: i32;
  step: usize;
  decay: f32;
}

/** w −= rate · decay · w */
function decay(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Decay>(record);
  const share = f32x4.splat(changetype<Step>(a.step).rate * a.decay);
  const end = a.w + flatStart(a.n, part + 1, parts);
  for (let w = a.w + flatStart(a.n, part, parts); w < end; w += 16) {
    const x = v128.load(w);
    v128.store(w, f32x4.sub(x, f32x4.mul(share, x)));
  }
}

export const DECAY: i32 = decay.index;
