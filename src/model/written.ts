/** What models are made of that come from documents: chains and graphs. */
import { chain, nameLayers } from "../layers/chain.ts";
import type { Topology } from "../layers/configs.ts";
import { graphBuilder } from "./graphBuilder.ts";
import type { Written } from "./made.ts";

/** @param model a checked description, every default written out */
export const writtenFrom = ({ layers, outputs }: Topology): Written => {
  // layers of a graph are found by their names
  const topology = outputs ? { layers: nameLayers(layers), outputs } : { layers };
  return { topology, builder: outputs ? graphBuilder : chain };
};
