/** Commands and their options. */
import { Command } from "commander";
import { WEIGHT_TYPES } from "../export/quantise.ts";
import type { Terminal } from "../report/terminal.ts";
import { type Action, running, writing } from "./options/action.ts";
import { arrayFlags } from "./options/arrays.ts";
import { importCommand } from "./options/importing.ts";
import { pictureFlags, toldFlags, unreadableFlag } from "./options/pictures.ts";
import { sequenceFlags } from "./options/sequenceData.ts";
import { sequenceCommands } from "./options/sequences.ts";
import { seriesFlags } from "./options/series.ts";
import { sweepCommand } from "./options/sweep.ts";
import { largeFlags, readingFlags, tableFlags } from "./options/tables.ts";
import { ownThresholdFlag } from "./options/threshold.ts";
import { trainCommand } from "./options/train.ts";
import { names, numberOption, oneOf, port, wholeOption } from "./options/values.ts";

const EXAMPLES = `
Examples:
  nabla data digits                                       what is in the built-in handwritten digits
  nabla train digits --out digits.safetensors             100 and 50 ReLUs, softmax, Nesterov momentum
  nabla train mnist/ --model nielsen --epochs 30          sigmoids, quadratic cost, plain SGD with η = 3
  nabla train iris.csv --label species --epochs 100 --report iris.html
  nabla train pictures/ --size 32 --out pictures.safetensors     pictures/cat/1.jpg, pictures/dog/2.png, …
  nabla evaluate digits.safetensors digits
  nabla predict digits.safetensors digits#7
  nabla predict digits.safetensors photo.jpg
  nabla predict iris.safetensors "5.1,3.5,1.4,0.2"
  nabla read digits.safetensors number.png
  nabla train load.csv --forecast 24 --out load.safetensors      rows that follow each other in time
  nabla forecast load.safetensors load.csv
  nabla train book.txt --model chars --out book.safetensors      the next character of a text
  nabla generate book.safetensors --prompt "Once upon"
  nabla play                                              the playground, in the browser
  nabla new fruits                                        a project of a few files that runs
  nabla import model.onnx --out model.safetensors         a model that another program made
  nabla export digits.safetensors --to digits.wasm
  nabla verify digits.wasm

DATA is a folder of IDX files (MNIST), a folder with a sub-folder of PNG and JPEG files for each class, a .csv or .npz file, or the name
of a generated set: nabla data lists them.`;

const VOTING = "of several models: soft (the mean probability decides) or hard (most votes) (default: soft)";

const PARTS = ["test", "validation", "train", "all"] as const;

const READ_TABLES = new Set(["evaluate", "predict", "data", "forecast"]);

