/** Flags of where a training is saved, and what it goes on from. */
import type { Command } from "commander";
import { wholeOption } from "./values.ts";

export const savingFlags = (command: Command): Command =>
  command
    .option("-o, --out <FILE>", "save the model (.safetensors)")
    .option(
      "--checkpoint-every <STEPS>",
      "save to --out while training, too",
      wholeOption("--checkpoint-every"),
    )
    .option(
      "--keep <N>",
      "keep the last N checkpoints and the best, each in a file named after its epoch and step; one after every epoch if --checkpoint-every does not say otherwise",
      wholeOption("--keep"),
    )
    .option(
      "--resume <FILE|FOLDER>",
      "continue from what was saved while training: the newest checkpoint that can be read",
    )
    .option(
      "--restart <N>",
      "go on from --out where it is there, as where a scheduler starts the command once more; N times at most from the same step",
      wholeOption("--restart"),
    );
