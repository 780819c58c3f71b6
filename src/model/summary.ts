/** A network as a table. */

import { kindOf } from "../layers/registry.ts";
import type { Network } from "../network/network.ts";
import { type Layer, parametersOf } from "../plan/operation.ts";
import { showShape, sizeOf } from "../shape.ts";

/** What one row of a summary says. */
export interface LayerSummary {
  name: string;
  type: string;
  activation?: string;
  inputShape: readonly number[];
  outputShape: readonly number[];
  parameters: number;
  /** Bytes of the parameters as float32. */
  bytes: number;
}

/** Other layers pass values on: no use in calling that linear. */
const hasActivation = ({ type }: Layer): boolean => "activation" in (kindOf(type)?.fields().fields ?? {});

/** The lines of a summary as data: each layer of a model with its shape and its parameters. */
export function layerSummaries({ layers }: { readonly layers: readonly Layer[] }): LayerSummary[] {
  return layers.map((layer) => {
    const parameters = parametersOf(layer).reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
    return {
      name: layer.name,
      type: layer.type,
      ...(layer.activation && hasActivation(layer) && { activation: layer.activation }),
      inputShape: layer.inputShape,
      outputShape: layer.outputShape,
      parameters,
      bytes: parameters * 4,
    };
  });
}

export function describe(network: Network): string {
  const layers = layerSummaries(network).map((layer) => [
    layer.name,
    layer.activation && layer.activation !== "linear" && layer.type !== "activation"
      ? `${layer.type}, ${layer.activation}`
      : layer.activation && layer.type === "activation"
        ? layer.activation
        : layer.type,
    showShape(layer.outputShape),
    layer.parameters.toLocaleString("en"),
  ]);
  const rows = [["input", "", showShape(network.inputShape), ""], ...layers];
  const head = ["Layer", "Type", "Output", "Parameters"];
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, c) => (c === 3 ? cell.padStart(widths[c]) : cell.padEnd(widths[c])))
      .join("  ")
      .trimEnd();
  const total = network.parameterCount;
  const trained = network.trainableCount;
  return [
    line(head),
    widths.map((w) => "─".repeat(w)).join("  "),
    ...rows.map(line),
    widths.map((w) => "─".repeat(w)).join("  "),
    `${total.toLocaleString("en")} parameters, ${(total * 4).toLocaleString("en")} bytes${trained < total ? `; ${trained.toLocaleString("en")} of them are trained` : ""}`,
  ].join("\n");
}
