// The library from source: see builds.mjs.
export * as exporting from "../../src/export/index.ts";
export * as nabla from "../../src/index.ts";
export * as light from "../../src/predict/index.ts";
