// Writes the sources that follow from others. The build does it first.
import { writeGates } from "./gates.mjs";
import { writeIndexes } from "./indexes.mjs";
import { writeKernels } from "./kernels.mjs";
import { writeRecords } from "./records.mjs";
import { writeTiles } from "./tiles.mjs";

/** In the folder that is worked in. */
export function generate() {
  writeTiles("assembly/math");
  writeKernels("assembly");
  writeRecords("assembly", "src/core/records.ts");
  writeGates("assembly", "src/layers/gates.ts");
  writeIndexes("src");
}
