import * as fc from "fast-check";
import type { DataFile, DataHost } from "../../../src/data/readers/reader.ts";
import { jsonLines } from "../../../src/data/tables/formats/jsonLines.ts";
import { utf8 } from "../files.ts";
import type { Target } from "../guide/target.ts";

/** Bytes that a file may unpack to, and that cells may take: a caller's option. */
const LIMIT = 1 << 22;

const fileOf = (bytes: Uint8Array) => ({
  of: { path: "t", read: async () => bytes } as unknown as DataFile,
  where: "t",
  host: { limits: { table: LIMIT, arrays: LIMIT, cells: LIMIT } } as unknown as DataHost,
});
const wish = { used: () => true };

const cell = fc.oneof(fc.double(), fc.integer(), fc.constant(null), fc.constantFrom(-0, 2 ** 53, 1e300));

const record = fc.dictionary(
  fc.oneof(fc.constantFrom("a", "b", "label", "__proto__", "constructor"), fc.string({ maxLength: 4 })),
  fc.oneof(cell, fc.boolean(), fc.string({ maxLength: 6 }), fc.constantFrom([], {}, [1])),
  { maxKeys: 4 },
);

export const records: Target = {
  name: "json records",
  seeds: () => [
    { bytes: utf8('{"a":1,"b":"x"}\n{"a":2,"c":true}\n') },
    { bytes: utf8('[{"a":1,"label":"p"},{"a":null,"label":"q"}]') },
  ],
  arbitrary: fc.tuple(fc.array(record, { maxLength: 6 }), fc.boolean()).map(([rows, lines]) => ({
    bytes: utf8(lines ? rows.map((row) => JSON.stringify(row)).join("\n") : JSON.stringify(rows)),
  })),
  async run(bytes) {
    const { table } = await jsonLines.read(fileOf(bytes), wish);
    return [table.columns, table.rows];
  },
};
