// Writes schema/nabla.schema.json from the fields of everything a document may name. The build writes the same, shorter, as
// build/schema.json.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { WHOLE } from "./defines.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The core is not called, so it need not be there. */
const coreless = {
  name: "coreless",
  setup(bundler) {
    bundler.onResolve({ filter: /^#(core|loader)/ }, ({ path }) => ({ path, namespace: "coreless" }));
    bundler.onLoad({ filter: /.*/, namespace: "coreless" }, () => ({
      contents: "export const core = undefined, instantiateSync = undefined;",
    }));
  },
};

/** @returns {Promise<object>} the schema as the fields in src/ say it */
export async function schemaOfFields() {
  const { outputFiles } = await build({
    entryPoints: [join(root, "src/config/schema.ts")],
    bundle: true,
    format: "esm",
    platform: "neutral",
    define: WHOLE,
    plugins: [coreless],
    write: false,
  });
  const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`;
  return (await import(url)).schemaOfFields();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(join(root, "schema"), { recursive: true });
  const text = JSON.stringify(await schemaOfFields(), null, 2);
  writeFileSync(join(root, "schema/nabla.schema.json"), `${text}\n`);
}
