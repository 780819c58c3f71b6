/** Nets of Plane as programs: they give the very numbers of the net. */
import * as nabla from "nabla";
import { weightsSha256 } from "nabla";
import { describe, expect, it, vi } from "vitest";
import { Race } from "../../web/plane/engine/race.ts";
import { ACTIVATIONS, LOSSES, OPTIMIZERS } from "../../web/plane/state/choices.ts";
import { fromQuery } from "../../web/plane/state/state.ts";
import { kerasCode, nablaCode } from "../../web/plane/take/codeOf.ts";

async function trained(query: string) {
  const { state, notices } = fromQuery(query);
  expect(notices).toEqual([]);
  const race = new Race(state);
  await race.advance(3);
  const [entrant] = race.entrants;
  const { layers } = race.look(entrant!, new Float32Array(state.features.length));
  await race.dispose();
  return { state, layers, model: entrant!.model };
}

/** Runs the program with this library in place of the one it imports. */
function run(code: string): { model: nabla.Model; printed: unknown[] } {
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    const body = code
      .replace(/^import \{ (.*) \} from "nabla";$/m, "const { $1 } = nabla;")
      .replace("export const model", "const model");
    const model = new Function("nabla", `${body}\nreturn model;`)(nabla) as nabla.Model;
    return { model, printed: printed.mock.calls.at(-1)! };
  } finally {
    printed.mockRestore();
  }
}

const QUERIES = [
  ...ACTIVATIONS.map(({ value }) => `activation=${value}&dropout=0.1&l2=0.001`),
  ...LOSSES.map(({ value }) => `loss=${value}${value === "perceptron" ? "" : "&net=3"}`),
  ...OPTIMIZERS.map(({ value }) => `optimizer=${value}&momentum=0.8&net=2`),
  "data=sine&features=x,xx",
  "data=blobs&classes=4&net=none",
];

describe("a net as a program", () => {
  it.each(QUERIES)("for Nabla has its bits: %s", async (query) => {
    const { state, layers, model } = await trained(query);
    const made = run(nablaCode(state, layers));
    expect(weightsSha256(made.model)).toBe(weightsSha256(model));
    expect(made.printed).toEqual([[...model.predict([state.features.map(() => 0.5)]).data]]);
  });

  it.each(QUERIES)("for Keras has its weights, and nothing that is missing: %s", async (query) => {
    const { state, layers } = await trained(query);
    const code = kerasCode(state, layers);
    expect(code).not.toMatch(/undefined|NaN|null/);
    const arrays = [...code.matchAll(/np\.array\((\[.*\]), "float32"\),$/gm)].map(([, text]) =>
      Float32Array.from((JSON.parse(text!) as number[][]).flat()),
    );
    expect(arrays).toEqual(layers.flatMap(({ kernel, bias }) => [kernel, bias]));
  });

  it("for Keras says what y is: one-hot where classes have an output each, numbers for a curve", async () => {
    const codeOf = async (query: string) => {
      const { state, layers } = await trained(query);
      return kerasCode(state, layers);
    };
    expect(await codeOf("net=2&loss=meanSquaredError")).toContain("with y one-hot");
    expect(await codeOf("net=2&data=sine")).not.toContain("one-hot");
    // Keras' own hinge takes 0 for the rival where all wrong outputs are negative
    expect(await codeOf("net=2&loss=categoricalHinge")).not.toContain('"categorical_hinge"');
  });
});
