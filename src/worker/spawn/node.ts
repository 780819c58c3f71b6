/** Starts the worker in Node, as a thread. */
import { code } from "#train-thread";
import { thread } from "../../threads/start/thread.ts";
import type { Spawn } from "./types.ts";

export const spawn: Spawn = ({ message, error }) => {
  const worker = thread(code(), { name: "nabla" });
  worker.on("message", message);
  worker.on("messageerror", () => error("a message could not be read"));
  worker.on("error", (cause) => error(cause.message));
  worker.on("exit", (code) => error(`it ended with code ${code}`));
  return {
    post: (data, transfer) => worker.postMessage(data, transfer as never),
    terminate: () => void worker.terminate(),
    rest: (idle) => (idle ? worker.unref() : worker.ref()),
  };
};
