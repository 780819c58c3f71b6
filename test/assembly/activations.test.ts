import { describe, expect, test } from "vitest";
import { type ActivationName, activationField, activations } from "../../src/activations/table.ts";
import stored from "../golden/activations.json";
import { dealt } from "../support/dealt.ts";
import { checkActivation, near, runActivation, sizes } from "../support/harness.ts";
import { activationReferences } from "../support/reference.ts";

const computed = (Object.keys(activations) as ActivationName[]).filter((name) => activations[name].forward);
const alphas = { leakyRelu: 0.3, elu: 1.5 } as Partial<Record<ActivationName, number>>;

interface Golden {
  alpha: number;
  z: number[][];
  da: number[][];
  a: number[][];
  dz: number[][];
}
const golden: Record<string, Golden> = stored;

describe.each(dealt(computed))("%s", (name) => {
  test.each(sizes)("%i × %i: reference, central differences, shares, in place", (rows, units) => {
    checkActivation(name, rows, units, alphas[name]);
  });

  test("a wrong gradient is noticed, in the reference and in the kernel", () => {
    const wrong = (g: number[]) => g.map((v, i) => (i === 2 ? v + 1e-3 : v));
    const reference = activations[name].trainable ? /central differences\[2\] is/ : /dz of/;
    expect(() => checkActivation(name, 3, 7, alphas[name], { reference: wrong })).toThrow(reference);
    expect(() => checkActivation(name, 3, 7, alphas[name], { kernel: wrong })).toThrow(/^dz of .*\[2\] is/);
  });

  test("stays finite at the ends of the float range, except where the formula does not", () => {
    const z = [-3e38, -1e20, -1000, -88, -1e-30, 1e-30, 88, 1000, 3e38];
    for (const v of z) {
      const { a, dz } = runActivation(name, [v, 0], [1, 1], 1, alphas[name] ?? 0);
      const reference = activationReferences[name];
      near(`${name}(${v})`, a, reference.value([v, 0], alphas[name] ?? 0).map(Math.fround));
      // for these z formulas of slopes give ∞ · 0, but the limit is what must come out
      expect(
        // selu's largest slope is λα
        dz.every((d) => Math.abs(d) <= (name === "selu" ? 1.7581 : 1.5)),
        `slope of ${name} at ${v}: ${dz}`,
      ).toBe(true);
    }
  });

  test("NaN is passed on", () => {
    if (name === "step") return;
    expect(runActivation(name, [NaN, 1, 2, 3], [1, 1, 1, 1], 1, 1).a[0]).toBeNaN();
  });
});

test.each(Object.keys(golden))("%s agrees with PyTorch", (name) => {
  const { alpha, z, da, a, dz } = golden[name];
  const got = runActivation(name as ActivationName, z.flat(), da.flat(), z.length, alpha);
  near(`a of ${name}`, got.a, a.flat());
  near(`dz of ${name}`, got.dz, dz.flat());
});

test("small values keep their digits where formulas cancel", () => {
  const relative = (name: ActivationName, z: number, want: number) => {
    const got = runActivation(name, [z], [1], 1, 1).a[0];
    expect(Math.abs(got / want - 1), `${name}(${z}) is ${got}, expected ${want}`).toBeLessThan(2e-6);
  };
  relative("elu", -1e-6, Math.expm1(Math.fround(-1e-6)));
  relative("softplus", -30, Math.log1p(Math.exp(-30)));
  relative("sigmoid", -80, Math.exp(-80));
  relative("gelu", -5, -5 * 2.866515718791939e-7); // Φ(−5)
});

test("an unknown activation is named with its neighbour", () => {
  expect(() => activationField().check("reul")).toThrow('got "reul"; did you mean "relu"?');
});
