// Runs a bundled function as Vercel's edge runtime does: `node edge-runtime.mjs MODULE BUNDLE CORE [REQUEST_URL]` prints the
// answer. The npm package lets programs compile WebAssembly from bytes, production does not: what does is refused here too.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [module, bundle, wasm, url = "http://localhost/"] = process.argv.slice(2);
const { EdgeRuntime } = await import(pathToFileURL(module).href);

const refuse = () => {
  throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder");
};
// what its bundlers make of `import core from "./simd.wasm?module"`: a module from outside, by a global name
const core = new WebAssembly.Module(readFileSync(wasm));
const runtime = new EdgeRuntime({
  extend: (/** @type {object} */ context) => Object.assign(context, { wasm_core: core, refuse }),
});
runtime.evaluate(`
  WebAssembly.compile = WebAssembly.instantiate = async () => refuse();
  WebAssembly.Module = new Proxy(WebAssembly.Module, { construct: refuse });
`);
runtime.evaluate(readFileSync(bundle, "utf8"));
const response = await runtime.dispatchFetch(url);
console.log(await response.text());
