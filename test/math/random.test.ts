import { describe, expect, test } from "vitest";
import { permutation, philox, STREAMS, Stream } from "../../src/math/random.ts";

function block(key: [number, number], counter: [number, number, number, number]): string {
  const out = new Uint32Array(4);
  philox(...key, ...counter, out);
  return Array.from(out, (word) => word.toString(16).padStart(8, "0")).join(" ");
}

describe("philox", () => {
  const ones = 0xffffffff;
  // kat_vectors of Random123 (philox 4x32, 10 rounds)
  test.each([
    [[0, 0], [0, 0, 0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    [[ones, ones], [ones, ones, ones, ones], "408f276d 41c83b0e a20bc7c6 6d5451fd"],
    [
      [0xa4093822, 0x299f31d0],
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    ],
  ] as [[number, number], [number, number, number, number], string][])(
    "known answers %#",
    (key, counter, want) => {
      expect(block(key, counter)).toBe(want);
    },
  );
});

describe("Stream", () => {
  test("puts seed, stream, step and index where the twin expects them", () => {
    const seed = 0x12345_9abcdef0;
    const step = 0x2_00000003;
    const stream = new Stream(seed, 7, step);
    for (let i = 0; i < 4; i++) stream.next();
    const got = Array.from({ length: 4 }, () => stream.next().toString(16).padStart(8, "0")).join(" ");
    expect(got).toBe(block([0x9abcdef0, 0x12345], [1, 3, 2, 7]));
  });

  test("uniform: in [0, 1), mean ½, variance 1/12", () => {
    const random = new Stream(3, STREAMS.data);
    let sum = 0;
    let squares = 0;
    let outside = 0;
    for (let i = 0; i < 100_000; i++) {
      const u = random.uniform();
      outside += u >= 0 && u < 1 ? 0 : 1;
      sum += u;
      squares += (u - 0.5) ** 2;
    }
    expect(outside).toBe(0);
    expect(sum / 1e5).toBeCloseTo(0.5, 2);
    expect(squares / 1e5).toBeCloseTo(1 / 12, 2);
  });

  test("gaussian: moments, and the documented words", () => {
    const random = new Stream(3, STREAMS.data);
    let [m1, m2, m3, m4] = [0, 0, 0, 0];
    for (let i = 0; i < 100_000; i++) {
      const z = random.gaussian();
      m1 += z;
      m2 += z ** 2;
      m3 += z ** 3;
      m4 += z ** 4;
    }
    for (const [got, want] of [
      [m1, 0],
      [m2, 1],
      [m3, 0],
      [m4, 3],
    ] as const) {
      expect(Math.abs(got / 1e5 - want)).toBeLessThan(0.05);
    }
    const words = new Uint32Array(4);
    philox(3, 0, 0, 0, 0, STREAMS.data, words);
    const r = Math.sqrt(-2 * Math.log((words[2]! + 1) / 2 ** 32));
    const angle = (2 * Math.PI * words[3]!) / 2 ** 32;
    const again = new Stream(3, STREAMS.data);
    const four = Array.from({ length: 4 }, () => again.gaussian());
    expect(four[2]).toBeCloseTo(r * Math.cos(angle), 12);
    expect(four[3]).toBeCloseTo(r * Math.sin(angle), 12);
  });

  test("int: below n, evenly, also where 2^32 is far from a multiple of n", () => {
    const random = new Stream(5, 1);
    const counts = new Array(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[random.int(6)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
    const n = 3 * 2 ** 30; // a modulus would make the lowest third twice as likely
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (random.int(n) < n / 3) low++;
    expect(Math.abs(low - 10_000)).toBeLessThan(400);
    expect(random.int(1)).toBe(0);
    expect(random.int(2 ** 32)).toBeLessThan(2 ** 32);
  });

  test("refuses seeds it could not tell apart", () => {
    for (const seed of [-1, 1.5, 2 ** 53, NaN]) {
      expect(() => new Stream(seed, 1)).toThrow(
        `seed: expected an integer from 0 to 9007199254740991, got ${seed}`,
      );
    }
    expect(() => new Stream(1, 1, -2)).toThrow("step");
  });
});

describe("permutation", () => {
  test("holds every number once and depends on seed, stream and step", () => {
    const order = permutation(1000, 1, STREAMS.shuffle, 0);
    expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(permutation(1000, 1, STREAMS.shuffle, 0)).toEqual(order);
    expect(permutation(1000, 2, STREAMS.shuffle, 0)).not.toEqual(order);
    expect(permutation(1000, 1, STREAMS.split, 0)).not.toEqual(order);
    expect(permutation(1000, 1, STREAMS.shuffle, 1)).not.toEqual(order);
    expect(permutation(0, 1, 1)).toHaveLength(0);
  });

  test("all six orders of three are about as likely", () => {
    const counts = new Map<string, number>();
    for (let step = 0; step < 6000; step++) {
      const key = permutation(3, 1, 1, step).join("");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});

test("a stream goes to any block, and what it kept of another is forgotten", () => {
  const words = Array.from(
    { length: 12 },
    (
      (stream) => () =>
        stream.next()
    )(new Stream(5, 1, 2)),
  );
  const stream = new Stream(5, 1, 2);
  for (const block of [2, 0, 1]) {
    stream.gaussian();
    stream.seek(block);
    expect(Array.from({ length: 4 }, () => stream.next())).toEqual(words.slice(4 * block, 4 * block + 4));
    stream.seek(block);
    const first = stream.gaussian();
    stream.seek(block);
    expect(stream.gaussian()).toBe(first);
  }
});
