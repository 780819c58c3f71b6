// The builds of the core that ship, each as a .wasm file, as text inside JavaScript and as a module to import.
//
// `simd` and `dense` are cut from one, so functions, bits and speed are the same (subset.mjs). `predict` is compiled for size, as far as that
// does not cost speed: bits are the same, and the largest tile is unrolled as in the others (tiles/parts.mjs). A program starts with `dense`; a layer whose kernels are not
// in it names `fullBuild` as its `core` (src/core/full.ts). nabla/predict has `predict`. As text a core packs like its bytes (bytes.mjs).
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
/** Layers of images alone need scratch of a size of their own. */
const IMAGES = /Scratch$/;
/** Kernels by name: their files say which cores they are in. */
const kernels = new Map(
  readKernels(fileURLToPath(new URL("../assembly", import.meta.url))).map((kernel) => [kernel.name, kernel]),
);

/** Which exports each has. simd: all. dense: networks of dense layers. predict: all layers, forwards only. */
export const CORES = {
  dense: (name) => kernels.get(name)?.dense ?? !(TESTED.test(name) || IMAGES.test(name)),
  simd: () => true,
  predict: (name) => kernels.get(name)?.forward ?? PREDICTS.test(name),
};

/** What the playground has, whose networks are of images and tables. */
const PLAYED = (name) => !kernels.get(name)?.sequences;

/** Builds that stay as they were compiled, and the records they have besides those of their kernels. */
const WHOLE = [
  ["threads", ["Step"]],
  ["debug", ["Step"]],
  ["standalone", ["Step", "Standalone", "Unpack"]],
];

function writeText(folder, name, constant, wasm, file = name) {
  writeFileSync(
    join(folder, `${file}.text.js`),
    `// The bytes of ${name}.wasm inside JavaScript: no path to configure, works in any bundler and from file://.
export const ${constant} = "${encode(wasm)}";
`,
  );
}

/** What simd.wasm has besides dense.wasm: a program that has the latter's text need not have those functions twice. */
function writeRest(folder, wasm, dense) {
  // what would be no text within a template
  const text = encode(wasm, dense).replaceAll("`", "\\`").replaceAll("${", "\\${");
  writeFileSync(
    join(folder, "simd.text.js"),
    `// The bytes of simd.wasm inside JavaScript: those of dense.wasm, and what it has besides.
import { core as dense } from "#core/dense";
export const core = \`\${dense}|${text}\`;
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
  const names = exportsOf(whole);
  const order = kernelsByRecord("assembly");
  /** The smaller core, which the larger one extends. */
  let dense;
  for (const [core, has] of Object.entries(CORES)) {
    const wanted = names.filter((name) => name !== "memory" && has(name));
    // numbered as the section has them
    const ordered = order.filter((name) => wanted.includes(name));
    const others = wanted.filter((name) => !ordered.includes(name));
    const small = core === "predict";
    const compiled = small ? readFileSync(join(folder, "predict.wasm")) : whole;
    const { wasm: cut, names: inner } = subset(compiled, [...others, ...ordered], { small });
    // it makes no difference to the small one
    const tidy = small ? cut : localsInOrder(cut);
    const wasm = core === "simd" ? extending(tidy, dense.wasm, inner, dense.names) : tidy;
    writeFileSync(join(folder, `${core}.wasm`), withRecords(wasm, "assembly"));
    // inside JavaScript nobody but the library reads the numbers of kernels: their places in the section say them (src/core/layouts.ts)
    const inside = withRecords(withoutGlobals(wasm, ordered), "assembly", { names: ordered });
    if (core === "simd") {
      writeRest(folder, inside, dense.text);
      // for the playground, which always has both: in one piece it is 1.5 KB less
      const played = ordered.filter(PLAYED);
      const { wasm: part } = subset(whole, [...others, ...played]);
      const text = withRecords(withoutGlobals(localsInOrder(part), played), "assembly", { names: played });
      writeText(folder, core, "core", text, "played");
    } else writeText(folder, core, "core", inside);
    if (core === "dense") dense = { wasm, names: inner, text: inside };
    // hosts that import modules have no use for a smaller one in addition to the full one
    if (core === "dense") continue;
    writeModules(folder, core);
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
