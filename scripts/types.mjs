// Declarations: the compiler writes one for every source it has read. Those that no entry's declarations reach are
// removed; the others lose three of the four spaces of every indentation.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * What the declarations name of the DOM, for projects without its types: empty interfaces, which those of the DOM or of Node are added to
 * where they are.
 */
const NAMES =
  "AbortSignal Blob DataTransfer DecompressionStream File FileList FileSystemDirectoryHandle FileSystemFileHandle HTMLCanvasElement " +
  "HTMLImageElement HTMLVideoElement ImageBitmap ImageData OffscreenCanvas Request Response URL VideoFrame";
const HOST_TYPES = `${NAMES.split(" ")
  .map((name) => `interface ${name} {}\n`)
  .join(
    "",
  )}declare namespace WebAssembly {\n  interface Module {}\n  interface Memory {}\n  interface Global {}\n  interface Instance {}\n}\n`;

/** @param {string} folder where the declarations are  @param {string[]} entries files in it that package.json names */
export function pruneTypes(folder, entries) {
  const reached = new Set();
  const visit = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, path] of text.matchAll(/(?:from |import\(|import )"(\.{1,2}\/[^"]+?)\.ts"/g))
      visit(join(dirname(file), `${path.replace(/\.d$/, "")}.d.ts`));
    writeFileSync(
      file,
      text.replace(/^(?: {4})+/gm, (indentation) => " ".repeat(indentation.length / 4)),
    );
  };
  for (const entry of entries) visit(join(folder, entry));
  const host = join(folder, "host-types.d.ts");
  writeFileSync(host, HOST_TYPES);
  reached.add(host);
  for (const entry of entries) {
    const file = join(folder, entry);
    const up = "../".repeat(entry.split("/").length - 1) || "./";
    writeFileSync(file, `/// <reference path="${up}host-types.d.ts" />\n${readFileSync(file, "utf8")}`);
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = join(folder, name);
    if (statSync(file).isFile() && !reached.has(file)) rmSync(file);
  }
}
