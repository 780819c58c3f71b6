import { expect, test } from "vitest";
import { Core } from "../../src/core/core.ts";
import { initialize } from "../../src/initializers/initialize.ts";
import { distribution, INITIALIZERS, initializerField } from "../../src/initializers/table.ts";
import { STREAMS, Stream } from "../../src/math/random.ts";

const fans = { fanIn: 300, fanOut: 100 };
/** What papers and Keras' documentation give as variance; kept apart from the source on purpose. */
const VARIANCE: Record<(typeof INITIALIZERS)[number], number> = {
  zeros: 0,
  ones: 0,
  gaussian: 1,
  gaussianScaled: 1 / 300,
  glorotUniform: 2 / 400,
  glorotNormal: 2 / 400,
  heNormal: 2 / 300,
  heUniform: 2 / 300,
  lecunNormal: 1 / 300,
  lecunUniform: 1 / 300,
  varianceScaling: 1 / 300,
  constant: 0,
};

const draw = (
  config: Parameters<ReturnType<typeof initializerField>["check"]>[0],
  n: number,
  seed = 1,
  tensor = 0,
) => {
  const core = new Core();
  core.reserve(core.base + n * 4);
  core.f32(core.base, n).fill(NaN);
  initialize(core, initializerField().check(config), fans, core.base, n, seed, tensor);
  return core.f32(core.base, n).slice();
};

test.each(INITIALIZERS)("%s: mean and variance", (name) => {
  const n = 60_000;
  const values = draw(name, n);
  const mean = values.reduce((s, v) => s + v, 0) / n;
  const variance = values.reduce((s, v) => s + (v - mean) ** 2, 0) / n;
  const deviation = Math.sqrt(VARIANCE[name]);
  expect(Math.abs(mean - (name === "ones" ? 1 : 0))).toBeLessThanOrEqual((4 * deviation) / Math.sqrt(n));
  expect(Math.abs(variance - VARIANCE[name])).toBeLessThanOrEqual(0.025 * VARIANCE[name]);
});

test("uniforms stay within their limit, gaussians are not cut off at two deviations", () => {
  const limit = Math.sqrt(6 / 400); // Glorot & Bengio 2010, formula 16
  expect(distribution(initializerField().check("glorotUniform"), fans)).toEqual({
    kind: "uniform",
    limit: expect.closeTo(limit, 15),
  });
  const uniform = draw("glorotUniform", 60_000);
  expect(Math.max(...uniform.map(Math.abs))).toBeLessThanOrEqual(Math.fround(limit));
  expect(Math.max(...uniform.map(Math.abs))).toBeGreaterThan(0.999 * limit);
  const beyond = draw("heNormal", 60_000).filter((v) => Math.abs(v) > 2 * Math.sqrt(2 / 300)).length;
  expect(Math.abs(beyond / 60_000 - 0.0455)).toBeLessThan(0.004);
});

test("varianceScaling: scale over the fan of its mode, as Keras defines it", () => {
  const of = (options: object) =>
    distribution(initializerField().check({ name: "varianceScaling", ...options }), fans);
  const gaussian = (variance: number) => ({ kind: "gaussian", mean: 0, deviation: Math.sqrt(variance) });
  expect(of({})).toEqual(gaussian(1 / 300));
  expect(of({ scale: 2 })).toEqual(distribution(initializerField().check("heNormal"), fans));
  expect(of({ scale: 3, mode: "fanOut" })).toEqual(gaussian(3 / 100));
  expect(of({ scale: 0.5, mode: "fanAvg" })).toEqual(gaussian(0.5 / 200));
  expect(of({ mode: "fanAvg", distribution: "uniform" })).toEqual(
    distribution(initializerField().check("glorotUniform"), fans),
  );
  for (const [options, said] of [
    [{ mode: "fan_in" }, 'did you mean "fanIn"?'],
    [{ distribution: "truncatedNormal" }, "distribution: expected one of normal, uniform"],
    [{ scale: 0 }, "scale: expected a finite number > 0"],
  ] as const)
    expect(() => of(options)).toThrow(said);
});

test("gaussian takes a mean and a deviation", () => {
  const out = draw({ name: "gaussian", mean: 5, stddev: 0.5 }, 3, 9, 4);
  const stream = new Stream(9, STREAMS.init, 4);
  expect(out).toEqual(Float32Array.from({ length: 3 }, () => 5 + 0.5 * stream.gaussian()));
});

test("values depend on seed, tensor and place alone", () => {
  const long = draw("heNormal", 99);
  expect(draw("heNormal", 10)).toEqual(long.slice(0, 10));
  expect(draw("heNormal", 99, 2)).not.toEqual(long);
  expect(draw("heNormal", 99, 1, 1)).not.toEqual(long);
});

test("is known by its bits: a change here changes every seeded training", () => {
  expect([...draw("glorotUniform", 3)]).toMatchInlineSnapshot(`
    [
      -0.10478831082582474,
      -0.09375288337469101,
      -0.05308859422802925,
    ]
  `);
  expect([...draw("heNormal", 3)]).toMatchInlineSnapshot(`
    [
      0.1386517733335495,
      0.125774547457695,
      0.12562385201454163,
    ]
  `);
});
