/** permuted(): the same values with their axes in another order, by strips where that is faster. */
import { expect, test } from "vitest";
import { permuted } from "../../src/interop/layouts.ts";
import { sizeOf } from "../../src/shape.ts";

/** Index by index, as the definition says. */
function plainly(data: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const sizes = order.map((axis) => shape[axis]!);
  return data.map((_, at) => {
    let [rest, from] = [at, 0];
    for (let i = sizes.length - 1; i >= 0; i--) {
      from += (rest % sizes[i]!) * sizeOf(shape.slice(order[i]! + 1));
      rest = Math.floor(rest / sizes[i]!);
    }
    return data[from]!;
  });
}

const orders = (n: number): number[][] =>
  n === 0
    ? [[]]
    : orders(n - 1).flatMap((order) =>
        Array.from({ length: n }, (_, at) => [...order.slice(0, at), n - 1, ...order.slice(at)]),
      );

test("every order of up to four axes, of lengths around eight and of one", () => {
  const shapes = [
    [17],
    [8, 9],
    [16, 24],
    [7, 31],
    [1, 19],
    [25, 1],
    [3, 9, 10],
    [16, 1, 8],
    [2, 3, 17, 9],
    [9, 8, 1, 2],
  ];
  for (const shape of shapes) {
    const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => i);
    for (const order of orders(shape.length))
      expect(permuted(data, shape, order), `[${shape}] as ${order}`).toEqual(plainly(data, shape, order));
  }
});

test("no values and no axes stay as they are", () => {
  expect(permuted(new Float32Array(0), [0, 8], [1, 0])).toHaveLength(0);
  expect(permuted(Float32Array.of(3), [], [])).toEqual(Float32Array.of(3));
});
