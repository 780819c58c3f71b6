/** What an Arrow file says of itself is looked at before its package believes it: it went on for hours where a byte was damaged. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { tableFromIPC } from "apache-arrow";
import { expect, test } from "vitest";
import { arrowTable } from "../../../src/data/tables/formats/arrow.ts";
import { checkArrow } from "../../../src/data/tables/formats/arrowChecked.ts";

const here = fileURLToPath(new URL("../../fixtures/tables/", import.meta.url));
const bytesOf = (name: string) => new Uint8Array(readFileSync(here + name));
const host = { package: (name: string) => import(name) };

/** Ends what takes longer than two seconds, so that a test fails where it would never end. */
function soon<T>(act: () => T): T {
  Object.assign(globalThis, { act });
  return new vm.Script("act()").runInThisContext({ timeout: 2000 }) as T;
}

test.each(["codes.arrow", "codes.arrows"])("%s with any bit of it changed ends soon", (name) => {
  const whole = bytesOf(name);
  expect(checkArrow(whole)).toBe(true);
  let [refused, read] = [0, 0];
  for (let at = 0; at < whole.length; at++)
    for (const bit of [at % 8, 7 - (at % 8)]) {
      const bytes = whole.slice();
      bytes[at]! ^= 1 << bit;
      try {
        soon(() => {
          checkArrow(bytes);
          tableFromIPC(bytes);
        });
        read++;
      } catch (error) {
        expect((error as { code?: string }).code).not.toBe("ERR_SCRIPT_EXECUTION_TIMEOUT");
        refused++;
      }
    }
  expect(refused).toBeGreaterThan(200);
  expect(read).toBeGreaterThan(200);
});

const changed = (bytes: Uint8Array, change: (view: DataView) => void): Uint8Array => {
  const copy = bytes.slice();
  change(new DataView(copy.buffer));
  return copy;
};
const refused = (bytes: Uint8Array) => expect(arrowTable(bytes, "k", host, () => true)).rejects;

test("in words of ours", async () => {
  for (const [at, why] of [
    [474, /^k: an Arrow file that cannot be read: it ends within what begins at byte 476/],
    [481, /^k: an Arrow file that cannot be read: something in it lies beyond its end/],
  ] as const)
    await refused(
      changed(bytesOf("codes.arrow"), (view) => view.setUint8(at, view.getUint8(at) ^ 255)),
    ).toThrow(why);
});

test("a batch that is none, a batch many times, a second schema, what is cut off", async () => {
  const file = bytesOf("codes.arrow");
  const end = file.length - 10;
  const view = new DataView(file.buffer, file.byteOffset);
  const footer = end - view.getInt32(end, true);
  // blocks are 24 bytes: where, the bytes of the message, those after it
  const places = [];
  for (let at = footer; at + 24 <= end; at += 4) {
    const from = Number(view.getBigInt64(at, true));
    if (from >= 8 && from < footer && from % 8 === 0 && view.getUint32(from, true) === 0xffffffff)
      places.push(at);
  }
  expect(places.length).toBeGreaterThanOrEqual(3);
  // it was read again and again
  for (const at of places)
    await refused(changed(file, (one) => one.setBigInt64(at, 8n, true))).toThrow(
      /cannot be read: what begins at byte 8 is of type 1/,
    );
  await refused(changed(file, (one) => one.setInt32(end, footer, true))).toThrow(/cannot be read/);
  const stream = bytesOf("codes.arrows");
  const size = 8 + new DataView(stream.buffer, stream.byteOffset).getUint32(4, true);
  const twice = new Uint8Array([...stream.subarray(0, size), ...stream]);
  await refused(twice).toThrow(/cannot be read: it has a second schema/);
  await refused(stream.subarray(size)).toThrow(/cannot be read: it begins without a schema/);
  await refused(stream.subarray(0, -12)).toThrow(/cannot be read/);
});

test("columns in each other: the work is in proportion to the file", () => {
  // each of them has the one before it twice: 2^60 of them
  const [levels, bytes] = [60, new Uint8Array(60 * 28 + 80)];
  const view = new DataView(bytes.buffer);
  const size = bytes.length - 8;
  view.setUint32(0, 0xffffffff, true);
  view.setUint32(4, size, true);
  const at = (place: number) => 8 + place;
  const u32 = (place: number, value: number) => view.setUint32(at(place), value, true);
  const i32 = (place: number, value: number) => view.setInt32(at(place), value, true);
  const u16 = (place: number, value: number) => view.setUint16(at(place), value, true);
  // the places of fields of a message (a type, a header), a schema (columns) and a column (those in it)
  [12, 12, 0, 4, 8, 0].forEach((value, i) => {
    u16(4 + 2 * i, value);
  });
  [8, 8, 0, 4].forEach((value, i) => {
    u16(16 + 2 * i, value);
  });
  [16, 8, 0, 0, 0, 0, 0, 4].forEach((value, i) => {
    u16(24 + 2 * i, value);
  });
  u32(0, 40);
  i32(40, 40 - 4);
  view.setUint8(at(44), 1);
  u32(48, 4);
  i32(52, 52 - 16);
  u32(56, 4);
  u32(60, 2);
  let place = 64;
  for (let level = 0; level < levels; level++) {
    // a list of two: the next column, twice
    u32(place, 8);
    u32(place + 4, 4);
    i32(place + 8, place + 8 - 24);
    if (level + 1 < levels) {
      u32(place + 12, 4);
      u32(place + 16, 2);
    }
    place += 20;
  }
  expect(() => soon(() => checkArrow(bytes))).toThrow("its parts lie in each other");
});
