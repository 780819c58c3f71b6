/** The command that trains. */
import { Command } from "commander";
import { ACTIVATIONS } from "../../activations/table.ts";
import { INITIALIZERS } from "../../initializers/table.ts";
import { LOSSES } from "../../losses/table.ts";
import { OPTIMIZERS } from "../../optimizers/table.ts";
import type { Terminal } from "../../report/terminal.ts";
import { type Action, type Run, running, writing } from "./action.ts";
import { arrayFlags } from "./arrays.ts";
import { augmentation } from "./augment.ts";
import { pictureFlags } from "./pictures.ts";
import { savingFlags } from "./saving.ts";
import { sequenceFlags } from "./sequenceData.ts";
import { windowFlags } from "./series.ts";
import { largeFlags, readingFlags, splitWay, tableFlags } from "./tables.ts";
import { thresholdFlag } from "./threshold.ts";
import { trainingFlags } from "./training.ts";
import { numberOption, oneOf, threadsOption, units, wholeOption } from "./values.ts";

/** @param run what becomes of a command's words */
export function trainCommand(command: Command, run: Run): Command {
  const train = command
    .command("train")
    .description("train a network on DATA")
    .argument(
      "<DATA>",
      "a folder of IDX files or of class folders with pictures, a .csv, .npz or .json file (sequences), or a generated set",
    )
    .option(
      "-m, --model <NAME|FILE>",
      "perceptron, logistic, linear, nielsen, mlp, table; for images cnn, lenet, best; for sequences lstm, gru; for texts chars, words, and chars-gru, chars-lstm, words-gru, words-lstm; book-1 … book-10; or a .json file (default: table for tables, forecast for series, gru for sequences, else mlp)",
    )
    .option("--config <FILE>", "configuration of model and training (.json)")
    .option("--hidden <N,N…>", 'units of the hidden layers, "none" for none', units("--hidden"))
    .option("--activation <NAME>", "of the hidden layers", oneOf("--activation", ACTIVATIONS))
    .option("--initializer <NAME>", "of the weights", oneOf("--initializer", INITIALIZERS))
    .option("--loss <NAME>", "what is made small", oneOf("--loss", LOSSES))
    .option(
      "--label-smoothing <ε>",
      "cross-entropies: targets become y · (1 − ε) + ε / classes",
      numberOption("--label-smoothing", { min: 0, below: 1 }),
    );
  const { fit, optimizer } = trainingFlags();
  for (const flag of fit) train.addOption(flag);
  train.option("--optimizer <NAME>", OPTIMIZERS.join(", "), oneOf("--optimizer", OPTIMIZERS));
  for (const flag of optimizer) train.addOption(flag);
  train
    .option("--l1 <λ>", "adds λ · Σ|w| to the loss", numberOption("--l1", { min: 0 }))
    .option("--l2 <λ>", "adds λ · Σw² to the loss", numberOption("--l2", { min: 0 }))
    .option(
      "--ema <β>",
      "keep a moving average of the weights, and make it the model",
      numberOption("--ema", { min: 0, below: 1 }),
    )
    .option("--schedule <FORM>", "cosine, step:0.5,10, exponential:0.95, cosine+warmup:1, …")
    .option(
      "--augment <FORM>",
      "change the images anew each epoch: shift:2,rotate:10,elastic, …",
      augmentation,
    )
    .option("--test-each-epoch", "figures of the test part after every epoch, not only the last")
    .option(
      "--patience <N>",
      "stop after so many epochs without a better val loss",
      wholeOption("--patience"),
    );
  largeFlags(tableFlags(train))
    .option(
      "--test-split <SHARE>",
      "CSV: rows to test with (default: 0.2); folders without a test part: pictures to test with (default: 0)",
      numberOption("--test-split", { min: 0, below: 1 }),
    )
    .option(
      "--split <HOW>",
      "CSV: rows to test with and validate on: random (default), time (the last ones) or group:COLUMN",
      splitWay,
    )
    .option("--keep-group", "with --split group:COLUMN: the column is an input as well")
    .option(
      "--folds <K>",
      "cross-validation: K models, each tested with its own K-th of the rows",
      wholeOption("--folds", 2),
    )
    .option("--samples <N>", "generated sets: rows to train on", wholeOption("--samples"));
  savingFlags(sequenceFlags(arrayFlags(pictureFlags(windowFlags(thresholdFlag(train))))))
    .option(
      "--threads <N>",
      "how many threads compute; results are the same (default: auto, what turns out to be fastest)",
      threadsOption("--threads"),
    )
    .option("--shard-optimizer", "under mpirun: each process keeps its part of the optimizer's state alone")
    .option(
      "--wide",
      "256 bits where the engine can (Node 22 or newer, x64), if that is faster; results are the same",
    )
    .option("--other-data", "with --resume: go on although the data is not what it was")
    .option(
      "--from <FILE>",
      "begin with the layers and weights of a model; classes of other names or numbers get a new last layer",
    )
    .option("--freeze", "with --from: train the last layer only")
    .option("--report <FILE>", "write a page with curves, mistakes and weights (.html)")
    .option("--json", "one JSON object a line (also whenever the output is not a terminal)")
    .option("-q, --quiet", "print nothing but errors")
    .action(run(async () => (await import("../commands/train.ts")).trainCommand as Action));
  for (const flag of readingFlags()) train.addOption(flag);
  return train;
}

/** A program that trains and does nothing else. @param done called with the exit code */
export function trainProgram(terminal: Terminal, done: (code: number) => void): Command {
  const command = new Command("nabla");
  trainCommand(command, running(terminal, done));
  return writing(command, terminal);
}
