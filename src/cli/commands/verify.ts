/** nabla verify */
import { extname } from "node:path";
import { NablaError } from "../../errors.ts";
import { verifyExport } from "../../export/index.ts";
import { weightsSha256 } from "../../model/save.ts";
import { readBytes } from "../../node/paths.ts";
import type { Terminal } from "../../report/terminal.ts";
import { openModel } from "../input/openModel.ts";

/** Checks each file; the first that is not whole does not keep the others from being checked. */
export async function verifyCommand(
  paths: readonly string[],
  flags: { json?: boolean },
  { bold, print, printJson, errors }: Terminal,
): Promise<number> {
  let wrong = 0;
  for (const path of paths) {
    try {
      const found = await checked(path);
      if (flags.json) printJson({ file: path, whole: true, ...found });
      else print(`${bold(path)}: as it was written; ${Object.entries(found).map(said).join(", ")}`);
    } catch (error) {
      if (!(error instanceof NablaError)) throw error;
      wrong++;
      if (flags.json) printJson({ file: path, whole: false, error: error.message });
      else errors.write(`nabla: ${error.message}\n`);
    }
  }
  return wrong > 0 ? 1 : 0;
}

const said = ([name, value]: [string, string]): string =>
  name === "kind" ? value : `${name === "sha256" ? "SHA-256" : "weights SHA-256"} ${value}`;

async function checked(path: string): Promise<Record<string, string>> {
  // a model is checked by its digest when it is loaded
  if (extname(path).toLowerCase() === ".safetensors")
    return { kind: "safetensors", weightsSha256: weightsSha256(await openModel(path)) };
  return { ...verifyExport(await readBytes(path), path) };
}
