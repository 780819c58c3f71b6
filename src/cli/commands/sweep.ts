/** nabla sweep */
import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { messageOf, NablaError } from "../../errors.ts";
import { writeFileAtomic } from "../../node/files.ts";
import type { Terminal } from "../../report/terminal.ts";
import { plural, shown, words } from "../../report/text/format.ts";
import { isTaken, nextOf } from "../sweep/asha.ts";
import { openFolder, placeOf, type Result, readResult, readResults } from "../sweep/folder.ts";
import { trialsFor } from "../sweep/number.ts";
import { readSpecification, type Specification } from "../sweep/specification.ts";
import { rungsIn, settingsOf, summaryJson, summaryOf, summaryText } from "../sweep/summary.ts";
import { INTERRUPTED, type Job, runTrial } from "../sweep/trial.ts";

/** Undefined: not given. */
export interface SweepFlags {
  trial?: number;
  jobs?: number;
  asha?: boolean;
  out?: string;
  summary?: string;
  report?: string;
  json?: boolean;
  quiet?: boolean;
}

/** How often a process looks whether a trial of another has ended, in ms. */
const LOOK = 300;

/** @returns the exit code */
export async function sweepCommand(
  path: string | undefined,
  flags: SweepFlags,
  terminal: Terminal,
): Promise<number> {
  if (flags.summary !== undefined) return summary(path, flags, terminal);
  if (flags.report !== undefined)
    throw new NablaError("--report: expected --summary DIR as well: the page is of trials that are finished");
  if (path === undefined)
    throw new NablaError("expected the specification of a sweep (.json); nabla sweep --help says more");
  if (flags.out === undefined)
    throw new NablaError("--out: missing; expected the folder that trials are written to");
  if (flags.trial !== undefined && (flags.jobs !== undefined || flags.asha))
    throw new NablaError(
      `--trial: ${flags.asha ? "with --asha each process takes the trial that is next" : "--jobs runs all trials"}; leave one of them out`,
    );
  const specification = await readSpecification(path);
  if (flags.asha) rungsIn(specification);
  const trials =
    flags.asha || flags.jobs !== undefined ? [] : trialsFor(flags.trial, specification.trials, process.env);
  await openFolder(flags.out, specification, flags.asha === true);
  const sweep: Sweep = { path, out: flags.out, specification, flags, terminal };
  if (flags.jobs !== undefined) return machine(sweep, flags.jobs);
  if (flags.asha) return worker(sweep);
  return (
    await each(
      sweep,
      trials.map((trial) => ({ out: sweep.out, trial })),
    )
  ).code;
}

interface Sweep {
  readonly path: string;
  readonly out: string;
  readonly specification: Specification;
  readonly flags: SweepFlags;
  readonly terminal: Terminal;
}

/** Runs trials one after the other. */
async function each(sweep: Sweep, jobs: readonly Job[]): Promise<{ code: number }> {
  for (const job of jobs) {
    const outcome = await runTrial(sweep.specification, job, sweep.terminal).catch((error) => {
      if (!(error instanceof NablaError)) throw error;
      throw new NablaError(`trial ${job.trial}: ${error.message}`, {
        cause: error,
        details: { ...error.details },
      });
    });
    if ("code" in outcome) return outcome;
    say(sweep, outcome.result, outcome.kept);
  }
  return { code: 0 };
}

function say({ specification, flags, terminal }: Sweep, result: Result, kept: boolean): void {
  if (flags.quiet) return;
  const { trial, status, score, epochs, parameters, weightsSha256, problem } = result;
  const name = specification.document.score;
  if (flags.json || !terminal.isTTY)
    terminal.printJson({
      event: "trial",
      trial,
      status,
      ...(score !== undefined && { score }),
      epochs,
      parameters,
      ...(weightsSha256 && { weightsSha256 }),
      ...(problem && { problem }),
      kept,
    });
  else {
    const values = Object.entries(parameters).map(([key, value]) => `${key} ${String(value)}`);
    const what = score === undefined ? `diverged (${problem})` : `${words(name)} ${shown(name, score)}`;
    terminal.print(
      `trial ${trial}: ${what} after ${plural(epochs, "epoch")}  ${terminal.dim(values.join(", "))}${kept ? terminal.dim("  (was finished)") : ""}`,
    );
  }
}

