/** What a layer is to the rest: shapes, parameters, and the instructions it puts on the tape. */
import type { InitializerConfig } from "../initializers/index.ts";
import type { PlanBuilder, Range } from "../plan/builder.ts";

/** How a parameter lies in linear memory: plain values, or a matrix in panels (see ARCHITECTURE.md). */
export type Layout = "vector" | "panels";

export interface Parameter {
  /** "kernel", "bias": with the layer's name, the tensor's name in a checkpoint. */
  readonly name: string;
  /** Outside linear memory the values are row-major in this shape. */
  readonly shape: readonly number[];
  readonly layout: Layout;
  readonly initializer: InitializerConfig;
  readonly fanIn: number;
  readonly fanOut: number;
  /** Penalties l1·|w| + l2·w² added to the loss. */
  readonly l1: number;
  readonly l2: number;
}

/** Where a parameter and its gradient lie, as fixed ranges. */
export interface Placed {
  readonly value: Range;
  readonly gradient: Range;
}

/** What an operation needs to know while it writes its part of a plan. */
export interface Site {
  readonly builder: PlanBuilder;
  /** Keep what backward() needs, or let buffers be used again. */
  readonly training: boolean;
  parameter(name: string): Placed;
  /** A [rows, units] buffer for an output: one of its own when training, else one of two that alternate. */
  output(units: number): Range;
  /** The other one of two [rows, units] gradient buffers. */
  gradient(units: number): Range;
}

/** One step of the network: most layers are one, a dense layer with an activation is two. */
export interface Operation {
  readonly layer: string;
  readonly kind: string;
  readonly parameters: readonly Parameter[];
  /** Puts the forward instructions on the tape. Returns where y is: a buffer of its own, or x where x may be overwritten. */
  forward(site: Site, x: Range): Range;
  /**
   * Puts the backward instructions on the tape: gradients of parameters, then dx if `needed`. x and y are what forward()
   * was given and returned. dy may be overwritten.
   */
  backward(site: Site, x: Range, y: Range, dy: Range, needed: boolean): Range;
}

export interface Layer {
  readonly name: string;
  readonly type: string;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly operations: readonly Operation[];
  /** The activation's name, for summaries and for pairing with a loss. */
  readonly activation?: string;
}
