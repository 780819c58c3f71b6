/** Threads that decode pictures while the main one computes. Where there can be none, the main one decodes. */
import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { inLanes } from "../../data/atOnce.ts";
import type { PreparedRows } from "../../data/images/imageParts.ts";
import { messageOf, NablaError } from "../../errors.ts";
import { checkWhole } from "../../fields/options.ts";
import { thread } from "../../threads/start/thread.ts";
import { after, tasks } from "../../waits.ts";
import { prepareRows } from "./prepare.ts";
import type { Job, Said } from "./worker.ts";

interface Waiting extends Job {
  readonly resolve: (rows: PreparedRows) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  /** It has said so. */
  ready: boolean;
  job?: Waiting;
}

/** Milliseconds a thread may take until it says that it is there. */
const PATIENCE = 10_000;

/** Files of one message. Small, so that all threads have work until a batch is done. */
const PIECE = 8;

/** Said once in a process. */
let said = false;

/**
 * Runs prepareRows() in threads. They are started when there is something to do and keep no process alive when there is not.
 * Which thread does what, and when, has no effect on results.
 */
export class DecodePool {
  readonly #size: number;
  readonly #threads: Thread[] = [];
  readonly #queue: Waiting[] = [];
  #code: Promise<string> | undefined;
  /** There can be no threads: this one does it. */
  #alone = false;

  /**
   * @param size how many threads; default: as many as there are processors, at most 8: decoding is mostly what is waited for
   * @param maxPixels pictures of more are refused; default 64 million
   * @throws NablaError unless it is a whole number ≥ 1
   */
  constructor(
    size = Math.min(8, availableParallelism()),
    readonly maxPixels?: number,
  ) {
    checkWhole("workers", size);
    this.#size = size;
  }

  /** Prepares files, in pieces: `write(from, rows)` is called for each as it comes, in no particular order. */
  async each(
    paths: readonly string[],
    format: Job["format"],
    write: (from: number, rows: PreparedRows) => void,
  ): Promise<void> {
    await inLanes(this.#size, Math.ceil(paths.length / PIECE), async (i) => {
      const from = i * PIECE;
      write(from, await this.#run(paths.slice(from, from + PIECE), format));
    });
  }

  /** Ends the threads; they are started again when there is something to do. Whoever waits for files is told. */
  async close(): Promise<void> {
    const threads = this.#threads.splice(0);
    const jobs = [...threads.map(({ job }) => job), ...this.#queue.splice(0)];
    for (const job of jobs) job?.reject(new NablaError(`decoding ${job.paths.join(", ")}: it was ended`));
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  async #run(paths: Job["paths"], format: Job["format"]): Promise<PreparedRows> {
    this.#code ??= import("#picture-thread").then(({ code }) => code());
    const code = await this.#code;
    return new Promise((resolve, reject) => {
      this.#queue.push({ paths, format, maxPixels: this.maxPixels, resolve, reject });
      if (this.#alone) return void this.#work();
      if (this.#threads.length < this.#size && this.#threads.every(({ job }) => job)) this.#start(code);
      this.#next();
    });
  }

  #start(code: string): void {
    let worker: Worker;
    try {
      worker = thread(code, { name: "nabla pictures" });
    } catch (error) {
      return this.#without(messageOf(error));
    }
    const one: Thread = { worker, ready: false };
    this.#threads.push(one);
    const lost = (why: string, cause?: unknown) => {
      stop();
      const at = this.#threads.indexOf(one);
      if (at < 0) return; // closed, or known
      this.#threads.splice(at, 1);
      void worker.terminate();
      const { job, ready } = one;
      one.job = undefined;
      // it has not begun with its job
      if (job && !ready) this.#queue.unshift(job);
      if (!ready) return this.#without(why);
      job?.reject(new NablaError(`decoding ${job.paths.join(", ")}: ${why}`, { cause }));
      if (this.#queue.length > 0 && this.#threads.length === 0) this.#start(code);
      this.#next();
    };
    const stop = after(PATIENCE, () => lost(`it did not answer within ${PATIENCE / 1000} seconds`));
    worker.on("message", (rows: Said) => {
      if (rows === "ready") {
        one.ready = true;
        return stop();
      }
      const { job } = one;
      one.job = undefined;
      worker.unref();
      this.#next();
      job?.resolve(rows);
    });
    // a thread that ran out of memory: the next job gets a new one
    worker.on("error", (cause) => lost(messageOf(cause), cause));
    // what it says cannot be read
    worker.on("messageerror", (cause) => lost(messageOf(cause), cause));
    worker.on("exit", (code) => lost(`its thread ended with code ${code}`));
    worker.unref();
  }

  #next(): void {
    for (const one of this.#threads) {
      if (one.job) continue;
      const job = this.#queue.shift();
      if (!job) return;
      one.job = job;
      one.worker.ref();
      const { paths, format, maxPixels } = job;
      one.worker.postMessage({ paths, format, maxPixels } satisfies Job);
    }
  }

  /** A thread could not be started: those there are do its work, or this one. */
  #without(why: string): void {
    if (this.#threads.length > 0) return this.#next();
    this.#alone = true;
    if (!said)
      console.warn(
        `nabla: no thread could be started to decode pictures (${why}). They are decoded in this one, which takes longer.`,
      );
    said = true;
    void this.#work();
  }

  /** Works off the queue in this thread, which has a turn for other things after every piece. */
  async #work(): Promise<void> {
    const nextTask = tasks();
    for (let job = this.#queue.shift(); job; job = this.#queue.shift()) {
      await nextTask();
      try {
        job.resolve(prepareRows(job.paths, job.format, job.maxPixels));
      } catch (cause) {
        job.reject(new NablaError(`decoding ${job.paths.join(", ")}: ${messageOf(cause)}`, { cause }));
      }
    }
  }
}
