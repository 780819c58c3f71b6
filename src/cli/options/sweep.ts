/** The command for many trainings. */
import type { Command } from "commander";
import type { Action, Run } from "./action.ts";
import { wholeOption } from "./values.ts";

/** @param run what becomes of a command's words */
export function sweepCommand(command: Command, run: Run): void {
  command
    .command("sweep")
    .description("train with many settings, one trial at a time or many, on any scheduler; compare them")
    .argument("[SPEC]", "what the trials are (.json); --summary needs none")
    .option(
      "--trial <N>",
      "which trial, from 0 (default: what the scheduler says: SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, PARALLEL_SEQ − 1, OMPI_COMM_WORLD_RANK)",
      wholeOption("--trial", 0),
    )
    .option("--jobs <K>", "all trials, K processes of this machine at a time", wholeOption("--jobs"))
    .option("--asha", "successive halving: few epochs for all, more for the best")
    .option("-o, --out <DIR>", "the folder of the sweep, which machines may share")
    .option("--summary <DIR>", "a table of the trials so far, what mattered, and how to train the best")
    .option("--report <FILE>", "with --summary: write it as a page (.html)")
    .option(
      "--json",
      "one JSON object a line (also whenever the output is not a terminal), with --summary as one object",
    )
    .option("-q, --quiet", "print nothing but errors")
    .action(run(async () => (await import("../commands/sweep.ts")).sweepCommand as Action));
}
