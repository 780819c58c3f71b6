/**
 * `nabla/core.wasm` where a host or its bundler makes a module of it: Cloudflare Workers, Vercel's edge runtime with `?module`.
 * @see loadCore
 */
declare const core: WebAssembly.Module;
export default core;
