// The builds of the core that ship, each as text inside JavaScript; two of them also as .wasm files and as modules to import.
//
// All but `predict` are cut from one, so functions, bits and speed are the same (subset.mjs). Each has what another has and more, so its text
// is that one's and the rest (extending.mjs). A program begins with `dense`; a layer whose kernels are not in it names a larger one as its
// `core` (src/core/images.ts, full.ts). What only training takes comes when something trains or is evaluated. `predict` is compiled for size, as far as that
// does not cost speed: bits are the same, and the largest tile is unrolled as in the others (tiles/parts.mjs). nabla/predict has it. As text a
// core packs like its bytes (bytes.mjs).
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encode } from "./bytes.mjs";
import { extending } from "./extending.mjs";
import { readKernels } from "./kernels.mjs";
import { localsInOrder } from "./locals.mjs";
import { exportsOf, kernelsByRecord, withRecords } from "./records.mjs";
import { subset, withoutGlobals } from "./subset.mjs";

/** Only tests, and hosts that are not the library, ask for these. */
const TESTED = /^map|^PANEL_COLUMNS$|Panels$/;
/** What predicting takes besides kernels; of the sizes of scratch not those of backward passes. */
const PREDICTS = /^(BASE|ZEROS|SHA256_STATE|run|packWeights|allFinite|sha256\w+)$|(?<!Input)Scratch$/;
/** Kernels by name: their files say which cores they are in. */
const kernels = new Map(
  readKernels(fileURLToPath(new URL("../assembly", import.meta.url))).map((kernel) => [kernel.name, kernel]),
);

/** What networks of layers take besides kernels, and the kernels of these cores. */
const trains = (...cores) => {
  return (name) => (kernels.has(name) ? cores.includes(kernels.get(name).core) : !TESTED.test(name));
};

/** The same without the kernels of losses, backward passes and optimizers. */
const predicts = (...cores) => {
  const has = trains(...cores);
  return (name) => has(name) && kernels.get(name)?.forward !== false;
};

/**
 * Which exports each has, and of which it is an extension. dense: networks of dense layers. images: all layers but those of sequences.
 * full: these, too. All of them predict alone; "-training" has the rest, for losses, gradients and steps; simd is the full one. predict and
 * predict-dense: what nabla/predict takes besides kernels.
 */
export const CORES = {
  dense: { has: predicts("dense") },
  "dense-training": { of: "dense", has: trains("dense", "training") },
  images: { of: "dense", has: predicts("dense", "images") },
  "images-training": { of: "images", has: trains("dense", "images", "training") },
  full: { of: "images", has: predicts("dense", "images", "sequences") },
  simd: { of: "full", has: () => true },
  predict: { small: true, has: (name) => kernels.get(name)?.forward ?? PREDICTS.test(name) },
  "predict-dense": {
    small: true,
    has: (name) => (kernels.has(name) ? predicts("dense")(name) : PREDICTS.test(name)),
  },
};
/** Those whose files are in the package, for hosts that import them. */
const FILES = ["simd", "predict"];

/** Builds that stay as they were compiled, and the records they have besides those of their kernels. */
const WHOLE = [
  ["threads", ["Step"]],
  ["debug", ["Step"]],
  ["standalone", ["Step", "Standalone", "Unpack"]],
];

function writeText(folder, name, constant, wasm) {
  writeFileSync(
    join(folder, `${name}.text.js`),
    `// The bytes of ${name}.wasm inside JavaScript: no path to configure, works in any bundler and from file://.
export const ${constant} = "${encode(wasm)}";
`,
  );
}

/** What a core has besides the one it extends: a program that has the latter's text need not have those functions twice. */
function writeRest(folder, name, wasm, of, smaller) {
  // what would be no text within a template
  const text = encode(wasm, smaller).replaceAll("`", "\\`").replaceAll("${", "\\${");
  writeFileSync(
    join(folder, `${name}.text.js`),
    `// The bytes of a core inside JavaScript: those of ${of}, and what it has besides.
import { core as smaller } from "./${of}.text.js";
export const core = \`\${smaller}|${text}\`;
`,
  );
}

/** As base64, which Node reads in a tenth of a millisecond; the text takes five at a start, when nothing is compiled yet. */
function writeBytes(folder, name, wasm) {
  writeFileSync(
    join(folder, `${name}.bytes.js`),
    `// The bytes of ${name}.wasm for Node, where they are read fast and their number counts less.
const text =
  "${Buffer.from(wasm).toString("base64")}";
export const core = /* @__PURE__ */ (() =>
  typeof Buffer === "undefined" ? Uint8Array.from(atob(text), (c) => c.charCodeAt(0)) : Buffer.from(text, "base64"))();
`,
  );
}

/** The same for hosts where bytes may not be compiled. */
function writeModules(folder, name) {
  writeFileSync(
    join(folder, `${name}.module.js`),
    `// Where bytes may not be compiled at run time the core is imported as a WebAssembly.Module.
import core from "./${name}.wasm";
export { core };
`,
  );
  writeFileSync(
    join(folder, `${name}.edge.js`),
    `// The same for Vercel's edge runtime, where the question mark asks for it.
import core from "./${name}.wasm?module";
export { core };
`,
  );
}

/** Cuts the cores out of simd.wasm and predict.wasm as compiled; all builds get the places of their records. */
export function writeCores(folder) {
  const whole = readFileSync(join(folder, "simd.wasm"));
  const forwards = readFileSync(join(folder, "predict.wasm"));
  const names = exportsOf(whole);
  const order = kernelsByRecord("assembly");
  /** Those that others extend. */
  const known = new Map();
  for (const [core, { of, has, small = false }] of Object.entries(CORES)) {
    const wanted = names.filter((name) => name !== "memory" && has(name));
    // numbered as the section has them
    const ordered = order.filter((name) => wanted.includes(name));
    const others = wanted.filter((name) => !ordered.includes(name));
    const compiled = small ? forwards : whole;
    const cut = subset(compiled, [...others, ...ordered], { small });
    // it makes no difference to the small one
    const tidy = small ? cut.wasm : localsInOrder(cut.wasm);
    const smaller = known.get(of);
    const made = smaller
      ? extending(tidy, smaller.wasm, cut.names, smaller.names)
      : { wasm: tidy, names: cut.names };
    writeFileSync(join(folder, `${core}.wasm`), withRecords(made.wasm, "assembly"));
    // inside JavaScript nobody but the library reads the numbers of kernels: their places in the section say them (src/core/layouts.ts)
    const text = withRecords(withoutGlobals(made.wasm, ordered), "assembly", { names: ordered });
    const chain = smaller?.chain ?? [];
    if (smaller) writeRest(folder, core, text, of, chain);
    else writeText(folder, core, "core", text);
    // what programs in Node begin with
    if (core === "dense-training") writeBytes(folder, core, text);
    known.set(core, { ...made, chain: [...chain, text] });
    // hosts that import modules have no use for smaller ones in addition to the full one
    if (FILES.includes(core)) writeModules(folder, core);
  }
  for (const [build, also] of WHOLE) {
    const file = join(folder, `${build}.wasm`);
    // a build for one target has no others
    if (!existsSync(file)) continue;
    writeFileSync(file, withRecords(readFileSync(file), "assembly", { also }));
  }
  writeText(folder, "standalone", "standalone", readFileSync(join(folder, "standalone.wasm")));
  // decodes pictures, and computes nothing
  writeText(folder, "pictures", "core", readFileSync(join(folder, "pictures.wasm")));
  writeModules(folder, "pictures");
}
