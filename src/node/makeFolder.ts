/** Folders, one by one: where a file system says that what is there is not (/proc), Node's own recursive way goes on without end. */
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { attempt } from "../host.ts";

/** Makes a folder and those it is in, where they are not there. @throws what the file system says */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); ; at = dirname(at)) {
    if (attempt(() => statSync(at, { throwIfNoEntry: false }))?.isDirectory() || at === dirname(at)) break;
    missing.push(at);
  }
  for (const at of missing.reverse()) {
    try {
      mkdirSync(at);
    } catch (cause) {
      // somebody else may have made it meanwhile
      if (!attempt(() => statSync(at))?.isDirectory()) throw cause;
    }
  }
}
