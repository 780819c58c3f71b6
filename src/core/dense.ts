/** The build for networks of dense layers, less than half of all: all activations and losses, no layers for images or sequences. */
import { core } from "#core/dense";
import { loaded } from "../errors.ts";
import type { Build } from "./compile.ts";

export const denseBuild: Build = {
  code: core,
  training: (who) => loaded(() => import("#core/dense-training"), who),
};
