// The set of networks as a program, for Node, Deno and Bun: `node test/bits/program.mjs [name …]` prints the bits of each as JSON.
import { bitsOfAll, NAMES } from "./bits.mjs";
import * as library from "./library.mjs";

const names = (globalThis.process?.argv ?? []).slice(2);
console.log(JSON.stringify(await bitsOfAll(names.length > 0 ? names : NAMES, library)));
