/** Engines have room for so many memories at a time. */
import { afterEach, expect, test, vi } from "vitest";
import { dense, sequential } from "../../src/index.ts";

afterEach(() => vi.restoreAllMocks());

test("no room for another model is explained, with what to do", () => {
  vi.spyOn(WebAssembly, "Instance").mockImplementation(function refuse() {
    throw new RangeError("Out of memory: Cannot allocate Wasm memory for new instance");
  } as never);
  const make = () => sequential([dense({ units: 1, inputShape: [1] })]);
  expect(make).toThrow(/^no memory for another model \(Out of memory.*drop models/);
  vi.restoreAllMocks();
  make();
});
