/** The build for networks of dense layers, a third smaller: all activations, losses and optimizers, no layers for images. */
import { core } from "#core/dense";
import type { Build } from "./compile.ts";

export const denseBuild: Build = { code: core };
