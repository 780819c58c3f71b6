/** What a schedule is: its fields, and η(t). */
import { type Kind, number } from "../fields/fields.ts";

/** Functions whose bits are the same on every engine, from src/math/elementary.ts. */
export interface Elementary {
  cos(x: number): number;
  pow(x: number, y: number): number;
}

export interface ScheduleKind extends Kind {
  /** Its numbers in the order in which the short form gives them. */
  readonly short: readonly string[];
  /**
   * The learning rate, from arithmetic whose bits are the same on every engine.
   *
   * @param config what its fields hold
   * @param base η before the schedule
   * @param t epochs since the warm-up, in fractions
   * @param span epochs after the warm-up, in all
   * @param math what it is computed with, besides operators
   */
  rate(
    config: Readonly<Record<string, unknown>>,
    base: number,
    t: number,
    span: number,
    math: Elementary,
  ): number;
  /** Whether a rate depends on how many epochs are trained in all. */
  dependsOnEpochs?(config: Readonly<Record<string, unknown>>): boolean;
}

export const warmup = () => ({
  warmupEpochs: number({
    min: 0,
    default: 0,
    doc: DOCS && "Epochs in which the rate first rises evenly from 0 (fractions allowed).",
  }),
});
export const decayEpochs = () =>
  number({
    exclusiveMin: 0,
    default: 1,
    doc: DOCS && "Epochs for which t grows by 1; in between it is a fraction.",
  });
