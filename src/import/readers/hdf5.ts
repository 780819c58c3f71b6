import { Building } from "../building.ts";
import type { KerasOptions } from "../keras/tfjs.ts";
import { hdf5Code } from "../readingCode.ts";
import type { Reader } from "./reader.ts";

export const hdf5: Reader<KerasOptions> = {
  title: "Keras (.h5, .keras)",
  recognise: (bytes) => bytes[0] === 0x89 && String.fromCharCode(...bytes.subarray(1, 4)) === "HDF",
  read: async (source, options) => (await hdf5Code()).readHdf5(source, options, new Building()),
};
