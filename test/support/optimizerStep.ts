/** Steps of an optimizer alone: its kernels, reached through their twins in src/optimizers the way a plan reaches them. */
import { type OptimizerConfig, optimizers } from "../../src/optimizers/table.ts";
import { emitUpdate, slotsOf } from "../../src/optimizers/update.ts";
import type { PlanBuilder } from "../../src/plan/builder.ts";
import { Bed } from "./kernel.ts";

export const numberOf = (initial: number | "weights"): number => (initial === "weights" ? 0 : initial);

/** n parameters and what an optimizer needs beside them, in a bed. */
export class Training {
  readonly bed = new Bed();
  readonly at: { w: number; dw: number; average: number; slots: number[]; n: number };

  constructor(
    readonly config: OptimizerConfig,
    w: ArrayLike<number>,
  ) {
    const n = w.length;
    const range = (name: string, fill: number) => {
      const offset = this.bed.alloc(name, n * 4);
      this.bed.core.f32(offset, n).fill(fill);
      return offset;
    };
    const slots = slotsOf(config).map(({ name, initial }) => range(name, numberOf(initial)));
    this.at = { w: range("w", 0), dw: range("dw", 0), average: range("average", 0), slots, n };
    this.w.set(w);
  }

  get w(): Float32Array {
    return this.bed.core.f32(this.at.w, this.at.n);
  }
  slot(i: number): Float32Array {
    return this.bed.core.f32(this.at.slots[i], this.at.n);
  }

  /** One step as the tape would take it, in `parts` shares. */
  step(step: number, rate: number, gradient: ArrayLike<number>, parts = 1): void {
    const { bed } = this;
    bed.core.f32(this.at.dw, this.at.n).set(gradient);
    bed.core.f32(bed.step, 1)[0] = rate;
    bed.core.i32(bed.step + 8, 1)[0] = step;
    const builder = {
      step: bed.step,
      core: bed.core,
      alloc: (name: string, bytes: number) => bed.alloc(name, bytes),
      emit: (kernel: Parameters<Bed["run"]>[0], fields: never) => bed.run(kernel, fields, 1, parts),
    };
    emitUpdate(
      builder as unknown as PlanBuilder,
      { kind: optimizers[this.config.name], config: this.config },
      this.at,
    );
  }
}
