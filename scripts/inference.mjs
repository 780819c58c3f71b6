// How nabla/predict is bundled: with the core of prediction alone.

/** Puts other files in the place of those that hold more than predicting needs. */
export const inference = {
  name: "inference",
  setup(bundler) {
    const place = (filter, contents) => bundler.onLoad({ filter }, () => ({ contents, loader: "ts" }));
    const core = 'import { core } from "#core/predict"; export const';
    place(/[\\/]src[\\/]core[\\/]dense\.ts$/, `${core} denseBuild = { code: core };`);
    // undefined: the one above has all kernels there are
    place(/[\\/]src[\\/]core[\\/]full\.ts$/, "export const fullBuild = undefined;");
  },
};
