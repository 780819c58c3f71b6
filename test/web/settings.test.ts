/** Settings of the playground in addresses and files: what makes sense is kept, what does not is named and left out. */
import { expect, test } from "vitest";
import { commandLine, DEFAULTS, fromQuery, fromSaved, RATES, toQuery } from "../../web/digits/settings.ts";

test("defaults need no address, and an address gives back what it was made from", () => {
  expect(toQuery(DEFAULTS)).toBe("");
  expect(fromQuery("")).toEqual({ settings: DEFAULTS, ignored: [] });
  const other = {
    network: "mlp",
    layers: DEFAULTS.layers,
    activation: DEFAULTS.activation,
    optimizer: DEFAULTS.optimizer,
    samples: 1234,
    epochs: 7,
    seed: 4294967295,
    rate: 0.03,
    augment: "strong",
  } as const;
  expect(fromQuery(toQuery(other))).toEqual({ settings: other, ignored: [] });
});

test("a network brings its own rate", () => {
  expect(fromQuery("network=mlp").settings.rate).toBe(RATES.mlp);
  expect(toQuery({ ...DEFAULTS, network: "mlp", rate: RATES.mlp })).toBe("network=mlp");
});

test.each([
  ["samples=-1", "samples"],
  ["samples=1e9", "samples"],
  ["samples=12.5", "samples"],
  ["samples=", "samples"],
  ["samples=NaN", "samples"],
  ["epochs=0", "epochs"],
  ["epochs=Infinity", "epochs"],
  ["rate=0", "rate"],
  ["rate=%F0%9F%92%A9", "rate"],
  ["network=__proto__", "network"],
  ["network=constructor", "network"],
  ["augment=toString", "augment"],
  ["__proto__=1", "__proto__"],
  ["hasOwnProperty=1", "hasOwnProperty"],
])("%s is left out and named", (query, name) => {
  expect(fromQuery(query)).toEqual({ settings: DEFAULTS, ignored: [name] });
});

test("of garbage nothing is kept", () => {
  const { settings } = fromQuery("%%%&=&&==&samples=%ff&\u0000=1;drop");
  expect(settings).toEqual(DEFAULTS);
  for (const saved of [undefined, null, 7, "text", [], { samples: "many", network: {} }])
    expect(fromSaved(saved)).toEqual(DEFAULTS);
});

test("the same training on the command line", () => {
  expect(commandLine({ ...DEFAULTS, samples: 500, augment: "strong" })).toBe(
    `nabla train digits --model cnn --samples 500 --epochs ${DEFAULTS.epochs} --seed 1 --learning-rate 0.002 --augment shift:1.5,rotate:15,scale:0.15,shear:10`,
  );
  expect(commandLine({ ...DEFAULTS, augment: "none" })).not.toContain("--augment");
});
