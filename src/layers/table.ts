/** All layers there are: for documents and files, which may name any of them. */
import type { Architecture } from "../plan/operation.ts";
import type { Shape } from "../shape.ts";
import { ALL } from "./all.ts";
import type { Topology } from "./configs.ts";
import { builderOf } from "./graph.ts";
import type { LayerKind } from "./kind.ts";
import { registerEach } from "./registry.ts";

const kinds: Readonly<Record<string, { readonly kind: LayerKind }>> = ALL;

/** Lets models be built of whatever is described: call it before layers come from a document instead of their factories. */
export function registerAll(): void {
  registerEach(Object.entries(kinds).map(([type, { kind }]) => [type, kind]));
}

/** Builds a chain or a graph of layers of any type. */
export const buildLayers = (topology: Topology, inputShape: Shape): Architecture =>
  builderOf(topology).build(topology, inputShape, (type) =>
    Object.hasOwn(kinds, type) ? kinds[type].kind : undefined,
  );
