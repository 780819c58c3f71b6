/** Shapes: the sizes of a tensor's axes, without the batch unless said otherwise. */
export type Shape = readonly number[];

/** How many values there are: the product of the sizes. */
export function sizeOf(shape: Shape): number {
  let product = 1;
  for (const n of shape) product *= n;
  return product;
}

/** As messages show it: [28, 28, 1]. */
export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** Axes of one value say nothing. */
const axes = (shape: Shape): Shape => shape.filter((n) => n > 1);

/** Whether values of one shape are values of another: the axes are the same, or one of them is flat. */
export function fits(given: Shape, wanted: Shape): boolean {
  const [a, b] = [axes(given), axes(wanted)];
  return sizeOf(a) === sizeOf(b) && (a.length < 2 || b.length < 2 || sameShape(a, b));
}

/** Orders in which others store axes: transposed, channels first, PyTorch's filters. */
const ORDERS = ["10", "120", "102", "210", "2310"];

/** The end of a message about a shape: how its axes would have to be ordered. @param ahead axes before it, of rows */
export function reordered(given: Shape, wanted: Shape, ahead = 0): string {
  const order = ORDERS.map((axis) => Array.from(axis, Number)).find(
    (order) =>
      order.length === given.length &&
      sameShape(
        order.map((axis) => given[axis]!),
        wanted,
      ),
  );
  if (!order) return "";
  const rows = Array.from({ length: ahead }, (_, axis) => axis);
  return `: its axes are in another order; transpose them, (${[...rows, ...order.map((axis) => axis + ahead)].join(", ")})`;
}
