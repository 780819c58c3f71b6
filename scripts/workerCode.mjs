// What a page's worker runs, inside JavaScript: for pages that may not start its file, or whose bundler has lost it (src/worker/spawn/web.ts).
import { readFileSync, writeFileSync } from "node:fs";
import { deflateSync } from "node:zlib";

/**
 * @param {string} worker a file that imports and exports nothing
 * @param {string} to the module that carries it as a script, packed: it is text twice as long otherwise
 */
export function writeCode(worker, to) {
  const script = `"use strict";(()=>{${readFileSync(worker, "utf8")}})();`;
  new Function(script);
  const code = deflateSync(script, { level: 9 }).toString("base64");
  writeFileSync(to, `export const code = "${code}";\n`);
}
