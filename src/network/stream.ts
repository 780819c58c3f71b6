/** Opens streams. The code of streams comes with the layers that carry a state. */
import { inUnits } from "../data/targetScale.ts";
import { NablaError } from "../errors.ts";
import { type Builder, everyLayer } from "../layers/chain.ts";
import type { Topology } from "../layers/configs.ts";
import { kindOf } from "../layers/registry.ts";
import type { OpenStream, Stream, StreamOptions } from "../layers/stream.ts";
import { checkRows } from "./checkRows.ts";
import type { InferenceNetwork } from "./inference.ts";
import { kindsOfRows } from "./predict.ts";

/** @throws NablaError for models that have no such layer, and for layers that need all steps at once */
export function streamOf(
  network: () => InferenceNetwork,
  { topology, builder }: { readonly topology: Topology; readonly builder: Builder },
  options?: StreamOptions,
): Stream {
  for (const { type } of everyLayer(topology.layers)) {
    const open = kindOf(type)?.streams as OpenStream | undefined;
    if (open) return open(network, topology, builder, kindsOfRows, checkRows, inUnits, options);
  }
  throw new NablaError("stream: the model has no recurrent layer; use predict()");
}
