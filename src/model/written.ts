/** What models are made of that come from documents: chains and graphs. */
import type { Topology } from "../layers/configs.ts";
import { builderOf } from "../layers/graph.ts";
import type { Written } from "./model.ts";

/** @param model a checked description, every default written out */
export const writtenFrom = ({ layers, outputs }: Topology): Written => {
  const topology = { layers, ...(outputs && { outputs }) };
  return { topology, builder: builderOf(topology) };
};
