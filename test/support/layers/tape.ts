/** Numbers that know how they were made: gradients of references whose formulas go step by step, without a second formula. */
export class Num {
  grad = 0;
  constructor(
    readonly v: number,
    readonly from: readonly (readonly [of: Num, slope: number])[] = [],
  ) {
    made.push(this);
  }
}

let made: Num[] = [];

export const num = (v: number): Num => new Num(v);
export const add = (...all: Num[]): Num =>
  new Num(
    all.reduce((sum, { v }) => sum + v, 0),
    all.map((a) => [a, 1]),
  );
export const mul = (a: Num, b: Num): Num =>
  new Num(a.v * b.v, [
    [a, b.v],
    [b, a.v],
  ]);
/** Σ a[i] · b[i] */
export const dot = (a: readonly Num[], b: readonly Num[]): Num =>
  new Num(
    a.reduce((sum, { v }, i) => sum + v * b[i].v, 0),
    a.flatMap((x, i): [Num, number][] => [
      [x, b[i].v],
      [b[i], x.v],
    ]),
  );
const of = (f: (x: number) => number, slope: (x: number, y: number) => number) => (a: Num) => {
  const y = f(a.v);
  return new Num(y, [[a, slope(a.v, y)]]);
};
export const exp = of(Math.exp, (_, y) => y);
export const inverse = of(
  (x) => 1 / x,
  (_, y) => -y * y,
);
export const functions: Record<string, (a: Num) => Num> = {
  linear: (a) => a,
  tanh: of(Math.tanh, (_, y) => 1 - y * y),
  sigmoid: of(
    (x) => 1 / (1 + Math.exp(-x)),
    (_, y) => y * (1 - y),
  ),
  relu: of(
    (x) => Math.max(x, 0),
    (x) => Number(x > 0),
  ),
  hardSigmoid: of(
    (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1),
    (x) => (Math.abs(x) < 3 ? 1 / 6 : 0),
  ),
};

/** Begins anew; what is computed from here on is differentiated by back(). */
export function begin(): void {
  made = [];
}

/** What was computed since begin(): back() gives all their gradients for those of some. */
export function recorded(): (ends: readonly Num[], gradients: ArrayLike<number>) => void {
  const all = made;
  return (ends, gradients) => {
    for (const each of all) each.grad = 0;
    ends.forEach((end, i) => {
      end.grad += gradients[i];
    });
    for (let i = all.length - 1; i >= 0; i--)
      for (const [a, slope] of all[i].from) a.grad += all[i].grad * slope;
  };
}
