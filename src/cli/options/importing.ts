/** Flags of `nabla import`. */
import type { Command } from "commander";
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import type { Action, Run } from "./action.ts";
import { wholeOption } from "./values.ts";

/** height=224, of which there may be several. */
function dimension(text: string, known: Readonly<Record<string, number>> = {}): Record<string, number> {
  const [, name, size] = /^(.+)=([1-9][0-9]*)$/.exec(text) ?? [];
  if (name === undefined || size === undefined)
    throw new NablaError(`--dimension: expected a name and a size, such as height=224, got ${show(text)}`);
  return Object.fromEntries([...Object.entries(known), [name, Number(size)]]);
}

/** 0, 1 or none. */
function batch(text: string): number | false {
  return text === "none" ? false : wholeOption("--batch", 0)(text);
}

export function importCommand(command: Command, run: Run): void {
  command
    .command("import")
    .description(
      "a model that another program made, as one of nabla's: to predict, to train further, to export",
    )
    .argument("<FILE>", "an ONNX file (.onnx); with --onto weights of PyTorch (.pt, .pth, .safetensors)")
    .requiredOption("-o, --out <FILE>", "where the model goes, as .safetensors")
    .option(
      "--dimension <NAME=N>",
      "the size of an axis that the file leaves open, such as height=224; may be repeated",
      dimension,
    )
    .option("--batch <AXIS>", "which axis of inputs is the batch (default: 0), or none", batch)
    .option(
      "--onto <MODEL>",
      "the model whose weights FILE has: one that was saved (.safetensors), or a configuration (.json); says what goes where",
    )
    .option("--partly", "with --onto: take what fits, and leave the rest as it is")
    .option("--json", "as one JSON object")
    .action(run(async () => (await import("../commands/import.ts")).importModel as Action));
}
