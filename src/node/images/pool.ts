/** Threads that decode pictures while the main one computes. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { PreparedRows, RowFormat } from "../../data/images/imageSet.ts";
import { messageOf, NablaError } from "../../errors.ts";
import { checkWhole } from "../../fields/options.ts";

interface Waiting {
  readonly paths: readonly string[];
  readonly format: RowFormat;
  readonly resolve: (rows: PreparedRows) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  job?: Waiting;
}

/** Files of one message. Small, so that all threads have work until a batch is done. */
const PIECE = 8;

/**
 * Runs prepareRows() in threads. They are started when there is something to do and keep no process alive when there is not.
 * Which thread does what, and when, has no effect on results.
 */
export class DecodePool {
  readonly #size: number;
  readonly #threads: Thread[] = [];
  readonly #queue: Waiting[] = [];
  #module: Promise<typeof import("./worker.ts")> | undefined;

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
    format: RowFormat,
    write: (from: number, rows: PreparedRows) => void,
  ): Promise<void> {
    let next = 0;
    const lane = async () => {
      while (next < paths.length) {
        const from = next;
        next += PIECE;
        try {
          write(from, await this.#run(paths.slice(from, from + PIECE), format));
        } catch (error) {
          next = paths.length; // nobody waits for the others any more
          throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: this.#size }, lane));
  }

  /** Ends the threads; they are started again when there is something to do. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map(({ worker }) => worker.terminate()));
  }

  async #run(paths: readonly string[], format: RowFormat): Promise<PreparedRows> {
    this.#module ??= import("#image-worker");
    const { url, ROLE } = await this.#module;
    return new Promise((resolve, reject) => {
      this.#queue.push({ paths, format, resolve, reject });
      if (this.#threads.length < this.#size && this.#threads.every(({ job }) => job)) this.#start(url, ROLE);
      this.#next();
    });
  }

  #start(url: string, workerData: string): void {
    const thread: Thread = { worker: new Worker(new URL(url), { workerData }) };
    this.#threads.push(thread);
    thread.worker.on("message", (rows: PreparedRows) => {
      const { job } = thread;
      thread.job = undefined;
      thread.worker.unref();
      this.#next();
      job?.resolve(rows);
    });
    // a thread that ran out of memory, was ended, or says what cannot be read: the next job gets a new one
    const lost = (cause: unknown) => {
      const at = this.#threads.indexOf(thread);
      if (at >= 0) this.#threads.splice(at, 1);
      const { job } = thread;
      thread.job = undefined;
      job?.reject(new NablaError(`decoding ${job.paths.join(", ")}: ${messageOf(cause)}`, { cause }));
      if (this.#queue.length > 0 && this.#threads.length === 0) this.#start(url, workerData);
      this.#next();
    };
    thread.worker.on("error", lost);
    thread.worker.on("messageerror", (cause) => {
      lost(cause);
      void thread.worker.terminate();
    });
    thread.worker.on("exit", () => lost(new Error("its thread has ended")));
    thread.worker.unref();
  }

  #next(): void {
    for (const thread of this.#threads) {
      if (thread.job) continue;
      const job = this.#queue.shift();
      if (!job) return;
      thread.job = job;
      thread.worker.ref();
      thread.worker.postMessage({ paths: job.paths, format: job.format, maxPixels: this.maxPixels });
    }
  }
}
