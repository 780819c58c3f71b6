/** The commands for series and texts. */
import type { Command } from "commander";
import { MISSING_STEPS } from "../../data/sequences/rawSeries.ts";
import type { Action, Run } from "./action.ts";
import { seriesFlags } from "./series.ts";
import { numberOption, oneOf, wholeOption } from "./values.ts";

/** @param run what becomes of a command's words */
export function sequenceCommands(command: Command, run: Run): void {
  const forecast = command
    .command("forecast")
    .description("what comes behind the end of a series")
    .argument("<MODEL>", "a file that train --forecast --out wrote")
    .argument("<SERIES>", "a table (.csv) with the steps so far: its last ones are looked at")
    .option(
      "--steps <N>",
      "how many to forecast (default: as many as the model tells at once)",
      wholeOption("--steps"),
    );
  seriesFlags(forecast)
    .option(
      "--missing <WHAT>",
      "missing values: error (default), fill or drop",
      oneOf("--missing", MISSING_STEPS),
    )
    .option("--decimal <. or ,>", "what stands before the fraction", oneOf("--decimal", [".", ","]))
    .option("--out <FILE>", "write the steps into a table (.csv)")
    .option("--json", "one JSON object a step")
    .action(run(async () => (await import("../commands/forecast.ts")).forecastCommand as Action));

  command
    .command("generate")
    .description("how a text goes on")
    .argument("<MODEL>", "a file that train --model chars --out wrote")
    .option("--prompt <TEXT>", "what it begins with")
    .option("--length <N>", "characters or words to write (default: 200)", wholeOption("--length"))
    .option(
      "--temperature <T>",
      "below 1 likely characters become likelier, 0 takes the likeliest (default: 1)",
      numberOption("--temperature", { min: 0 }),
    )
    .option("--top-k <K>", "draw among the K likeliest", wholeOption("--top-k"))
    .option("--seed <N>", "chooses the text (default: 0)", wholeOption("--seed", 0))
    .option("--json", "as one JSON object")
    .action(run(async () => (await import("../commands/generate.ts")).generateCommand as Action));
}
