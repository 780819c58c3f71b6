// How nabla/predict is bundled: without what only training needs.
import { readFileSync } from "node:fs";
import { pureText } from "./pure.mjs";

/** Puts other files in the place of those that hold what only training needs. */
export const inference = {
  name: "inference",
  setup(bundler) {
    const place = (filter, contents) => bundler.onLoad({ filter }, () => ({ contents, loader: "ts" }));
    const core = 'import { core } from "#core/predict"; export const';
    place(/[\\/]src[\\/]core[\\/]dense\.ts$/, `${core} denseBuild = { code: core };`);
    // undefined: the one above has all kernels there are
    place(/[\\/]src[\\/]core[\\/]full\.ts$/, "export const fullBuild = undefined;");
    place(/[\\/]src[\\/]layers[\\/]training\.ts$/, "export function forTraining() {}");
    // the core has no imports and no objects: nothing of what the loader is for
    place(
      /[\\/]@assemblyscript[\\/]loader[\\/]index\.js$/,
      "export const instantiateSync = (module, imports) => ({ exports: new WebAssembly.Instance(module, imports).exports });",
    );
    // layers of a saved model fitted together when it was built; what says how to mend them is for those who write them
    bundler.onLoad({ filter: /[\\/]src[\\/]layers[\\/]\w+\.ts$/ }, ({ path }) => ({
      contents: pureText(readFileSync(path, "utf8"))
        .replace(/forTraining\(\w+\)/g, "undefined")
        .replace(
          /throw new NablaError\(\s*(?!`layers\[)(`[^`]*`|'[^']*'|"[^"]*"),?\s*\);/g,
          'throw new NablaError("the layers do not fit together; the file was written wrongly");',
        ),
      loader: "ts",
    }));
  },
};
