#!/usr/bin/env node
/** The command line's process: its streams, its signals and its exit code. The rest is main(). */
import { NablaError } from "../errors.ts";
import { main } from "./main.ts";
import type { Interruption } from "./terminal.ts";

const { argv, env, stdout, stderr } = process;
const words = argv.slice(2);

// the reader of a pipe may stop reading: that ends the output, not the training
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  if (!words.includes("--out") && !words.includes("-o")) process.exit(0);
});

/** SIGINT and SIGTERM ask a command to end; a second one ends the process. */
function interruptible(): Interruption {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new NablaError("interrupted"));
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) process.on(name, stop);
  return {
    signal: controller.signal,
    release() {
      for (const name of signals) process.removeListener(name, stop);
    },
  };
}

process.exitCode = await main(words, {
  // a getter, because touching stdin opens it
  get stdin() {
    return process.stdin;
  },
  stdout,
  stderr,
  plain: Boolean(env.NO_COLOR),
  interruptible,
});
