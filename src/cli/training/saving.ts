/** Where `nabla train` saves: while it trains, when it is interrupted, at the end, and when that cannot be. */
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { checkpoints } from "../../callbacks/modelCheckpoint.ts";
import { messageOf, NablaError } from "../../errors.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Callback, Model } from "../../model/model.ts";
import { saveParts } from "../../model/save.ts";
import { Checkpoints, savedTo, trainingAt } from "../../node/checkpoints.ts";
import { type Content, checkWritable, writeFileAtomic } from "../../node/files.ts";
import { type Lock, lockFile } from "../../node/lock.ts";
import type { Terminal } from "../../report/terminal.ts";

/** Where an interrupted training goes when no --out was given. */
const FALLBACK = "nabla-checkpoint.safetensors";

export interface SavingFlags {
  out?: string;
  resume?: string;
  restart?: number;
  checkpointEvery?: number;
  keep?: number;
}

/** What became of a file. */
export interface Saved {
  /** Where it is. */
  readonly path: string;
  /** Why it is not where it should be. */
  readonly problem?: string;
}

export class Saving {
  private readonly files: Checkpoints | undefined;
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    /** The file to save to; undefined when the model is not to be kept. */
    readonly out: string | undefined,
    private readonly flags: SavingFlags,
    private readonly lock: Lock | undefined,
    private readonly errors: Terminal["errors"],
  ) {
    this.files = out === undefined ? undefined : new Checkpoints(out, { keep: flags.keep });
  }

  /**
   * Before anything is read or trained.
   * @throws NablaError when --out cannot be written, or another process is training to it
   */
  static async open(flags: SavingFlags, { errors }: Terminal): Promise<Saving> {
    const { resume } = flags;
    // of a resumed training the file it was saved to, whichever of its checkpoints it goes on from
    const out = flags.out ?? (resume === undefined ? undefined : savedTo(await trainingAt(resume)));
    for (const [option, value] of [
      ["--checkpoint-every", flags.checkpointEvery],
      ["--keep", flags.keep],
    ] as const)
      if (value !== undefined && out === undefined)
        throw new NablaError(`${option}: expected --out FILE as well, to write to`);
    if (out === undefined) return new Saving(out, flags, undefined, errors);
    await checkWritable(out);
    const onWait = (text: string) => errors.write(`nabla: ${text} …\n`);
    return new Saving(out, flags, await lockFile(out, { onWait }), errors);
  }

  /** Lets others train to the file. */
  release(): void {
    this.lock?.release();
  }

  /**
   * What saves while a training runs. One that fails is said, and training goes on.
   * @param monitor what says which checkpoint is the best, with --keep
   */
  callbacks(monitor: string): Callback[] {
    const { checkpointEvery: everySteps, keep } = this.flags;
    if (everySteps === undefined && keep === undefined) return [];
    let failed = 0;
    const onError = (error: unknown) => {
      if (failed++ === 0) this.say(`${messageOf(error)}. Training goes on, and the next checkpoint is tried`);
    };
    const options = { everySteps, onError, ...(keep !== undefined && { monitor, saveBestOnly: false }) };
    return [
      checkpoints("--checkpoint-every", options, async (trained, { best }) => {
        const model = trained as Model;
        const { epoch, step } = internalsOf(model).state.run;
        await this.write(saveParts(model), (content) => this.files!.write(content, { epoch, step }, best));
        if (failed > 0) this.say(`checkpoints are saved again, after ${failed} that were not`);
        failed = 0;
      }),
    ];
  }

  /**
   * The model at the end, or where training was interrupted: to --out, and if that cannot be, to the folder the command runs in or the
   * one for temporary files, under a name that no file has.
   * @throws NablaError when it can be saved nowhere
   */
  async last(model: Model, interrupted = false): Promise<Saved> {
    const content = saveParts(model);
    const { out, flags, files } = this;
    if (out === undefined) return this.elsewhere(content, FALLBACK);
    const resumable = interrupted || flags.checkpointEvery !== undefined || flags.keep !== undefined;
    try {
      await this.write(content, (parts) => (resumable ? files!.write(parts) : writeFileAtomic(out, parts)));
      return { path: out };
    } catch (error) {
      const name = basename(out).replace(/(\.safetensors)?$/, ".rescued.safetensors");
      const { path } = await this.elsewhere(content, name, messageOf(error));
      return { path, problem: messageOf(error) };
    }
  }

  /** What an error has ended is saved like an interrupted training. @returns the error, which then says where */
  async afterError(model: Model, error: unknown): Promise<unknown> {
    if ((error as NablaError).details?.code === "unsaved") return error;
    try {
      const { path, problem } = await this.last(model, true);
      if (!(error instanceof NablaError)) {
        this.say(`what was trained until an error came is saved in ${path}`);
        return error;
      }
      return new NablaError(
        `${error.message}; what was trained until then is saved in ${path}, and ${this.flags.restart !== undefined && problem === undefined ? "the same command" : "--resume"} goes on from there`,
        { cause: error, details: { ...error.details } },
      );
    } catch (second) {
      this.say(messageOf(second));
      return error;
    }
  }

  /** What to say behind "the same command", so that it goes on from a file. @param problem why that is not --out */
  goingOn(path: string, problem: string | undefined): string {
    const { restart } = this.flags;
    if (restart !== undefined && problem === undefined) return "";
    const instead = restart === undefined ? "" : ", without --restart";
    return ` with --resume ${JSON.stringify(path)}${instead}`;
  }

  /** A page that goes with the model. */
  async page(path: string, text: string): Promise<Saved> {
    const content = new TextEncoder().encode(text);
    try {
      await writeFileAtomic(path, content);
      return { path };
    } catch (error) {
      return {
        ...(await this.elsewhere(content, basename(path), messageOf(error))),
        problem: messageOf(error),
      };
    }
  }

  /** Says where a file is that should be elsewhere. */
  misplaced(what: string, { path, problem }: Partial<Saved> = {}): boolean {
    if (problem !== undefined) this.say(`${problem}. The ${what} is in ${path} instead`);
    return problem !== undefined;
  }

  /** One after the other: a checkpoint that was begun before must not replace what is saved last. */
  private write(content: Content, write: (content: Content) => Promise<void>): Promise<void> {
    const written = this.writing.then(() => this.writeNow(content, write));
    this.writing = written.catch(() => {});
    return written;
  }

  private async writeNow(content: Content, write: (content: Content) => Promise<void>): Promise<void> {
    const { lock } = this;
    if (lock && !(await lock.held()))
      throw new NablaError(
        `${this.out}: another training has begun to write to this file (as may be when this one was stopped for a while), so this one does not`,
      );
    await write(content);
  }

  /** @param problem why this is needed */
  private async elsewhere(content: Content, name: string, problem?: string): Promise<Saved> {
    const reasons = problem === undefined ? [] : [problem];
    const folders = [...new Set([".", tmpdir()].map((folder) => resolve(folder)))];
    for (const folder of folders) {
      try {
        return { path: await underFreeName(folder, name, content) };
      } catch (error) {
        reasons.push(messageOf(error));
      }
    }
    throw new NablaError(`what was trained could be saved nowhere: ${reasons.join("; ")}`, {
      details: { code: "unsaved" },
    });
  }

  private say(text: string): void {
    this.errors.write(`nabla: ${text}\n`);
  }
}

/** Writes to `<folder>/<name>`, or `<name>-2`, `<name>-3`, …: whatever is there stays. @returns the path, short where it can be */
async function underFreeName(folder: string, name: string, content: Content): Promise<string> {
  const [, stem, ending] = /^(.*?)(\.\w+)?$/s.exec(name)!;
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? name : `${stem}-${n}${ending ?? ""}`);
    const inside = dirname(relative(".", path)) === ".";
    const shown = inside ? basename(path) : path;
    try {
      await writeFileAtomic(shown, content, { replace: false });
      return shown;
    } catch (error) {
      if ((error as NablaError).details?.code !== "EEXIST") throw error;
    }
  }
}
