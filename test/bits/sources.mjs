// The library from source: see builds.mjs.
export * as data from "../../src/data/index.ts";
export * as exporting from "../../src/export/index.ts";
export * as nabla from "../../src/index.ts";
export * as light from "../../src/predict/index.ts";
export * as sequences from "../../src/sequences/index.ts";
