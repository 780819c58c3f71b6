/** Types of layers as documents hold them and as programs write them: they follow from the fields of each. */
import type { Infer, Input, Simple } from "../fields/fields.ts";
import type * as index from "./index.ts";
import type { First } from "./layer.ts";

type Index = typeof index;
// conditional, so that asking for some of the types does not ask for all: those that hold layers are made of the others
type FieldsOf<K> = K extends keyof Index
  ? Index[K] extends { readonly kind: { readonly fields: () => infer F } }
    ? F
    : never
  : never;

// Unions with names, which the compiler keeps only where a name stands for a look-up itself. It writes out others wherever a field of
// layers is used, which makes declarations five times as long.
type Outs<K extends string> = {
  [T in K]: Simple<{ type: T } & Connected & Infer<FieldsOf<T>>>;
};
type Ins<K extends string> = { [T in K]: Simple<{ type: T } & Input<FieldsOf<T>>> };
/** Layers that hold no other layers. */
type SimpleName = {
  [K in keyof Index]: Index[K] extends { readonly kind: { readonly inner: unknown } } ? never : K;
}[keyof Index];
export type SimpleLayerConfig = Outs<SimpleName>[SimpleName];
export type SimpleLayerInput = Ins<SimpleName>[SimpleName];

/** With every default filled in. */
export type LayerConfig = Outs<keyof Index>[keyof Index];
/** As documents are written. */
export type LayerDocument = Ins<keyof Index>[keyof Index];

/** Where a layer stands in a graph. */
export interface Connected {
  /** Names of the layers it is applied to. Default: the one before it. */
  inputs?: readonly string[];
}

/** What a model is built from: layers that follow each other, or a graph of them. */
export interface Topology {
  readonly layers: readonly LayerConfig[];
  /** Of a graph: by name, the layers whose values are its outputs. */
  readonly outputs?: Readonly<Record<string, string>>;
}
/** A layer as programs write it: what dense(), conv2d() and the others return. */
export type LayerInput = { [T in keyof Index]: { type: T } & Input<FieldsOf<T>> & First }[keyof Index];
