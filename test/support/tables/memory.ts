/** Files that are only in memory, for the readers of src/data. */
import type { DataHost, FoundData } from "../../../src/data/readers/reader.ts";
import { NablaError } from "../../../src/errors.ts";

export function memoryFile(name: string, bytes: Uint8Array): FoundData {
  return {
    name,
    where: name,
    of: {
      kind: "file",
      name,
      path: name,
      relative: name,
      start: async (n) => bytes.subarray(0, n),
      read: async () => bytes,
    },
  };
}

/** Without pictures. */
export const memoryHost: DataHost = {
  limits: { table: 2 ** 26, arrays: 2 ** 26 },
  tooLarge: (name, size, limit) => new NablaError(`${name}: ${size} bytes, more than ${limit}`),
  get pictures(): never {
    throw new Error("no pictures here");
  },
};
