/** All layers there are: for documents and files, which may name any of them. */
import type { Layer } from "../plan/operation.ts";
import { ALL } from "./all.ts";
import { buildChain } from "./chain.ts";
import type { LayerConfig } from "./configs.ts";
import type { LayerKind } from "./layer.ts";
import { register } from "./registry.ts";

const kinds: Readonly<Record<string, { readonly kind: LayerKind }>> = ALL;

/** Lets models be built of whatever is described: call it before layers come from a document instead of their factories. */
export function registerAll(): void {
  for (const [type, { kind }] of Object.entries(kinds)) register(type, kind);
}

/** Builds a chain of layers of any type: see buildChain(). */
export const buildLayers = (configs: readonly LayerConfig[], inputShape: readonly number[]): Layer[] =>
  buildChain(configs, inputShape, (type) => (Object.hasOwn(kinds, type) ? kinds[type].kind : undefined));
