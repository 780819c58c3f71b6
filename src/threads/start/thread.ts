/**
 * Threads of Node, from text. A file of the library's own may not be there: bundlers put it and the program around it into one, and a
 * thread that ran that file would run the whole program again.
 */
import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * Starts a thread.
 *
 * @param code a script; it finds Node's modules by import()
 * @throws Error where this process may have none
 */
export function thread(code: string, options: WorkerOptions = {}): Worker {
  try {
    // without the flags of this process: --import and --require name programs that a thread would run, --input-type changes what text is
    return new Worker(code, { ...options, eval: true, execArgv: [], env: {} });
  } catch (cause) {
    if ((cause as { code?: string }).code !== "ERR_ACCESS_DENIED") throw cause;
    throw new Error("Node was started with --permission; add --allow-worker", { cause });
  }
}
