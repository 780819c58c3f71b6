// The builds of the core that ship, each as a .wasm file, as text inside JavaScript and as a module to import.
//
// All are cut from one, so functions, bits and speed are the same (subset.mjs). A program starts with `dense`; a layer whose kernels are not
// in it names `fullBuild` as its `core` (src/core/full.ts). nabla/predict has `predict`. As text a core packs like its bytes (bytes.mjs).
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "./bytes.mjs";
import { subset } from "./subset.mjs";

/** Only tests, and hosts that are not the library, ask for these. */
const TESTED = /^map|^PANEL_COLUMNS$|Panels$/;
/** Layers for images and those that normalise: a program has them where it names such a layer. */
const IMAGES =
  /^(CONV2D|DEPTHWISE|MAX_POOL|AVERAGE_POOL|ZERO_PAD|BATCH_NORM|MOVING_MOMENTS|LAYER_NORM)|^(ADD|conv2d\w+|depthwiseScratch)$/;
/** What predicting takes. */
const FORWARD =
  /_FORWARD$|^INPUT_|FLATTEN_PIXELS$|^(ZERO_PAD|ADD|BASE|ZEROS|SHA256_STATE)$|^(run|packWeights|allFinite|sha256.*|conv2dScratch|depthwiseScratch)$/;

/** Which exports each has. simd: all. dense: networks of dense layers. predict: all layers, forwards only. */
export const CORES = {
  simd: () => true,
  dense: (name) => !TESTED.test(name) && !IMAGES.test(name),
  predict: (name) => FORWARD.test(name),
};

function writeText(folder, name, constant, wasm) {
  writeFileSync(
    join(folder, `${name}.text.js`),
    `// The bytes of ${name}.wasm inside JavaScript: no path to configure, works in any bundler and from file://.
export const ${constant} = "${encode(wasm)}";
`,
  );
}

/** Cuts the cores out of simd.wasm and writes them next to it. */
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
    // hosts that import modules have no use for a smaller one in addition to the full one
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
