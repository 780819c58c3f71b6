import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, expectTypeOf, test } from "vitest";
import { NablaError } from "../../src/errors.ts";
import {
  anything,
  bool,
  choice,
  exactly,
  type Field,
  type Fields,
  type Infer,
  type Input,
  int,
  list,
  number,
  type ObjectField,
  string,
} from "../../src/fields/fields.ts";
import {
  described,
  object,
  optional,
  orName,
  record,
  shared,
  variant,
  withDefault,
} from "../../src/fields/objects.ts";

const kind = <F extends ObjectField<Fields>>(fields: F) => ({ fields: () => fields });
const activation = shared(
  "activation",
  orName(
    variant("name", {
      relu: kind(object({})),
      leakyRelu: kind(object({ alpha: number({ default: 0.3 }) })),
      power: kind(object({ by: int() })),
    }),
  ),
);
const layer = variant("type", {
  dense: kind(
    object({
      units: int({ min: 1 }),
      activation: withDefault(activation, "relu"),
      useBias: bool({ default: true }),
    }),
  ),
  flatten: kind(object({})),
});
const spec = object({
  version: exactly(1),
  layers: list(layer, { min: 1 }),
  rate: number({ exclusiveMin: 0, max: 1, default: 0.5, doc: "How fast." }),
  mode: optional(choice(["fast", "exact"])),
  weights: optional(record(number({ min: 0 }), { keys: /^[0-9]+$/ })),
  label: optional(string({ pattern: /^[a-z]+$/, expected: "lower-case letters" })),
  rest: optional(described(anything(), "Kept as it is.")),
});
const good = { version: 1, layers: [{ type: "dense", units: 3 }] };

/** Documents, and the message `check` gives; "" when the document is good. */
const table: [document: unknown, message: string][] = [
  [good, ""],
  [{ ...good, rate: 1, mode: "fast", weights: { "0": 2 }, label: "abc", rest: [null, { a: 1 }] }, ""],
  [
    {
      version: 1,
      layers: [{ type: "flatten" }, { type: "dense", units: 1, activation: { name: "power", by: -2 } }],
    },
    "",
  ],
  [[], "document: expected an object, got []"],
  [null, "document: expected an object, got null"],
  [{ ...good, version: 2 }, "version: expected 1, got 2"],
  [{ layers: good.layers }, "version: missing; expected 1"],
  [
    { version: 1, layers: [] },
    "layers: expected an array of at least 1, each an object with type one of dense, flatten, got []",
  ],
  [
    { version: 1, layers: {} },
    "layers: expected an array of at least 1, each an object with type one of dense, flatten, got {}",
  ],
  [
    { version: 1, layers: ["dense"] },
    'layers[0]: expected an object with type one of dense, flatten, got "dense"',
  ],
  [{ version: 1, layers: [{ units: 3 }] }, "layers[0].type: missing; expected one of dense, flatten"],
  [
    { version: 1, layers: [{ type: "dens", units: 3 }] },
    'layers[0].type: expected one of dense, flatten, got "dens"; did you mean "dense"?',
  ],
  [
    { version: 1, layers: [{ type: "flatten" }, { type: "dense", units: -3 }] },
    "layers[1].units: expected a whole number ≥ 1, got -3",
  ],
  [
    { version: 1, layers: [{ type: "dense", units: 2.5 }] },
    "layers[0].units: expected a whole number ≥ 1, got 2.5",
  ],
  [
    { version: 1, layers: [{ type: "dense", units: 2 ** 53 }] },
    "layers[0].units: expected a whole number ≥ 1 and ≤ 2147483647, got 9007199254740992",
  ],
  [
    { version: 1, layers: [{ type: "dense", units: "3" }] },
    'layers[0].units: expected a whole number ≥ 1, got "3"',
  ],
  [
    { version: 1, layers: [{ type: "dense", unit: 3 }] },
    'layers[0].unit: unknown field; did you mean "units"?',
  ],
  [
    { version: 1, layers: [{ type: "flatten", units: 3 }] },
    "layers[0].units: unknown field; expected one of type",
  ],
  [{ version: 1, layers: [{ type: "dense" }] }, "layers[0].units: missing; expected a whole number ≥ 1"],
  [
    { version: 1, layers: [{ type: "dense", units: 3, useBias: 1 }] },
    "layers[0].useBias: expected true or false, got 1",
  ],
  [
    { version: 1, layers: [{ type: "dense", units: 3, activation: "reul" }] },
    'layers[0].activation: expected one of relu, leakyRelu, power, or an object with that name, got "reul"; did you mean "relu"?',
  ],
  [
    { version: 1, layers: [{ type: "dense", units: 3, activation: "power" }] },
    "layers[0].activation.by: missing; expected a whole number",
  ],
  [
    { version: 1, layers: [{ type: "dense", units: 3, activation: { name: "relu", alpha: 1 } }] },
    "layers[0].activation.alpha: unknown field; expected one of name",
  ],
  [
    { version: 1, layers: [{ type: "dense", units: 3, activation: 7 }] },
    "layers[0].activation: expected one of relu, leakyRelu, power, or an object with that name, got 7",
  ],
  [{ ...good, rate: 0 }, "rate: expected a finite number > 0 and ≤ 1, got 0"],
  [{ ...good, rate: null }, "rate: expected a finite number > 0 and ≤ 1, got null"],
  [{ ...good, mode: "Fast" }, 'mode: expected one of fast, exact, got "Fast"; did you mean "fast"?'],
  [{ ...good, weights: { a: 1 } }, "weights.a: unexpected key; expected keys like /^[0-9]+$/"],
  [{ ...good, weights: { "3": -1 } }, "weights.3: expected a finite number ≥ 0, got -1"],
  [{ ...good, weights: [] }, "weights: expected an object, got []"],
  [{ ...good, label: "A" }, 'label: expected lower-case letters, got "A"'],
  [
    JSON.parse('{"version":1,"layers":[{"type":"flatten"}],"__proto__":1}'),
    "__proto__: unknown field; expected one of version, layers, rate, mode, weights, label, rest",
  ],
  [
    { ...good, constructor: 1 },
    "constructor: unknown field; expected one of version, layers, rate, mode, weights, label, rest",
  ],
];

