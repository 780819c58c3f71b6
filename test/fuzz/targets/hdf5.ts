import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { Building } from "../../../src/import/building.ts";
import { modelOfHdf5 } from "../../../src/import/keras/h5.ts";
import type { Target } from "../guide/target.ts";

// three folders up is the project, for the file that is bundled of this one as well
const fileOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../../test/import/keras/files/${name}`, import.meta.url)));
const FILES = ["words-2.h5", "nested-3.h5"];

/** A file with some bytes that are addresses and sizes set to others. */
const aimed = fc
  .tuple(
    fc.constantFrom(...FILES),
    fc.array(
      fc.tuple(
        fc.nat(2400),
        fc.oneof(fc.nat(20_000), fc.constantFrom(0, 0xffffffff, 0x7fffffff, 96, 136, 680)),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([name, changes]) => {
    const bytes = fileOf(name);
    const view = new DataView(bytes.buffer);
    for (const [at, value] of changes) view.setUint32(4 * at, value, true);
    return { bytes };
  });

export const hdf5: Target = {
  name: "hdf5",
  seeds: () => FILES.map((name) => ({ bytes: fileOf(name) })),
  arbitrary: aimed,
  words: ["HDF", "TREE", "SNOD", "HEAP", "GCOL", "model_config", "weight_names", "layer_names", "__proto__"],
  // the core has a memory of its own
  memory: (bytes) => 64 * bytes + 2 ** 28,
  async run(bytes) {
    const model = await modelOfHdf5(bytes, "a.h5", undefined, {}, new Building());
    const { inputs, outputs, metadata } = model;
    return { inputs, outputs, metadata, weights: model.weights() };
  },
};
