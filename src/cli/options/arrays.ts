/** Flags of arrays: for train, data, evaluate and whatever else opens them. */
import type { Command } from "commander";
import { SCALINGS, type Scaling } from "../../data/values/inputs.ts";
import { NablaError } from "../../errors.ts";
import type { OpenDataOptions, OpenedData } from "../../node/dataFiles.ts";
import { names, oneOf } from "./values.ts";

/** Undefined: not given. */
export interface ArrayFlags {
  arrays?: string[];
  scaling?: "auto" | Scaling;
}

export const arrayFlags = (command: Command): Command =>
  command
    .option(
      "--arrays <X,Y>",
      "npz: names of the inputs and the targets; two more for a test part, two for a validation part",
      names("--arrays"),
    )
    .option(
      "--scaling <HOW>",
      "npz, IDX: pixels (0 to 255), standardise or none (default: auto, as the values are)",
      oneOf("--scaling", SCALINGS),
    );

/** What openData() is told of them. */
export const arrayOptions = ({
  arrays,
  scaling,
}: ArrayFlags): Pick<OpenDataOptions, "arrays" | "scaling"> => ({
  ...(arrays && { arrays }),
  ...(scaling && { scaling }),
});

/** @throws NablaError for flags that say nothing about such data */
export function checkArrayFlags({ arrays, scaling }: ArrayFlags, { kind, name }: OpenedData): void {
  const other = `${name} is something else`;
  if (arrays && kind !== "npz") throw new NablaError(`--arrays is for npz archives; ${other}`);
  if (scaling && kind !== "npz" && kind !== "idx")
    throw new NablaError(`--scaling is for npz archives and IDX files; ${other}`);
}
