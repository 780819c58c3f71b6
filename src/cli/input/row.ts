/** A row that is predicted. */
import type { Inputs } from "../../data/dataset.ts";

export interface InputRow {
  name: string;
  /** As the model takes them: bytes are scaled as in training, float32 is not. */
  values: Inputs;
  /** The true class, where the input has one. */
  label?: number;
  /** Of a sequence whose steps are predicted one by one: how many it has, without those that fill the row up. */
  steps?: number;
  /** What was done to it before the model saw it. */
  note?: string;
}
