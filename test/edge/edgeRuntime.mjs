// Runs a bundled function as Vercel's edge runtime does: `node edgeRuntime.mjs MODULE BUNDLE CORES REQUESTS` prints the answers,
// as JSON; requests are a JSON list of [url, init], a body in base64. The npm package lets programs compile WebAssembly from bytes, production does not: what does is refused here too.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [module, bundle, cores, requests] = process.argv.slice(2);
const { EdgeRuntime } = await import(pathToFileURL(module).href);

const refuse = () => {
  throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder");
};
// what its bundlers make of `import core from "./simd.wasm?module"`: modules from outside, by global names
const [wasm_simd, wasm_predict] = ["simd", "predict"].map(
  (name) => new WebAssembly.Module(readFileSync(join(cores, `${name}.wasm`))),
);
const runtime = new EdgeRuntime({
  extend: (/** @type {object} */ context) => Object.assign(context, { wasm_simd, wasm_predict, refuse }),
});
runtime.evaluate(`
  WebAssembly.compile = WebAssembly.instantiate = async () => refuse();
  WebAssembly.Module = new Proxy(WebAssembly.Module, { construct: refuse });
`);
runtime.evaluate(readFileSync(bundle, "utf8"));
const answers = [];
for (const [url, init] of JSON.parse(requests)) {
  const body = init?.body && Buffer.from(init.body, "base64");
  const response = await runtime.dispatchFetch(url, { ...init, ...(body && { body }) });
  answers.push({ status: response.status, text: await response.text() });
}
console.log(JSON.stringify(answers));
