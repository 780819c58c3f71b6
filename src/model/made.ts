/** What models are made of, and what is asked of those that have one input or output only. */
import { NablaError } from "../errors.ts";
import { type Builder, chain } from "../layers/chain.ts";
import type { Topology } from "../layers/configs.ts";
import { checkChain, withShape } from "../layers/layerFields.ts";
import type { Input } from "../plan/operation.ts";
import type { ReadsRecords } from "../training/arguments.ts";

/** What builds a model, and how it reads arrays by name where it may have several inputs or outputs. */
export type ModelBuilder = Builder & ReadsRecords;

/** What a model is made of, and what builds it. */
export interface Written {
  readonly topology: Topology;
  readonly builder: ModelBuilder;
  readonly inputShape?: readonly number[];
  /** Whether it is from a file. */
  readonly stored?: boolean;
  /** The layers of the program that each of the topology's is made from. */
  readonly given?: readonly unknown[];
}

/** A list of layers. */
export function chainOf(layers: readonly unknown[]): Written {
  const { configs, inputShape } = withShape(layers, checkChain);
  return { topology: { layers: configs }, builder: chain, inputShape, given: layers };
}

/** The shape of the only one. @param who begins the error */
export function only(all: readonly Input[], who: string, instead: string): readonly number[] {
  if (all.length === 1) return all[0].shape;
  throw new NablaError(
    `${who}: the model has ${all.length} ${instead} (${all.map(({ name }) => name).join(", ")}); see model.${instead}`,
  );
}
