/**
 * Pages that are simulated in Node: jsdom and happy-dom, under Jest and Vitest. They lack what pages have (TextEncoder, MessageChannel,
 * Worker, streams), and their typed arrays are not those of Node. The program trains, saves, loads and predicts there to the known bits,
 * with arrays of the test and of Node, and with timers that a test has stopped.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { sawHost } from "../support/hosts.ts";
import { expectedOutput, install, PROGRAM, project, run, testWith, tool } from "./support.ts";

/** Beside the tools, which the tests of a program find from where they are. */
const scratch = join(dirname(tool("simulated", "../package.json") ?? import.meta.dirname), "scratch");
let expected: string;
beforeAll(async () => {
  expected = await expectedOutput();
  if (!tool("simulated", "jest")) return;
  rmSync(scratch, { recursive: true, force: true });
  const { folder } = await install();
  mkdirSync(scratch);
  cpSync(join(folder, "node_modules"), join(scratch, "node_modules"), { recursive: true });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What a program's tests say goes to a file: what they print is decorated. */
const TESTS = (fake: string) => `
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { dense, load, NablaError, sequential } from "nabla";
import { arrayDataset } from "nabla/data";
import { downloadModel, listModels, openData } from "nabla/browser";
import { program } from "./program.js";

const ROWS = [255, 0, 0, 255, 255, 255, 0, 0];
async function trained(x) {
  const model = sequential([dense({ units: 2, activation: "softmax" })], { seed: 3 });
  model.compile({ loss: "categoricalCrossentropy" });
  await model.fit(arrayDataset(x, [0, 1, 0, 1]), { epochs: 2 });
  return [...load(Buffer.from(model.save())).predict(x.subarray(0, 2)).data].join();
}
const words = async (task) => {
  try {
    return String(await task());
  } catch (error) {
    return error instanceof NablaError ? "in words" : error.stack;
  }
};
test("a program", async () => {
  const said = { program: await program() };
  // a page's array, and a Buffer, which is another realm's: the same bytes, scaled alike
  said.arrays = (await trained(new Uint8Array(ROWS))) === (await trained(Buffer.from(ROWS)));
  said.table = (await openData(new File(["a,b,label\\n1,2,é\\n3,4,n\\n5,6,é\\n7,8,n\\n"], "t.csv"))).train.length;
  said.storage = await words(listModels);
  ${fake};
  said.stopped = await program();
  writeFileSync(join(process.cwd(), "said.json"), JSON.stringify(said));
});
`;
const FILES = { "package.json": '{ "private": true, "type": "module" }', "program.js": PROGRAM };

/** What a program's tests say in this environment. */
async function said(
  name: string,
  files: Record<string, string>,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  const folder = project(join(scratch, name), { ...FILES, ...files });
  await run(process.execPath, args, { cwd: folder, env: { NODE_ENV: "test", ...env }, seconds: 200 });
  expect(existsSync(join(folder, "said.json"))).toBe(true);
  const found = JSON.parse(readFileSync(join(folder, "said.json"), "utf8"));
  const storage = expect.stringMatching(/^(in words|)$/);
  expect(found).toEqual({ program: expected, arrays: true, table: 3, storage, stopped: expected });
}

const JEST = ["jest", "jest-environment-jsdom"];
const FAKE = `jest.useFakeTimers()`;

testWith("simulated", JEST, "jsdom under Jest, as modules", async () => {
  const files = {
    "jest.config.js": `export default { testEnvironment: "jsdom", transform: {} };`,
    "a.test.js": `import { jest } from "@jest/globals";${TESTS(FAKE)}`,
  };
  await said("modules", files, ["--experimental-vm-modules", tool("simulated", "jest/bin/jest.js")!]);
  sawHost("jsdom under Jest, modules", "Node", "this thread");
});

testWith(
  "simulated",
  [...JEST, "babel-jest", "@babel/preset-env"],
  "jsdom under Jest, as CommonJS",
  async () => {
    const files = {
      "package.json": '{ "private": true }',
      // as every project with Babel has it, and the line of the guide
      "babel.config.js": `module.exports = { presets: [["@babel/preset-env", { targets: { node: "current" } }]] };`,
      "jest.config.js": `module.exports = { testEnvironment: "jsdom", transformIgnorePatterns: ["/node_modules/(?!nabla/)"] };`,
      "a.test.js": TESTS(FAKE),
    };
    await said("commonjs", files, [tool("simulated", "jest/bin/jest.js")!]);
    sawHost("jsdom under Jest, CommonJS", "Node", "this thread");
  },
  240,
);

for (const [host, environment] of [
  ["jsdom under Vitest", "jsdom"],
  ["happy-dom under Vitest", "happy-dom"],
] as const)
  testWith("simulated", ["vitest", environment], host, async () => {
    const files = {
      "vitest.config.js": `export default { test: { environment: "${environment}", globals: true } };`,
      "a.test.js": TESTS("vi.useFakeTimers()"),
    };
    await said(environment, files, [tool("simulated", "vitest/vitest.mjs")!, "run"], { VITEST: "" });
    sawHost(host, "Node", "this thread");
  });
