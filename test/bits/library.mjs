// The built library, as users get it.

// computed, so that types are looked for in the sources, not in what the build makes of them
const built = "../../build";
/** @type {typeof import("../../src/index.ts")} */
export const nabla = await import(`${built}/index.js`);
/** @type {typeof import("../../src/data/index.ts")} */
export const data = await import(`${built}/data.js`);
/** @type {typeof import("../../src/sequences/index.ts")} */
export const sequences = await import(`${built}/sequences.js`);
/** @type {typeof import("../../src/predict/index.ts")} */
export const light = await import(`${built}/predict.js`);
/** @type {typeof import("../../src/export/index.ts")} */
export const exporting = await import(`${built}/export.js`);
