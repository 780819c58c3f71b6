// How nabla/predict is bundled: with the core and the records of prediction alone.
import { CORES } from "./cores.mjs";
import { recordsText } from "./records.mjs";

/** Puts other files in the place of those that hold more than predicting needs. */
export const inference = {
  name: "inference",
  setup(bundler) {
    const place = (filter, contents) => bundler.onLoad({ filter }, () => ({ contents, loader: "ts" }));
    const core = 'import { core } from "#core/predict"; export const';
    place(/[\\/]src[\\/]core[\\/]dense\.ts$/, `${core} denseBuild = { code: core };`);
    // undefined: the one above has all kernels there are
    place(/[\\/]src[\\/]core[\\/]full\.ts$/, "export const fullBuild = undefined;");
    place(/[\\/]src[\\/]core[\\/]records\.ts$/, recordsText("assembly", CORES.predict));
  },
};
