// What the core exports: functions and constants for hosts, and all kernels.
//
// Functions and constants whose doc comment says @inline are inlined: scripts/inline.mjs.
export { run, runPart } from "./tape";
export { BASE, ZEROS, packWeights, unpackWeights } from "./math/matmul";
// their names until version 0.1, for hosts that were written then
export { packWeights as packPanels, unpackWeights as unpackPanels } from "./math/matmul";
export { PANEL_COLUMNS } from "./math/packed";
export { mapExp, mapLog, mapTanh, mapLog64, mapSin64, mapCos64 } from "./math/map";
export { fillUniform, fillGaussian } from "./math/random";
export { sha256Init, sha256Blocks, SHA256_STATE } from "./math/sha256";
export { allFinite } from "./math/finite";
export * from "./kernels";
