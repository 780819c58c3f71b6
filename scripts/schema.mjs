// Writes schema/nabla.schema.json from the field specifications in src/config. Run it after changing those.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { WHOLE } from "./defines.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { outputFiles } = await build({
  entryPoints: [join(root, "src/config/config.ts")],
  bundle: true,
  format: "esm",
  platform: "neutral",
  define: WHOLE,
  write: false,
});
const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`;
const { configSchema } = await import(url);
mkdirSync(join(root, "schema"), { recursive: true });
writeFileSync(join(root, "schema/nabla.schema.json"), `${JSON.stringify(configSchema(), null, 2)}\n`);
