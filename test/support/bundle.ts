/** The library in one file, for tests that run it elsewhere or look at what it imports. */

import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";
import { WHOLE } from "../../scripts/defines.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Everything an entry reaches, the core's bytes and the loader included. */
export async function bundle(
  entry: string | { code: string },
  format: "esm" | "iife" = "esm",
): Promise<{ code: string; meta: Metafile }> {
  const result = await build({
    ...(typeof entry === "string"
      ? { entryPoints: [entry] }
      : { stdin: { contents: entry.code, resolveDir: root, loader: "ts" } }),
    absWorkingDir: root,
    bundle: true,
    format,
    target: "es2022",
    platform: "neutral",
    define: WHOLE,
    mainFields: ["module", "main"],
    conditions: ["import", "browser"],
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  return { code: result.outputFiles[0].text, meta: result.metafile };
}
