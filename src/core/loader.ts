/**
 * `#loader` where bytes count: the one function of @assemblyscript/loader that the core needs. The core has neither imports nor objects,
 * so there is nothing to translate. Bundles for pages and edge hosts have this file, everything else the package.
 */
export const instantiateSync = (module: WebAssembly.Module, imports: WebAssembly.Imports) => ({
  exports: new WebAssembly.Instance(module, imports).exports,
});
