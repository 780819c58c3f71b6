/** The initializers there are, in the order in which messages list them. */
export { zeros, ones } from "./kinds.ts";
export { gaussian, gaussianScaled } from "./kinds.ts";
export { glorotUniform, glorotNormal } from "./kinds.ts";
export { heNormal, heUniform } from "./kinds.ts";
export { lecunNormal, lecunUniform } from "./kinds.ts";
export { varianceScaling } from "./kinds.ts";
export { constant } from "./kinds.ts";