/** --asha: takes what is next until the bracket is finished. */
async function worker(sweep: Sweep): Promise<number> {
  const { out, specification } = sweep;
  const rungs = rungsIn(specification);
  const { reduction } = settingsOf(specification);
  for (;;) {
    const finished = await Promise.all(rungs.map((rung) => readResults(out, rung)));
    const next = nextOf(specification, reduction, finished);
    if (next.length === 0) return 0;
    let ran = false;
    for (const { trial, rung } of next) {
      const before = rung > 0 ? rungs[rung - 1] : undefined;
      try {
        const { code } = await each(sweep, [
          { out, trial, rung: rungs[rung]!, ...(before !== undefined && { before }) },
        ]);
        if (code !== 0) return code;
        ran = true;
        break;
      } catch (error) {
        // another process is at it: what is next to that?
        if (!isTaken(error)) throw error;
      }
    }
    // others are at all that is left; should one of them be killed, its lock is found abandoned
    if (!ran) await wait(LOOK);
  }
}

/** --jobs: processes of this machine. @returns 0 when all trials are finished */
async function machine(sweep: Sweep, jobs: number): Promise<number> {
  const { out, path, specification, flags, terminal } = sweep;
  const stop = terminal.interruptible();
  const asha = flags.asha === true;
  const numbers = Array.from({ length: asha ? jobs : specification.trials }, (_, i) => i);
  const failed: number[] = [];
  const next = numbers.values();
  const start = async (): Promise<void> => {
    for (const n of next) {
      if (stop.signal.aborted) return;
      const kept = asha ? undefined : await readResult(placeOf(out, n).result);
      if (kept) {
        say(sweep, kept, true);
        continue;
      }
      const code = await child(
        ["sweep", path, "--out", out, "--quiet", ...(asha ? ["--asha"] : ["--trial", String(n)])],
        stop.signal,
        terminal,
      );
      if (code === INTERRUPTED && stop.signal.aborted) return;
      if (code !== 0) failed.push(n);
      const result = asha ? undefined : await readResult(placeOf(out, n).result);
      if (result) say(sweep, result, false);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, numbers.length) }, start));
  } finally {
    stop.release();
  }
  if (stop.signal.aborted) {
    terminal.errors.write("nabla: interrupted; the same command goes on\n");
    return INTERRUPTED;
  }
  if (failed.length > 0) {
    terminal.errors.write(
      asha
        ? `nabla: ${failed.length} of ${jobs} processes ended with an error; the same command goes on\n`
        : `nabla: ${plural(failed.length, "trial")} not finished: ${failed.sort((a, b) => a - b).join(", ")}; the same command tries again\n`,
    );
    return 1;
  }
  if (!flags.quiet && !flags.json && terminal.isTTY)
    terminal.print(`\n${summaryText(await summaryOf(out), terminal)}`);
  return 0;
}

/** Runs this program with other words. @returns its exit code; what it says of errors goes where ours go */
function child(args: readonly string[], signal: AbortSignal, { errors }: Terminal): Promise<number> {
  const running = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  running.stderr.setEncoding("utf8").on("data", (text: string) => errors.write(text));
  // it saves and ends
  const end = () => void running.kill("SIGTERM");
  signal.addEventListener("abort", end);
  return new Promise<number>((resolve, reject) => {
    running.on("error", (cause) =>
      reject(new NablaError(`a process cannot be started: ${messageOf(cause)}`, { cause })),
    );
    running.on("close", (code, killed) => {
      if (killed) errors.write(`nabla: ${args.join(" ")} was ended by ${killed}\n`);
      resolve(code ?? 1);
    });
  }).finally(() => signal.removeEventListener("abort", end));
}

async function summary(path: string | undefined, flags: SweepFlags, terminal: Terminal): Promise<number> {
  if (
    path !== undefined ||
    flags.trial !== undefined ||
    flags.jobs !== undefined ||
    flags.asha ||
    flags.out !== undefined
  )
    throw new NablaError(
      "--summary: expected the folder of a sweep alone: it is about trials that are finished",
    );
  const found = await summaryOf(flags.summary!);
  if (flags.report !== undefined) {
    const { summaryPage } = await import("../sweep/page.ts");
    await writeFileAtomic(flags.report, new TextEncoder().encode(summaryPage(found)));
  }
  if (flags.json)
    terminal.printJson({
      ...summaryJson(found),
      ...(flags.report !== undefined && { report: flags.report }),
    });
  else if (!flags.quiet) {
    terminal.print(summaryText(found, terminal));
    if (flags.report !== undefined) terminal.print(`report written to ${flags.report}`);
  }
  return 0;
}
