/** Rounding weights to fewer bits, against formulas that do not share its code. */
import { expect, test } from "vitest";
import { DTYPES } from "../../src/checkpoint/dtypes.ts";
import { dequantise, quantise, toHalf } from "../../src/export/quantise.ts";

const finite = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((half) => (half & 0x7c00) !== 0x7c00);
const wide = DTYPES.get("F16")!.read(finite.slice().buffer) as Float32Array;

test("every half is itself, and reads as in a safetensors file", () => {
  expect(Uint16Array.from(wide, toHalf)).toEqual(finite);
  expect(new Uint32Array(dequantise({ values: finite.slice() }).buffer)).toEqual(
    new Uint32Array(wide.buffer),
  );
});

test("what lies between two halves becomes the nearer one; of two equally near the even", () => {
  for (let half = 0; half < 0x7bff; half += 1) {
    const [low, high] = [wide[half]!, wide[half + 1]!];
    const middle = (low + high) / 2; // exact: a float has the bits for it
    expect(toHalf(middle)).toBe(half % 2 === 0 ? half : half + 1);
    const step = (high - low) / 512;
    expect(toHalf(middle - step)).toBe(half);
    expect(toHalf(-middle - step)).toBe(0x8000 | (half + 1));
  }
});

test("bytes are multiples of their column's factor, and no weight is further off than half of it", () => {
  const values = Float32Array.from({ length: 300 }, (_, i) => Math.sin(i * i) * 10 ** ((i % 3) - 1));
  values.forEach((_, i) => {
    if (i % 5 === 4) values[i] = 0;
  });
  const { values: bytes, scales } = quantise(values, 5, "int8", "w");
  const back = dequantise({ values: bytes, scales: scales! });
  for (let c = 0; c < 5; c++) {
    const column = [...values].filter((_, i) => i % 5 === c);
    const largest = Math.max(...column.map(Math.abs));
    expect(scales![c]).toBe(Math.fround(largest / 127));
    column.forEach((value, r) => {
      expect(Math.abs(back[r * 5 + c]! - value)).toBeLessThanOrEqual(scales![c]! * 0.500001);
    });
  }
  expect([...bytes].filter((_, i) => i % 5 === 4).every((byte) => byte === 0)).toBe(true);
});
