// What pages.mjs runs in pages, with the library as pages get it.
import { bitsOf } from "./bits.mjs";
import { train } from "./tasks.mjs";

// computed, so that types are looked for in the sources, not in what the build makes of them
const built = "../../build/browser";
const nabla = await import(`${built}/nabla.js`);
const data = await import(`${built}/data.js`);
const sequences = await import(`${built}/sequences.js`);
// these entries are for bundlers: pages.mjs serves them bundled
const bundled = "./bundled";
const light = await import(`${bundled}/predict.js`);
const exporting = await import(`${bundled}/export.js`);

/** The script of the worker that trained, "none" where the page did. */
const script = () =>
  performance
    .getEntriesByType("resource")
    .map(({ name }) => name)
    .find((name) => /worker[^/]*\.js$/.test(name)) ?? "none";

Object.assign(globalThis, {
  bitsOf: (/** @type {string} */ name) => bitsOf(name, { nabla, light, exporting }),
  trained: async (/** @type {import("./tasks.mjs").Task} */ task) => ({
    sha256: await train(task, { nabla, data, sequences }),
    script: script(),
  }),
});
