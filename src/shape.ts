/** Shapes: the sizes of a tensor's axes, without the batch unless said otherwise. */
export type Shape = readonly number[];

/** How many values there are: the product of the sizes. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);

/** As messages show it: [28, 28, 1]. */
export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);
