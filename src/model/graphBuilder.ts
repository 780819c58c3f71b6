/** Graphs as models: programs of chains have no code for data by name. */
import { recordDataset } from "../data/records.ts";
import { graph } from "../layers/graph.ts";
import type { ModelBuilder } from "./made.ts";

export const graphBuilder: ModelBuilder = /* @__PURE__ */ Object.assign({ recordDataset }, graph);
