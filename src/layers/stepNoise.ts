/** Dropout of sequences: a row loses the same values in all its steps (Gal & Ghahramani 2016). Twin of assembly/layers/stepNoise.ts. */
import type { Range } from "../plan/builder.ts";
import type { Site } from "../plan/operation.ts";
import { streamOf } from "./noise.ts";

const threshold = (rate: number): number => Math.min(4294967295, Math.round(rate * 4294967296));

/** Streams of one layer: of its inputs as dropout() has it, and of its states. */
const OF_STATES = 128;

/** [rows, units]: 0 where a value is dropped, else 1 / (1 − rate). */
export function emitNoise({ builder }: Site, stream: number, units: number, rate: number): Range {
  const y = builder.tensor("dropout of steps", [units]);
  const scale = 1 / (1 - rate);
  builder.emit("STEP_NOISE", { y, step: builder.step, units, stream, threshold: threshold(rate), scale });
  return y;
}

/** What states are multiplied by; 0 where nothing is dropped. */
export const emitStateNoise = (site: Site, units: number, rate: number): Range | 0 =>
  rate === 0 ? 0 : emitNoise(site, streamOf(site) + OF_STATES, units, rate);

/** Inputs with some of them dropped; backward their gradient, in its place. */
export function emitStepNoise(
  site: Site,
  x: Range,
  shape: readonly number[],
  rate: number,
  backward = false,
): Range {
  if (rate === 0) return x;
  const { builder, output, saved } = site;
  const [steps, units] = shape;
  const noise = saved.get("noise") ?? emitNoise(site, streamOf(site), units, rate);
  saved.set("noise", noise);
  const y = backward ? x : output(shape);
  builder.emit("STEP_DROPOUT", { y, x, noise, steps, units });
  return y;
}
