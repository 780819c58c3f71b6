// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.
import * as index from "./index.ts";

/** By name. */
export const ALL = {
  zeros: index.zeros,
  ones: index.ones,
  gaussian: index.gaussian,
  gaussianScaled: index.gaussianScaled,
  glorotUniform: index.glorotUniform,
  glorotNormal: index.glorotNormal,
  heNormal: index.heNormal,
  heUniform: index.heUniform,
  lecunNormal: index.lecunNormal,
  lecunUniform: index.lecunUniform,
  varianceScaling: index.varianceScaling,
  constant: index.constant,
};
