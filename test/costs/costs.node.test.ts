/** Time and memory of every reader are in proportion to its input, whatever that is: counted at three sizes. docs/data.md says the bounds. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NablaError } from "../../src/errors.ts";
import { idxFiles, nestedArrays, npyFiles, npzFiles, packed } from "./arrays.ts";
import { Counter } from "./count.ts";
import { configurations, messages, models, safetensorsFiles } from "./documents.ts";
import { jpegFiles, pngFiles } from "./pictures.ts";
import type { Row } from "./row.ts";
import { rows, tables, texts } from "./tables.ts";

const counter = new Counter();
afterAll(() => counter.end());

// checksums that Node computes in machine code would not be counted: here, as on a page, there is no such help
const host: { getBuiltinModule?: unknown } = process;
const { getBuiltinModule } = host;
beforeAll(() => {
  host.getBuiltinModule = undefined;
});
afterAll(() => {
  host.getBuiltinModule = getBuiltinModule;
});

/** Bytes of the smallest input. */
const SIZE = 4096;
/** What twice as much more may cost, of twice as much: 2 in proportion, 4 with its square. */
const MOST_GROWTH = 2.7;
/** Less is the same for any input. */
const [FEW_STEPS, FEW_BYTES] = [4000, 200_000];

/** Whatever the input is, it is read, or refused with a NablaError. */
async function read(row: Row, input: unknown): Promise<void> {
  try {
    await row.run(input as never);
  } catch (error) {
    if (!(error instanceof NablaError)) throw error;
    expect(error.message.length).toBeLessThan(2010);
  }
}

const growth = ([a, b, c]: readonly number[], few: number): number =>
  c! - b! < few ? 0 : (c! - b!) / Math.max(b! - a!, few / 4);

const all = [
  packed,
  idxFiles,
  npyFiles,
  npzFiles,
  nestedArrays,
  tables,
  texts,
  rows,
  safetensorsFiles,
  models,
  configurations,
  messages,
  pngFiles,
  jpegFiles,
];
const measured: string[] = [];
afterAll(() => {
  if (process.env.NABLA_COSTS) console.log(measured.join("\n"));
});

describe.each(all)("$reader", ({ reader, most, rows }) => {
  test.each(rows)("$shape", async (row) => {
    const sizes = [SIZE, 2 * SIZE, 4 * SIZE];
    await read(row, row.make(SIZE));
    const steps: number[] = [];
    const bytes: number[] = [];
    let size = 0;
    for (const n of sizes) {
      const input = row.make(n);
      size = row.size?.(n) ?? (input as string | Uint8Array).length;
      steps.push(await counter.steps(() => read(row, input)));
      if (n > SIZE) bytes.push(await counter.bytes(() => read(row, input)));
    }
    const multiple = Math.max(0, bytes[1]! - FEW_BYTES) / size;
    measured.push(
      `${reader} | ${row.shape} | ${(steps[2]! / size).toFixed(1)} | ${growth(steps, FEW_STEPS).toFixed(2)} | ${multiple.toFixed(1)} | ${(bytes[1]! / bytes[0]!).toFixed(2)}`,
    );
    expect(growth(steps, FEW_STEPS)).toBeLessThan(MOST_GROWTH);
    expect(bytes[1]).toBeLessThan(MOST_GROWTH * bytes[0]! + FEW_BYTES);
    expect(multiple).toBeLessThan(most);
  });
});
