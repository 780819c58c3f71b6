/** One way of writing a digit; `skeletons.ts` says how to read the forms. */
export interface Habit {
  /** How often it is chosen, against the digit's other habits. */
  readonly weight: number;
  readonly forms: readonly string[];
}
