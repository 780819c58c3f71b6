// Makes the tables of docs/interop.md anew, from the code's own: test/docs/interopTables.ts.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { WHOLE } from "./defines.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const page = join(root, "docs/interop.md");
// under the package's own folder, where "#core" is its core
const outdir = join(root, "build/interop", String(process.pid));
mkdirSync(outdir, { recursive: true });
try {
  await build({
    entryPoints: [join(root, "test/docs/interopTables.ts")],
    outdir,
    bundle: true,
    format: "esm",
    target: "node20",
    platform: "node",
    define: WHOLE,
    external: ["#*"],
    logLevel: "error",
  });
  const { withTables } = await import(pathToFileURL(join(outdir, "interopTables.js")).href);
  writeFileSync(page, withTables(readFileSync(page, "utf8")));
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
