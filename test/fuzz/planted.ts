/** Readers with a fault each, which the fuzzer has to find: a test of the fuzzer. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { NablaError } from "../../src/errors.ts";
import type { Target } from "./guide/target.ts";

const faulty = (name: string, run: (bytes: Uint8Array) => unknown, more: Partial<Target> = {}): Target => ({
  name: `planted: ${name}`,
  seeds: () => [{ bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }],
  arbitrary: fc.uint8Array({ maxLength: 8 }).map((bytes) => ({ bytes })),
  run,
  ...more,
});

const refused = (): never => {
  throw new NablaError("a: expected something else than these bytes");
};

/** Each condition is found by keeping what met those before it: all at once they are met once in 2^21 times. */
function behindSeven(bytes: Uint8Array): unknown {
  if (bytes[0]! >> 5 !== 6) return refused();
  if (bytes[1]! >> 5 !== 5) return refused();
  if (bytes[2]! >> 5 !== 4) return refused();
  if (bytes[3]! >> 5 !== 3) return refused();
  if (bytes[4]! >> 5 !== 2) return refused();
  if (bytes[5]! >> 5 !== 1) return refused();
  if (bytes[6]! >> 5 !== 7) return refused();
  return (undefined as unknown as { length: number }).length;
}

let readings = 0;

export const planted: readonly Target[] = [
  faulty("behind seven conditions", behindSeven),
  faulty("hang", (bytes) => {
    while (bytes[0] === 9);
  }),
  faulty("end of the process", (bytes) => {
    if (bytes[0] === 9) process.abort();
  }),
  faulty("memory", (bytes) => {
    if (bytes[0] === 9) new Uint8Array(2 ** 26);
  }),
  faulty("prototype", (bytes) => {
    if (bytes[0] === 9) (Object.prototype as Record<string, unknown>).planted = 1;
    else delete (Object.prototype as Record<string, unknown>).planted;
  }),
  faulty("prototype of the result", (bytes) =>
    Object.assign(bytes[0] === 9 ? Object.create({ polluted: 1 }) : {}, { a: 1 }),
  ),
  faulty("file", (bytes) => {
    if (bytes[0] === 9) writeFileSync(join(process.cwd(), "..", "nabla-planted"), bytes);
  }),
  faulty("changed input", (bytes) => {
    if (bytes[0] === 9) bytes[1] = 0;
  }),
  faulty("two results", (bytes) => (bytes[0] === 9 ? readings++ : 0)),
  faulty("rejection", async (bytes) => {
    if (bytes[0] === 9) void Promise.reject(new Error("nobody waits for this"));
    await new Promise((resolve) => setImmediate(resolve));
  }),
  faulty("other values", (bytes) => bytes.map((byte) => byte & 0x7f), {
    arbitrary: fc.uint8Array({ maxLength: 8 }).map((bytes) => ({ bytes, want: bytes })),
  }),
  faulty("long message", (bytes) => {
    if (bytes[0] === 9) throw Object.assign(new Error("x".repeat(10_000)), { name: "NablaError" });
  }),
  faulty("controls in a message", (bytes) => {
    if (bytes[0] === 9) throw Object.assign(new Error("a: \u001b[2J is no name"), { name: "NablaError" });
  }),
  faulty("no message", (bytes) => {
    if (bytes[0] === 9) throw new NablaError("");
  }),
];
