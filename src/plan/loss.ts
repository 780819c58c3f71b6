/** What a loss is to a plan. The losses themselves are in src/losses. */
import type { KernelsWith } from "../core/layouts.ts";

/** Values of a batch: data is dense and row-major. */
export interface Batch {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  readonly length: number;
  row(index: number): Float32Array;
  toArray(): number[][];
  argMax(): Int32Array;
}

/** Asks a loss of the program's own. */
export type AskLoss = (outputs: Batch, targets: Batch, gradient: boolean) => OwnLosses | Promise<OwnLosses>;

/** What a loss of the program's own gives for a batch. */
export interface OwnLosses {
  /** The loss of each row, or one number for all of them. */
  readonly losses: number | ArrayLike<number>;
  /** Its derivative with respect to the outputs, where asked for. */
  readonly gradient?: { readonly data: ArrayLike<number>; readonly shape: readonly number[] };
}

/**
 * Which targets make sense of a loss: "probability", each from 0 to 1; "distribution", those of a row ≥ 0 with the sum 1; "one-hot", a 1
 * for the class and 0 for others; "sign", −1 and 1, or 0 and 1; "binary", 0 and 1.
 */
export type Domain = "probability" | "distribution" | "one-hot" | "sign" | "binary";

export interface Loss {
  readonly name: string;
  /** Where it is a pair of functions of the program's own: these, or what calls them. Such a loss has no kernel. */
  readonly own?: AskLoss | { readonly name: string };
  /**
   * The kernel for outputs after this activation; fused kernels compute the activation too and take z. "computed": whatever the activation
   * was, the kernel takes its values. None where it is computed elsewhere.
   */
  kernel(
    after: string,
  ):
    | { readonly kernel: KernelsWith<"FusedLoss">; readonly fused: true }
    | { readonly kernel: KernelsWith<"Loss">; readonly fused: false }
    | undefined;
  /** Whether it compares distributions over the last axis: of images and sequences one for each pixel, of which it is the mean. */
  readonly lastAxis: boolean;
  /** The activation it computes for outputs that are linear, which are its logits then; undefined where it takes them as they are. */
  readonly logits: string | undefined;
  /** The record's field alpha for so many outputs. */
  alpha(units: number): number;
  /** What stands for "this class" and "another class" in targets. */
  readonly labels: { readonly on: number; readonly off: number };
  /** Which target values it takes. Default: any. */
  readonly domain?: Domain;
  /** What targets become before the loss sees them, y · keep + add as Keras smooths labels; metrics see y itself. */
  smoothing(units: number): { readonly keep: number; readonly add: number } | undefined;
  /** Whether its targets are classes by nature, so that one output can distinguish only two. */
  readonly classification: boolean;
  /** Whether what it gives is a rule for corrections instead of a gradient. */
  readonly rule: boolean;
}
