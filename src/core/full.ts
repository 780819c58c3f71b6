/** The build with all kernels. Layers that need more than src/core/dense.ts ask for it. */
import { core } from "#core";
import type { Build } from "./compile.ts";

export const fullBuild: Build = { code: core };
