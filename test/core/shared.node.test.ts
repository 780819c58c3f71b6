/** A core with shared memory is made with the language alone: pages that are simulated, as by jsdom, have no TextEncoder. */
import { afterEach, expect, test, vi } from "vitest";
import { withSharedMemory } from "../../src/core/shared.ts";

afterEach(() => vi.unstubAllGlobals());

test("memory is imported, where there is no TextEncoder, too", () => {
  vi.stubGlobal("TextEncoder", undefined);
  // no types, and a memory of one page
  const module = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 1, 0, 5, 3, 1, 0, 1);
  const { bytes, pages } = withSharedMemory(module);
  expect(pages).toBe(1);
  expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes))).toEqual([
    { module: "env", name: "memory", kind: "memory" },
  ]);
});