/** @param done called with the exit code of the command that ran */
export function program(terminal: Terminal, done: (code: number) => void): Command {
  const command = new Command("nabla")
    .description(
      "Trains and runs neural networks. The same seed gives the same weights, bit for bit, everywhere.",
    )
    .version(process.env.NABLA_VERSION ?? "", "-V, --version", "print the version")
    .option("--debug", "show where an error came from")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    .showSuggestionAfterError(true);
  const run = running(terminal, done);

  trainCommand(command, run);

  const evaluate = command
    .command("evaluate")
    .description("accuracy, loss and confusion matrix of a model on DATA; several models vote")
    .usage("[options] <MODEL...> <DATA>")
    .argument(
      "<MODEL...>",
      "files that train --out wrote, then DATA as for train; the test part if there is one",
    )
    .option("--voting <KIND>", VOTING, oneOf("--voting", ["soft", "hard"]))
    .option("--part <PART>", "test, validation, train or all", oneOf("--part", PARTS))
    .option("--samples <N>", "generated sets: rows of the training part", wholeOption("--samples"));
  largeFlags(arrayFlags(unreadableFlag(toldFlags(seriesFlags(ownThresholdFlag(evaluate))))))
    .option("--label <COLUMN>", "with --labels: the column of classes")
    .option(
      "--bootstrap <N>",
      "how often figures are computed again on rows drawn with repetition, for intervals of 95 % (1000 is usual)",
      wholeOption("--bootstrap"),
    )
    .option("--json", "as one JSON object")
    .action(run(async () => (await import("./commands/evaluate.ts")).evaluateWords as Action));

  const predict = command
    .command("predict")
    .description("what a model predicts for inputs; several models vote")
    .usage("[options] <MODEL...> <INPUT...>")
    .argument("<MODEL>", "a file that train --out wrote; more of them (.safetensors) may follow")
    .argument(
      "<INPUT...>",
      'a picture, a folder of them (as CSV), FILE or DATA (the first 10 rows), FILE#row, DATA#row, "5.1,3.5,1.4,0.2", or - for JSON on stdin',
    )
    .option("--voting <KIND>", VOTING, oneOf("--voting", ["soft", "hard"]))
    .option("--as-is", "pictures of digits: do not invert, cut and centre them as MNIST's")
    .option("--out <FILE>", "write all rows into a table (.csv): file, class, confidence");
  unreadableFlag(ownThresholdFlag(predict))
    .option("--json", "one JSON object a line")
    .action(run(async () => (await import("./commands/predict.ts")).predictCommand as Action));

  sequenceCommands(command, run);
  sweepCommand(command, run);

  command
    .command("read")
    .description("the number of several digits that a picture shows")
    .argument("<MODEL>", "a file that train --out wrote: digits or MNIST")
    .argument("<PICTURE...>", "PNG or JPEG with one line of digits, dark on light or light on dark")
    .option("--json", "one JSON object a line")
    .action(run(async () => (await import("./commands/read.ts")).readCommand as Action));

  const exported = command
    .command("export")
    .description("a model as one file that needs neither nabla nor, if need be, JavaScript")
    .argument("<MODEL>", "a file that train --out wrote")
    .requiredOption(
      "--to <FILE>",
      "model.wasm, model.js (an ES module with types), model.onnx, model.keras, model.json (TensorFlow.js), or weights.safetensors (PyTorch)",
    )
    .option(
      "--weights <TYPE>",
      "float32 (default, the same bits), float16 (half as large) or int8 (a quarter)",
      oneOf("--weights", WEIGHT_TYPES),
    )
    .option("--rows <N>", "most rows at once; costs memory alone (default: 32)", wholeOption("--rows"))
    .option(
      "--stream",
      "takes the steps of sequences one by one: .wasm and .js of models with recurrent layers",
    )
    .option("--data <DATA>", "measure what fewer bits cost on this data set: its test part if there is one")
    .option("--part <PART>", "of --data: test, validation, train or all", oneOf("--part", PARTS))
    .option("--samples <N>", "generated sets: rows of the training part", wholeOption("--samples"));
  arrayFlags(unreadableFlag(exported))
    .option("--json", "as one JSON object")
    .action(run(async () => (await import("./commands/export.ts")).exportCommand as Action));

  importCommand(command, run);

  command
    .command("verify")
    .description("whether files are as nabla wrote them: models, and models that were exported")
    .argument("<FILE...>", "what train --out (.safetensors) or export --to (.wasm, .js, .mjs) wrote")
    .option("--json", "one JSON object a line")
    .action(run(async () => (await import("./commands/verify.ts")).verifyCommand as Action));

  command
    .command("summary")
    .description("layers, shapes and parameters of a model")
    .argument("<MODEL>", "a file that train --out wrote")
    .option("--json", "as one JSON object")
    .action(run(async () => (await import("./commands/summary.ts")).summaryCommand as Action));

  const data = command
    .command("data")
    .description("what is in DATA; without DATA, the list of generated sets")
    .argument("[DATA]", "as for train")
    .option("--preview <N>", "show so many rows (default: 5 for images)", wholeOption("--preview", 0));
  tableFlags(data).option("--samples <N>", "generated sets: rows to make", wholeOption("--samples"));
  sequenceFlags(arrayFlags(pictureFlags(data)))
    .option("--time <COLUMN>", "with --sequence: the column that orders the steps")
    .option("--json", "as one JSON object")
    .action(run(async () => (await import("./commands/data.ts")).dataCommand as Action));

  command
    .command("bench")
    .description("how fast this machine trains and predicts, as a table to share; half a minute")
    .option("--nets <NAME,NAME…>", "some of W1, W2, W3, W4, C32 (default: all)", names("--nets"))
    .option(
      "--seconds <N>",
      "how long each figure is measured (default: 1)",
      numberOption("--seconds", { above: 0 }),
    )
    .option("--json", "as one JSON object")
    .action(run(async () => (await import("./commands/bench.ts")).benchCommand as Action));

  command
    .command("new")
    .description("write a small project that runs: npm install, npm start")
    .argument("<NAME>", "a folder that is new or empty; nothing is written over")
    .option(
      "--kind <KIND>",
      "node (a script), page (Vite) or edge (a worker) (default: node)",
      oneOf("--kind", ["node", "page", "edge"]),
    )
    .option("--json", "as one JSON object")
    .action(run(async () => (await import("./commands/new.ts")).newCommand as Action));

  command
    .command("play")
    .description("open the playground: train networks in a page, served from this machine")
    .option("--port <N>", "of 127.0.0.1; 0 for any that is free (default: 8347 or the next free one)", port)
    .option("--no-open", "do not open a browser")
    .option("--embed <SITE...>", "sites that may frame it, like https://school.example (default: none)")
    .option("--json", "the address as a JSON object")
    .action(run(async () => (await import("./commands/play.ts")).playCommand as Action));

  for (const each of command.commands)
    if (READ_TABLES.has(each.name())) for (const flag of readingFlags()) each.addOption(flag);
  return writing(command, terminal);
}
