/** The contract, inside each runtime, from the packed package; and what a host that refuses WebAssembly is told. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Installed, install, node, project } from "../package/support.ts";
import { contract } from "./contract.mjs";
import { models } from "./files.ts";
import { RUNTIMES } from "./runtimes.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
let installed: Installed;
let expected: Record<string, unknown>;
let program: Record<string, string>;

beforeAll(async () => {
  installed = await install();
  const files = await models();
  const [nabla, data, light] = await Promise.all([
    import("../../src/index.ts"),
    import("../../src/data/index.ts"),
    import("../../src/predict/index.ts"),
  ]);
  expected = await contract({ nabla, data, light, files } as never);
  const text = Object.entries(files).map(
    ([name, bytes]) => `${name}: bytes("${Buffer.from(bytes).toString("base64")}")`,
  );
  program = {
    "contract.mjs": readFileSync(new URL("contract.mjs", import.meta.url), "utf8"),
    "program.js": `import * as nabla from "nabla";
import * as data from "nabla/data";
import * as light from "nabla/predict";
import { contract } from "./contract.mjs";
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const files = { ${text.join(", ")} };
export const answer = async () => JSON.stringify(await contract({ nabla, data, light, files }));
`,
  };
});

test("what is expected here is what it should be", () => {
  for (const name of ["parts", "light", "lightParts", "later"])
    expect(expected[name], name).toBe(expected.predicted);
  for (const name of ["truncated", "altered", "newer", "length"])
    expect(expected[`light${name[0]!.toUpperCase()}${name.slice(1)}`], name).toMatch(
      /^NablaError: .*(expected|changed|update)/,
    );
  expect(expected.laterPoints).toBe(expected.points);
  expect(expected.lightUnknown).toMatch(/^NablaError: model: .*"capsules"/);
  expect(expected.laterUnknown).toBe(expected.lightUnknown);
  expect(expected.stopped).toBe("AbortError");
  expect(expected.truncated).toMatch(
    /^NablaError: model: truncated: expected \d+ bytes, got \d+; copy or download/,
  );
  expect(expected.header).toMatch(/^NablaError: model: truncated within its header/);
  expect(expected.altered).toMatch(/^NablaError: model: damaged or changed since it was saved/);
  expect(expected.newer).toMatch(/^NablaError: model: .*version 2.*version 1.*update nabla/);
  expect(expected.unknown).toMatch(
    /^NablaError: model: config.model.layers\[1\].type: expected one of dense, .*got "capsules"/,
  );
  expect(expected.length).toMatch(/^NablaError: predict: expected a multiple of 784 values.*got 783/);
  for (const name of ["nothing", "shape", "batch", "option", "other"])
    expect(expected[name], name).toMatch(/^NablaError: .*(expected|there is no|did you mean)/);
});

test("in Node, from the package", async () => {
  const main = `import { answer } from "./program.js";\nconsole.log(await answer());`;
  const folder = project(join(installed.folder, "plain"), { ...program, "main.js": main });
  expect(JSON.parse((await node(["main.js"], folder)).stdout)).toEqual(expected);
});

describe.each(Object.entries(RUNTIMES))("%s", (name, { missing, answer }) => {
  const why = missing ? ` (not installed; to install it: ${missing})` : "";
  const check = test.skipIf(missing !== undefined && !required);
  check(`keeps the contract${why}`, async () => {
    if (missing) throw new Error(`${name} is not installed, and NABLA_REQUIRE_ALL=1 asks for it: ${missing}`);
    const folder = project(join(installed.folder, name), program);
    expect(JSON.parse(await answer(folder))).toEqual(expected);
  });
});

const PREDICT = `import { dense, sequential } from "nabla";
export const answer = async () => String(sequential([dense({ units: 1, inputShape: [1], kernelInitializer: "ones" })], {}).predict([[2]]).data);
`;
describe("where bytes may not be compiled", () => {
  for (const name of ["workerd", "edge-runtime"] as const) {
    const { missing, answer } = RUNTIMES[name];
    const check = test.skipIf(missing !== undefined && !required);
    check(`${name}, bundled without its condition: our words`, async () => {
      const folder = project(join(installed.folder, `${name}-bytes`), { "program.js": PREDICT });
      const said = await answer(folder, { conditions: ["browser"] });
      expect(said).toMatch(/^NablaError: the core may not be compiled here/);
      expect(said).toContain('bundle with the condition "workerd" or "edge-light"');
    });
  }
  const { missing, answer } = RUNTIMES.workerd;
  test.skipIf(missing !== undefined && !required)("loadCore() with the module helps", async () => {
    const code = `import core from "nabla/core.wasm";\nimport { loadCore } from "nabla";\n${PREDICT.replace("async () =>", "async () => (await loadCore(core),").replace(/;\s*$/, ");\n")}`;
    const folder = project(join(installed.folder, "workerd-own"), { "program.js": code });
    expect(await answer(folder, { conditions: ["browser"] })).toBe("2");
  });
  test.skipIf(missing !== undefined && !required)("so it does for nabla/predict", async () => {
    const code = `import core from "nabla/core.wasm";
import { load, loadCore } from "nabla/predict";
const model = Uint8Array.from(atob("${Buffer.from((await models()).model).toString("base64")}"), (c) => c.charCodeAt(0));
export const answer = async () => (await loadCore(core), String(load(model).predict(new Uint8Array(3 * 784).map((_, i) => (i * 2654435761) >>> 24)).argMax()));
`;
    const folder = project(join(installed.folder, "workerd-predict"), { "program.js": code });
    expect(await answer(folder, { conditions: ["browser"] })).toBe(String(expected.classes));
  });
});

describe("engines that cannot", () => {
  const main = `import { answer } from "./program.js";
console.log(await answer().catch((error) => error.name + ": " + error.message));`;
  const said = async (flag: string): Promise<string> => {
    const folder = project(join(installed.folder, "unable"), { "program.js": PREDICT, "main.js": main });
    return (await node([flag, "main.js"], folder)).stdout.trim();
  };
  // V8 has no SIMD for WebAssembly on a processor without SSE 4.1
  test.skipIf(process.arch !== "x64")("no SIMD: told so, and where there is", async () => {
    const words = await said("--no-enable-sse4-1");
    expect(words).toMatch(
      /^NablaError: the core could not be compiled: this engine lacks 128-bit SIMD in WebAssembly/,
    );
    expect(words).toContain("Chrome 91, Firefox 89, Safari 16.4, Node 20 or newer");
  });
  test("no WebAssembly at all", async () => {
    expect(await said("--jitless")).toMatch(/^NablaError: there is no WebAssembly in this engine/);
  });
});