const message = (field: Field, value: unknown): string => {
  try {
    field.check(value);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(NablaError);
    return (error as NablaError).message;
  }
};

describe("check and JSON Schema agree", () => {
  const defs = {};
  const validators = [
    new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(spec.jsonSchema()),
    new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile({
      ...spec.jsonSchema(defs),
      $defs: defs,
    }),
  ];
  test("the shared definition is stored once", () => expect(Object.keys(defs)).toEqual(["activation"]));

  test.each(table)("%j", (document, expected) => {
    expect(message(spec, document)).toBe(expected);
    for (const valid of validators) expect(valid(document)).toBe(expected === "");
  });
});

test("defaults are filled in, in the order of the specification, and short forms become objects", () => {
  const checked = spec.check({ rate: undefined, layers: [{ units: 3, type: "dense" }], version: 1 });
  expect(JSON.stringify(checked)).toBe(
    '{"version":1,"layers":[{"type":"dense","units":3,"activation":{"name":"relu"},"useBias":true}],"rate":0.5}',
  );
  const leaky = spec.check({ version: 1, layers: [{ type: "dense", units: 3, activation: "leakyRelu" }] });
  expect(leaky.layers[0]).toMatchObject({ activation: { name: "leakyRelu", alpha: 0.3 } });
});

test("values that JSON cannot hold are refused where they would do harm", () => {
  expect(message(spec, { ...good, rate: NaN })).toBe("rate: expected a finite number > 0 and ≤ 1, got NaN");
  expect(message(spec, { ...good, rate: 1n })).toBe(
    "rate: expected a finite number > 0 and ≤ 1, got a bigint",
  );
  expect(message(number(), Infinity)).toBe("document: expected a finite number, got Infinity");
  expect(message(string(), "x".repeat(100))).toBe("");
  expect(message(int(), "x".repeat(100))).toBe(
    `document: expected a whole number, got "${"x".repeat(76)}...`,
  );
});

test("path and document are in the error's details", () => {
  try {
    spec.check({ version: 1, layers: [{ type: "dense", units: 0 }] });
  } catch (error) {
    expect((error as NablaError).details).toEqual({ path: "layers[0].units" });
  }
  expect.assertions(1);
});

test("an error shows values that JSON has no words for", () => {
  expect(() => int().check([1n], "a")).toThrow('a: expected a whole number, got ["1n"]');
  expect(() => int().check(1n, "a")).toThrow("a: expected a whole number, got a bigint");
});

test("types follow the specification", () => {
  type Activation = { name: "relu" } | { name: "leakyRelu"; alpha: number } | { name: "power"; by: number };
  type Checked = Infer<typeof spec>;
  expectTypeOf<Checked["layers"][number]>().toEqualTypeOf<
    { type: "dense"; units: number; activation: Activation; useBias: boolean } | { type: "flatten" }
  >();
  expectTypeOf<Checked["mode"]>().toEqualTypeOf<"fast" | "exact" | undefined>();
  expectTypeOf<Checked["rate"]>().toEqualTypeOf<number>();
  expectTypeOf({
    version: 1 as const,
    layers: [{ type: "dense" as const, units: 3, activation: "relu" as const }],
  }).toExtend<Input<typeof spec>>();
  // @ts-expect-error "power" needs more than its name
  const bad: Input<typeof spec> = { version: 1, layers: [{ type: "dense", units: 3, activation: "power" }] };
  expect(bad).toBeDefined();
});
