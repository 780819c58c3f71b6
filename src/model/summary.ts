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

function summariesOf({ built, topology }: Internals): LayerSummary[] {
  const { inputs, layers } = built.architecture;
  /** The layer that first had each parameter. */
  const owners = new Map<string, string>();
  return layers.map((layer) => {
    const { name, type, activation, inputShape, outputShape } = layer;
    const all = parametersOf(layer);
    const own = all.filter(({ layer, spec }) => {
      const key = `${layer}.${spec.name}`;
      return !owners.has(key) && owners.set(key, name);
    });
    const parameters = own.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
    const weightsOf = own.length < all.length ? owners.get(`${all[0].layer}.${all[0].spec.name}`) : undefined;
    return {
      name,
      type,
      ...(activation && hasActivation(layer) && { activation }),
      inputShape,
      outputShape,
      parameters,
      bytes: parameters * 4,
      ...(topology.outputs && {
        inputs: layer.inputs.map((value) => (inputs[value] ?? layers[value - inputs.length]).name),
        ...(weightsOf && { weightsOf }),
      }),
    };
  });
}

/**
 * @see Model.summary
 *
 * A graph has inputs and outputs as rows of their own, and a column that says what each row is made of.
 */
export function describe(internals: Internals): string {
  const { built: network, topology } = internals;
  const { outputs } = topology;
  const layers = summariesOf(internals).map((layer) => {
    const { activation = "", type, weightsOf } = layer;
    const called =
      activation && type === "activation"
        ? activation
        : activation && activation !== "linear"
          ? `${type}, ${activation}`
          : type;
    return [
      layer.name,
      weightsOf ? `${called} (weights of ${weightsOf})` : called,
      showShape(layer.outputShape),
      layer.parameters.toLocaleString("en"),
      layer.inputs?.join(", ") ?? "",
    ];
  });
  const { architecture, outputShapes } = network;
  const rows = [
    ...architecture.inputs.map(({ name, shape }) => [name, outputs ? "input" : "", showShape(shape), "", ""]),
    ...layers,
    ...(outputs
      ? architecture.outputs.map(({ name, layer }, i) => {
          return [name, "output", showShape(outputShapes[i]), "", layers[layer][0]];
        })
      : []),
  ];
  const head = ["Layer", "Type", "Output", "Parameters", ...(outputs ? ["Connected to"] : [])];
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c].length)));
  const line = (cells: readonly string[]) =>
    head
      .map((_, c) => (c === 3 ? cells[c].padStart(widths[c]) : cells[c].padEnd(widths[c])))
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
