/** `nabla train --restart N`: one command that begins, and that goes on from its checkpoint where a scheduler starts it once more. */
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { sha256Hex } from "../../checkpoint/sha256.ts";
import { NablaError } from "../../errors.ts";
import { internalsOf } from "../../model/internals.ts";
import type { World } from "../../mpi/index.ts";
import type { Newest } from "../../node/checkpoints.ts";
import { writeFileAtomic } from "../../node/files.ts";
import { gatherJson } from "../../training/ranks.ts";
import { since } from "../../training/run.ts";

export interface RestartFlags {
  restart?: number;
  out?: string;
  resume?: string;
  folds?: number;
}

/** The option that says what is gone on from: what errors begin with. */
export const resumeOption = ({ restart }: RestartFlags): string =>
  restart === undefined ? "--resume" : "--restart";

/** @throws NablaError for --restart beside what it does not go with */
export function checkRestart({ restart, out, resume, folds }: RestartFlags): void {
  if (restart === undefined) return;
  if (out === undefined) throw new NablaError("--restart: expected --out FILE as well, to go on from");
  if (resume !== undefined)
    throw new NablaError("--restart: goes on from --out, where it is there; leave --resume out");
  if (folds !== undefined)
    throw new NablaError("--restart: --folds keeps no checkpoints; leave one of them out");
}

/**
 * The flags, with `resume` where there is something to go on from.
 *
 * @param out that is locked by now: another job may have saved to it while this one waited. Of several processes the first one looks
 */
export async function restarted<F extends RestartFlags>(
  flags: F,
  out: string | undefined,
  ranks: World | undefined,
): Promise<F> {
  if (flags.restart === undefined) return flags;
  const mine = out !== undefined && existsSync(out) ? out : null;
  const resume = ranks ? (await gatherJson(ranks, mine))[0] : mine;
  return typeof resume === "string" ? { ...flags, resume } : flags;
}

/** How often a command has begun at the same step, in a file beside its own. */
interface Begun {
  /** A digest of its words, and of the configuration that they name. */
  readonly command: string;
  /** Absent where what it was to go on from could not be read. */
  readonly step?: number;
  readonly times: number;
}

/** Counts the beginnings that came to nothing: what always fails shall not be started for ever. */
export class Restarts {
  private constructor(
    private readonly path: string,
    private readonly begun: Begun,
    private readonly most: number,
  ) {}

  /**
   * Before anything but the checkpoint is looked at, so that whatever then fails counts.
   *
   * @param out the file that the training is saved to; undefined where this process saves nothing
   * @param words of the command: another one starts anew
   * @param opening what it goes on from; undefined at a beginning. That it cannot be read is for the caller to say
   * @throws NablaError where it has been often enough, unless the model may be finished: then see check()
   */
  static async begin(
    out: string | undefined,
    { restart, config }: RestartFlags & { readonly config?: string },
    words: readonly string[] | undefined,
    opening: Promise<Newest> | undefined,
  ): Promise<Restarts | undefined> {
    const found = await opening?.catch(() => undefined);
    if (restart === undefined || out === undefined) return undefined;
    const run = found && internalsOf(found.model).state.run;
    const step = run ? since(run).step : opening ? undefined : 0;
    const path = `${out}.restarts`;
    const before = await readBegun(path);
    const command = await digestOf(words, config);
    const same = before?.command === command && before.step === step;
    const restarts = new Restarts(path, { command, step, times: same ? before.times + 1 : 1 }, restart);
    if (!run?.finished) restarts.check();
    await writeFileAtomic(path, new TextEncoder().encode(`${JSON.stringify(restarts.begun)}\n`));
    return restarts;
  }

  /** @throws NablaError where the training has begun often enough */
  check(): void {
    const { path, most } = this;
    const { step, times } = this.begun;
    if (times <= most + 1) return;
    const where = step === undefined ? "without anything to go on from that can be read" : `at step ${step}`;
    throw new NablaError(
      `--restart ${most}: the training has begun ${times - 1} times ${where} and got no further; its earlier output says why. Remove ${path} to try again`,
    );
  }

  /** The training is at its end, and saved. */
  async over(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

/** What tells commands apart. @param config a file that is named among the words */
export async function digestOf(words: readonly string[] = [], config?: string): Promise<string> {
  const settings = config === undefined ? "" : await readFile(config, "utf8").catch(() => "");
  return sha256Hex(new TextEncoder().encode(JSON.stringify([words, settings])));
}

/** Undefined where there is none, or it was cut off. */
async function readBegun(path: string): Promise<Begun | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Begun;
  } catch {
    return undefined;
  }
}
