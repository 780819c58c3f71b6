#!/usr/bin/env node
/** The command line's process: its streams, its signals and its exit code. The rest is main(). */
import { interruption } from "./interruption.ts";
import { main } from "./main.ts";

const { argv, env, stdout, stderr } = process;
const words = argv.slice(2);

/** Whether the command has something to keep: its output may be lost, that may not. */
let keeps = words.some((word) => /^(--(out|resume|report|to)\b|-o)/.test(word));
// the reader of a pipe may stop reading, a terminal be closed, the disk with the log be full: that ends the output, not the training
let told = false;
for (const stream of [stdout, stderr]) {
  stream.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (code === "EPIPE" && !keeps) process.exit(0);
    if (stream === stdout && code !== "EPIPE" && !told)
      stderr.write(
        `nabla: the output cannot be written: ${message}${keeps ? "; it is lost, the rest goes on" : ""}\n`,
      );
    told = true;
    if (!keeps) process.exit(1);
  });
}

process.exitCode = await main(words, {
  // a getter, because touching stdin opens it
  get stdin() {
    return process.stdin;
  },
  stdout,
  stderr,
  plain: Boolean(env.NO_COLOR),
  interruptible() {
    const asked = interruption(process);
    // what is trained is saved then, also without --out, and a terminal that is closed takes no more output
    asked.signal.addEventListener("abort", () => {
      keeps = true;
    });
    return asked;
  },
});
