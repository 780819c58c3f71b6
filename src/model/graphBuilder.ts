/** Graphs as models: programs of chains have no code for data by name. */
import { graph } from "../layers/graph.ts";
import { inputsOf } from "../network/predict.ts";
import { checkFigures, namedDataset } from "../training/byName.ts";
import type { ModelBuilder } from "./made.ts";

export const graphBuilder: ModelBuilder = /* @__PURE__ */ Object.assign(
  { byName: { dataset: namedDataset, rows: inputsOf, checkFigures } },
  graph,
);
