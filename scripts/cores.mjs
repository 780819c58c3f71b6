// The builds of the core that ship, each as a .wasm file, as text inside JavaScript and as a module to import.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encode } from "./bytes.mjs";
import { readKernels } from "./kernels.mjs";
import { subset } from "./subset.mjs";

/** Only tests, and hosts that are not the library, ask for these. */
const TESTED = /^map|^PANEL_COLUMNS$|Panels$/;
/** What predicting takes besides kernels. */
const PREDICTS = /^(BASE|ZEROS|SHA256_STATE|run|packWeights|allFinite|sha256\w+)$/;
/** Kernels by name: their files say which cores they are in. */
const kernels = new Map(
  readKernels(fileURLToPath(new URL("../assembly", import.meta.url))).map((kernel) => [kernel.name, kernel]),
);

/** Which exports each has. simd: all. dense: networks of dense layers. predict: all layers, forwards only. */
export const CORES = {
  simd: () => true,
  dense: (name) => kernels.get(name)?.dense ?? !TESTED.test(name),
  predict: (name) => kernels.get(name)?.forward ?? PREDICTS.test(name),
};

function writeText(folder, name, constant, wasm) {
  writeFileSync(
    join(folder, `${name}.text.js`),
    `// The bytes of ${name}.wasm inside JavaScript: no path to configure, works in any bundler and from file://.
export const ${constant} = "${encode(wasm)}";
`,
  );
}

/** Cuts the cores out of simd.wasm and writes them beside it. */
export function writeCores(folder) {
  const compiled = readFileSync(join(folder, "simd.wasm"));
  const names = WebAssembly.Module.exports(new WebAssembly.Module(compiled)).map(({ name }) => name);
  for (const [core, has] of Object.entries(CORES)) {
    const wasm = subset(
      compiled,
      names.filter((name) => name !== "memory" && has(name)),
    );
    writeFileSync(join(folder, `${core}.wasm`), wasm);
    writeText(folder, core, "core", wasm);
    // hosts that import modules have no use for a smaller one beside the full one
    if (core === "dense") continue;
    writeFileSync(
      join(folder, `${core}.module.js`),
      `// Where bytes may not be compiled at run time the core is imported as a WebAssembly.Module.
import core from "./${core}.wasm";
export { core };
`,
    );
    writeFileSync(
      join(folder, `${core}.edge.js`),
      `// The same for Vercel's edge runtime, where the question mark asks for it.
import core from "./${core}.wasm?module";
export { core };
`,
    );
  }
  writeText(folder, "standalone", "standalone", readFileSync(join(folder, "standalone.wasm")));
}
