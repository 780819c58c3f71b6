/** What a graph is read with, and what comes of it. */
import type { Building } from "../building.ts";
import type { Problem } from "../problems.ts";
import type { Constant } from "./value.ts";

export interface GraphOptions {
  /** Makes an empty one; given by whoever loads this code, which so brings no layers along. */
  readonly building: () => Building;
  readonly opset: number;
  /** The axis of the batch; false: there is none. Undefined: found out. */
  readonly batch?: number | false;
  readonly dimensions?: Readonly<Record<string, number>>;
  /** Values of inputs and initializers, by name. */
  readonly constants: ReadonlyMap<string, Constant>;
  /** Whether inputs stay as the file has them, even where another order would save moving their axes. */
  readonly keep: boolean;
  /** Sizes of what is made of shapes, at most. */
  readonly most: number;
}

/** A model's input or output, and which of the file's axes each of its axes is. */
export interface Port {
  readonly name: string;
  readonly file: string;
  readonly shape: readonly number[];
  readonly axes: readonly number[];
  /** Which of the file's axes is the batch, where that is another than the model's. */
  readonly batch?: number;
}
export interface ReadGraph {
  readonly building: Building;
  readonly inputs: readonly Port[];
  readonly outputs: readonly (Port & { readonly layer: string })[];
  readonly batch: number | false;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}
