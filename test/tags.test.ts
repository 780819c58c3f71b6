/** What a value is, by its tag. */
import { expect, test } from "vitest";
import { isA, isBytes, tagOf } from "../src/tags.ts";

class Own extends Float32Array {}
const none = Object.create(null) as object;

test.each([
  [undefined],
  [null],
  [1],
  ["text"],
  [true],
  [1n],
  [Symbol.iterator],
  [[]],
  [{}],
  [none],
  [() => 1],
  [/a/],
  [new Date(0)],
  [new Map()],
  [new Float32Array(1)],
  [new Own(1)],
  [new Uint8Array(1)],
  [new Uint8ClampedArray(1)],
  [new BigInt64Array(1)],
  [new ArrayBuffer(1)],
  [new DataView(new ArrayBuffer(1))],
  [Promise.resolve()],
  [{ [Symbol.toStringTag]: "Named" }],
  // what is no text is no tag
  [{ [Symbol.toStringTag]: 1 }],
  [Object.assign([], { [Symbol.toStringTag]: undefined })],
  // the getter of typed arrays, asked of what is none
  [Float32Array.prototype],
])("case %#: as toString() says it", (value) => {
  expect(tagOf(value)).toBe(Object.prototype.toString.call(value).slice(8, -1));
});

test("bytes are bytes of either kind, and nothing that only says so", () => {
  expect([new Uint8Array(1), new Uint8ClampedArray(1)].map(isBytes)).toEqual([true, true]);
  const says = { [Symbol.toStringTag]: "Uint8Array" };
  expect([new Int8Array(1), new Uint16Array(1), new DataView(new ArrayBuffer(1)), says].map(isBytes)).toEqual(
    [false, false, false, false],
  );
  expect(isA("Float32Array", new Own(1))).toBe(true);
});
