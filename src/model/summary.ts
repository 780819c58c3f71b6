/** A network as a table. */

import { kindOf } from "../layers/registry.ts";
import { type Layer, parametersOf } from "../plan/operation.ts";
import { showShape, sizeOf } from "../shape.ts";
import { type Internals, internalsOf } from "./internals.ts";
import type { Model } from "./model.ts";

/** What one row of a summary says. */
export interface LayerSummary {
  name: string;
  type: string;
  activation?: string;
  inputShape: readonly number[];
  outputShape: readonly number[];
  /** 0 where they are those of another layer: see weightsOf. */
  parameters: number;
  /** Bytes of the parameters as float32. */
  bytes: number;
  /** In a graph: names of the inputs and layers it is applied to. */
  inputs?: string[];
  /** In a graph: the layer it has its weights from, which is applied once more here. */
  weightsOf?: string;
}

/** Other layers pass values on: no use in calling that linear. */
const hasActivation = ({ type }: Layer): boolean => "activation" in (kindOf(type)?.fields().fields ?? {});

/** The lines of a summary as data: each layer of a model with its shape and its parameters. */
export const layerSummaries = (model: Model): LayerSummary[] => summariesOf(internalsOf(model));

function summariesOf({ built, builder }: Internals): LayerSummary[] {
  const connections = builder.connectionsOf?.(built.architecture);
  return built.layers.map((layer, i) => {
    const connection = connections?.[i];
    const own = connection?.weightsOf ? [] : parametersOf(layer);
    const parameters = own.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
    return {
      name: layer.name,
      type: layer.type,
      ...(layer.activation && hasActivation(layer) && { activation: layer.activation }),
      inputShape: layer.inputShape,
      outputShape: layer.outputShape,
      parameters,
      bytes: parameters * 4,
      ...connection,
    };
  });
}

/** What a layer does, in a cell. */
function kindIn({ type, activation }: LayerSummary): string {
  if (!activation) return type;
  if (type === "activation") return activation;
  return activation === "linear" ? type : `${type}, ${activation}`;
}

/**
 * @see Model.summary
 *
 * A graph has inputs and outputs as rows of their own, and a column that says what each row is made of.
 */
export function describe(internals: Internals): string {
  const { built: network, builder } = internals;
  const { architecture, outputShapes } = network;
  const graph = builder.connectionsOf;
  const layers = summariesOf(internals).map((layer) => [
    layer.name,
    kindIn(layer) + (layer.weightsOf ? ` (weights of ${layer.weightsOf})` : ""),
    showShape(layer.outputShape),
    layer.parameters.toLocaleString("en"),
    layer.inputs?.join(", ") ?? "",
  ]);
  const rows = [
    ...architecture.inputs.map(({ name, shape }) => [name, graph ? "input" : "", showShape(shape), "", ""]),
    ...layers,
    ...(graph
      ? architecture.outputs.map(({ name, layer }, i) => {
          return [name, "output", showShape(outputShapes[i]), "", layers[layer][0]];
        })
      : []),
  ];
  const head = ["Layer", "Type", "Output", "Parameters", ...(graph ? ["Connected to"] : [])];
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c].length)));
  const line = (cells: readonly string[]) =>
    widths
      .map((width, c) => (c === 3 ? cells[c].padStart(width) : cells[c].padEnd(width)))
      .join("  ")
      .trimEnd();
  const rule = widths.map((w) => "─".repeat(w)).join("  ");
  const total = network.parameterCount;
  const trained = network.trainableCount;
  return [
    line(head),
    rule,
    ...rows.map(line),
    rule,
    `${total.toLocaleString("en")} parameters, ${(total * 4).toLocaleString("en")} bytes${trained < total ? `; ${trained.toLocaleString("en")} of them are trained` : ""}`,
  ].join("\n");
}
