/** The build with the kernels of all layers. Layers that need more than src/core/images.ts ask for it. */
import { core } from "#core";
import { loaded } from "../errors.ts";
import type { Build } from "./compile.ts";

export const fullBuild: Build = {
  code: core,
  rank: 2,
  training: (who) => loaded(() => import("#core/training"), who),
};
