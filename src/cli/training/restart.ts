/** `nabla train --restart N`: one command that begins, and that goes on from its checkpoint where a scheduler starts it once more. */
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { NablaError } from "../../errors.ts";
import { writeFileAtomic } from "../../node/files.ts";

export interface RestartFlags {
  restart?: number;
  out?: string;
  resume?: string;
  folds?: number;
}

/** The flags, with `resume` where there is something to go on from. All of several processes see the same file. */
export function restarted<F extends RestartFlags>(flags: F): F {
  const { restart, out, resume, folds } = flags;
  if (restart === undefined) return flags;
  if (out === undefined) throw new NablaError("--restart: expected --out FILE as well, to go on from");
  if (resume !== undefined)
    throw new NablaError("--restart: goes on from --out, where it is there; leave --resume out");
  if (folds !== undefined)
    throw new NablaError("--restart: --folds keeps no checkpoints; leave one of them out");
  return existsSync(out) ? { ...flags, resume: out } : flags;
}

/** How often the training has begun at the same step, in a file beside its own. */
interface Begun {
  readonly step: number;
  readonly times: number;
}

/** Counts the restarts that came to nothing: what always fails shall not be started for ever. */
export class Restarts {
  private constructor(private readonly path: string) {}

  /**
   * @param step that the training goes on from
   * @param most how often it may begin again there
   * @throws NablaError where it has been often enough
   */
  static async begin(out: string, step: number, most: number): Promise<Restarts> {
    const path = `${out}.restarts`;
    const before = await readBegun(path);
    const times = before?.step === step ? before.times + 1 : 1;
    if (times > most + 1)
      throw new NablaError(
        `--restart ${most}: the training has begun ${times - 1} times at step ${step} and got no further; its earlier output says why. Remove ${path} to try again`,
      );
    const begun: Begun = { step, times };
    await writeFileAtomic(path, new TextEncoder().encode(`${JSON.stringify(begun)}\n`));
    return new Restarts(path);
  }

  /** The training is at its end. */
  async over(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

/** Undefined where there is none, or it was cut off. */
async function readBegun(path: string): Promise<Begun | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Begun;
  } catch {
    return undefined;
  }
}
