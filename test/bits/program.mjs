// The set of networks as a program, for Node, Deno and Bun: `node test/bits/program.mjs [--tasks=FILE] [name …]` prints the bits of each as
// JSON, and the weights of the tasks in a file.
import { readFileSync } from "node:fs";
import { bitsOfAll, NAMES } from "./bits.mjs";
import * as library from "./library.mjs";
import { trainAll } from "./tasks.mjs";

const TASKS = "--tasks=";
const words = (globalThis.process?.argv ?? []).slice(2);
const names = words.filter((word) => !word.startsWith(TASKS));
const [file] = words.filter((word) => word.startsWith(TASKS)).map((word) => word.slice(TASKS.length));
console.log(
  JSON.stringify({
    networks: await bitsOfAll(names.length > 0 ? names : NAMES, library),
    trainings: file === undefined ? {} : await trainAll(JSON.parse(readFileSync(file, "utf8")), library),
  }),
);
