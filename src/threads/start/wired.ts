/** A thread of Node that helps. */
import type { HelperSetup } from "../helper.ts";
import type { Helper, Listeners } from "./types.ts";

/** What is used of a Worker of node:worker_threads. */
export interface NodeWorker {
  on(event: "message", listener: (why: string | undefined) => void): unknown;
  on(event: "error", listener: (cause: Error) => void): unknown;
  on(event: "exit", listener: () => void): unknown;
  postMessage(message: unknown): void;
  unref(): void;
  terminate(): Promise<unknown>;
}
export type StartThread = (code: string, options: { workerData: HelperSetup; name: string }) => NodeWorker;

/** Its end of the conversation: behind the code of src/threads/helper.ts. */
const NODE = `import("node:worker_threads").then(({ workerData, parentPort }) => {
parentPort.once("message", helper.begin(workerData, (why) => parentPort.postMessage(why)));
});`;

/** @throws Error where this process may have no threads */
export function wired(
  start: StartThread,
  code: string,
  setup: HelperSetup,
  { ready, ended }: Listeners,
): Helper {
  const worker = start(code + NODE, { workerData: setup, name: "nabla" });
  worker.on("message", (why) => (why === undefined ? ready() : ended(why)));
  worker.on("error", (cause) => ended(cause.message));
  worker.on("exit", () => ended("it was ended"));
  // a process whose program is over does not wait for it
  worker.unref();
  return { go: () => worker.postMessage(true), end: () => worker.terminate() };
}
