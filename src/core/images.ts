/** The build with the kernels of all layers but those of sequences. Layers that need more than src/core/dense.ts ask for it. */
import { core } from "#core/images";
import { loaded } from "../errors.ts";
import type { Build } from "./compile.ts";

export const imagesBuild: Build = {
  code: core,
  rank: 1,
  training: (who) => loaded(() => import("#core/images-training"), who),
};
