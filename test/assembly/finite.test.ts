/** allFinite: one value that is no number is found at any place of a range of any length. */
import { expect, test } from "vitest";
import { Bed } from "../support/kernel.ts";

test("at every place of every length, and not beyond", () => {
  const { core } = new Bed();
  const { allFinite } = core.exports;
  core.reserve(core.base + 4096);
  const values = core.f32(core.base, 64);
  for (let n = 0; n <= 40; n++) {
    values.fill(3.4028235e38);
    values[n] = Number.NaN;
    expect(allFinite(core.base, n), `${n}`).toBe(1);
    for (let at = 0; at < n; at++)
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        values.fill(-0);
        values[at] = bad;
        expect(allFinite(core.base, n), `${bad} at ${at} of ${n}`).toBe(0);
      }
  }
});
