/** Layers as PyTorch computes them: see test/golden/make_layers.py and make_spatial.py. */
import attended from "../../golden/attention.json";
import stored from "../../golden/layers.json";
import steps from "../../golden/recurrent.json";
import spatial from "../../golden/spatial.json";
import wrapped from "../../golden/wrappers.json";
import { near } from "../harness.ts";
import { values } from "../kernel.ts";
import type { ReferenceConfig, Shape } from "./index.ts";

/** All values, or every so-manieth and the dot product with w + sign w, w = values(length, 99). */
type Stored = readonly number[] | { length: number; every: number; values: readonly number[]; dot: number };

export interface Golden {
  config: ReferenceConfig;
  inputShape: Shape;
  rows: number;
  /** Default true. */
  training?: boolean;
  /** x is values · scale + shift. */
  scale?: number;
  shift?: number;
  outputShape: Shape;
  y: Stored;
  dx: Stored;
  gradients?: Record<string, Stored>;
  moving?: Record<string, Stored>;
}

/** The same for layers that walk the steps of sequences: make_recurrent.py. */
export const recurrentGoldens = steps as unknown as readonly (Golden & { from: "torch" | "keras" })[];

/** Of layers that hold others: make_wrappers.py. */
export const wrapperGoldens = wrapped as unknown as readonly Golden[];

/** Attention, whose inputs may be several and padded: make_attention.py. */
export interface Attended {
  from: "torch" | "keras";
  config:
    | { type: "attention"; useScale?: boolean; causal?: boolean }
    | { type: "multiHeadAttention"; outputShape?: number };
  /** Of a query, a value and a key, as many as there are. */
  shapes: readonly Shape[];
  rows: number;
  /** For each input how many steps each row has. */
  lengths?: readonly (readonly number[] | null)[];
  /** Whether y is the mean over steps. */
  mean?: boolean;
  y: Stored;
  dxs: readonly Stored[];
  gradients: Record<string, Stored>;
}
export const attendedGoldens = attended as unknown as readonly Attended[];

export const goldens = [...stored, ...spatial] as unknown as readonly Golden[];

/** Throws unless `got` is what is stored, within tolerance · (1 + |value|). */
export function nearStored(what: string, got: ArrayLike<number>, want: Stored, tolerance: number): void {
  if (!("dot" in want)) return near(what, got, want, tolerance);
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} values, expected ${want.length}`);
  const some = Array.from(want.values, (_, i) => got[i * want.every]);
  near(`${what}, every ${want.every}th`, some, want.values, tolerance);
  const weights = values(want.length, 99);
  const dot = weights.reduce((sum, w, i) => sum + (w + Math.sign(w)) * got[i], 0);
  near(`${what}, dot product`, [dot], [want.dot], tolerance * 2 * Math.sqrt(want.length));
}

/** "conv2d of [5,6,3], 2 rows: filters 8, …" */
export function title({ config, inputShape, rows, training = true, scale, shift }: Golden): string {
  const { type, ...rest } = config;
  const how = [training ? "" : "predicting", scale ? `x · ${scale}` : "", shift ? `x + ${shift}` : ""];
  const said = [JSON.stringify(rest), ...how.filter(Boolean)].join(", ");
  return `${type} of [${inputShape}], ${rows} rows: ${said}`;
}
