/** Fewer or more steps of an axis, wherever it lies. */
import type { Importing } from "./importing.ts";
import { type Axis, along, axisOf, lengthOf, type Value } from "./value.ts";

/** @param before steps that are cut off; below 0 so many zeros are put there */
export function cropped(at: Importing, given: Value, axis: number, before: number, after: number): Value {
  if (before === 0 && after === 0) return given;
  const factors = along(given, axis);
  const flat = given.held.flat();
  const first = flat.indexOf(factors[0]!);
  // as an image: what lies outside, the axis, what lies inside
  const lies = factors.every((factor, i) => flat[first + i] === factor);
  const rest = flat.filter((factor) => !factors.includes(factor));
  const outer = factors.length > 0 && lies ? flat.slice(0, first) : [];
  const inner = factors.length > 0 && lies ? flat.slice(first + factors.length) : rest;
  const image = at.arrange(given, [outer, factors, inner]);
  const crop = before > 0 || after > 0;
  const sides = [
    [0, 0],
    [Math.abs(before), Math.abs(after)],
  ];
  const made = crop
    ? at.add("cropping2d", { cropping: sides }, [image])
    : at.add("zeroPadding2d", { padding: sides }, [image]);
  const out = axisOf(lengthOf(factors) - before - after);
  const batch = given.axes[axis]!.filter((factor) => factor.batch);
  const value: Value = {
    kind: "value",
    layer: made.config.name,
    axes: given.axes.map((own, i) => (i === axis ? [...batch, ...out] : own)),
    held: [outer, out, inner],
  };
  // as it was held before
  const held = given.held.map(
    (own): Axis =>
      own.flatMap((factor) => (factor === factors[0] ? out : factors.includes(factor) ? [] : [factor])),
  );
  const done = at.arrange(
    value,
    factors.length > 0 && lies ? held : [...out.map((factor) => [factor]), ...given.held],
  );
  const last = given.held[given.held.length - 1] ?? [];
  // stretches of the innermost axis
  if (crop && factors.length > 0 && lies && factors[0] === last[0]) {
    const { of, first } = at.columns.get(given.layer) ?? { of: given.layer, first: 0 };
    const width = lengthOf(inner);
    at.columns.set(done.layer, { of, first: first + before * width, count: lengthOf(out) * width });
  }
  return done;
}
