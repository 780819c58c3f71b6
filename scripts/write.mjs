// Writing files that follow from others.
import { readFileSync, writeFileSync } from "node:fs";

/** @returns {string} a file's text; "" where there is none */
export function read(/** @type {string} */ file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Leaves a file alone that is so already: editors and watchers look at the times of files. */
export function writeIfChanged(/** @type {string} */ file, /** @type {string} */ text) {
  if (read(file) !== text) writeFileSync(file, text);
}
