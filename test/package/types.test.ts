/** A program in TypeScript compiles against the installed package, however its project resolves modules. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Installed, install, node, project, root, testWith, tool } from "./support.ts";

let installed: Installed;
beforeAll(async () => {
  installed = await install();
});

const SOURCE = `
import { dense, type FitOptions, type Model, NablaError, sequential } from "nabla";
import { type Dataset, moons } from "nabla/data";
import core from "nabla/core.wasm";

const options: FitOptions = { epochs: 2, batchSize: 8 };
const model: Model = sequential([dense({ units: 1, activation: "sigmoid" })]);
const data: Dataset = moons({ samples: 40 });
export async function main(): Promise<readonly number[]> {
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  const { history } = await model.fit(data, options);
  if (history.loss.length !== 2) throw new NablaError("no loss");
  return history.loss;
}
export const imports: number = WebAssembly.Module.imports(core).length;
`;
/** The same in a CommonJS file, which can only load the package later. */
const COMMONJS = `
import type { Model } from "nabla" with { "resolution-mode": "import" };
export async function main(): Promise<Model> {
  const { dense, sequential } = await import("nabla");
  return sequential([dense({ units: 2, inputShape: [3] })]);
}
`;
/** What must not compile: the types would be any otherwise. */
const WRONG = `
import { dense } from "nabla";
import { moons } from "nabla/data";
dense({ units: "four" });
moons({ sample: 3 });
export const layer: number = dense({ units: 1 });
`;

const PROJECTS = {
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  node16: { module: "node16", moduleResolution: "node16" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
};

/** A program of every entry, for a project that knows the language alone. */
const BARE = ["", "/data", "/browser", "/export", "/import", "/predict", "/sequences", "/static"]
  .map((entry, i) => `import * as entry${i} from "nabla${entry}";\nexport const kept${i} = entry${i};\n`)
  .join("");

async function check(
  tsc: string,
  name: keyof typeof PROJECTS,
  files: Record<string, string>,
  lib = ["es2022", "dom"],
  types: string[] = [],
): Promise<void> {
  const folder = join(installed.folder, name);
  rmSync(folder, { recursive: true, force: true });
  const options = {
    ...PROJECTS[name],
    target: "es2022",
    lib,
    types,
    typeRoots: [join(root, "node_modules/@types")],
    strict: true,
    noEmit: true,
  };
  const config = { compilerOptions: { ...options, skipLibCheck: false }, include: ["*"] };
  project(folder, {
    ...files,
    "tsconfig.json": JSON.stringify(config),
    "package.json": '{ "type": "module" }',
  });
  await node([tsc, "-p", folder], folder);
}

const wrong = (tsc: string) =>
  check(tsc, "bundler", { "wrong.ts": WRONG }).then(
    () => "it compiled",
    (error) => [...error.message.matchAll(/wrong\.ts\((\d+)/g)].map(([, line]) => line).join(),
  );

const files = (name: string): Record<string, string> =>
  name === "bundler" ? { "main.ts": SOURCE } : { "main.ts": SOURCE, "late.cts": COMMONJS };

describe("with this project's TypeScript", () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  test.each(Object.keys(PROJECTS) as (keyof typeof PROJECTS)[])("%s", (name) =>
    check(tsc, name, files(name)),
  );
  test.each(Object.keys(PROJECTS) as (keyof typeof PROJECTS)[])("%s, without the DOM's types", (name) =>
    check(tsc, name, { "main.ts": BARE }, ["es2022"]),
  );
  test("mistakes are found", async () => expect(await wrong(tsc)).toBe("4,5,6"));
});

describe("with TypeScript 5", () => {
  const tsc = tool("package", "typescript/bin/tsc")!;
  for (const name of Object.keys(PROJECTS) as (keyof typeof PROJECTS)[])
    testWith("package", ["typescript/bin/tsc"], name, () => check(tsc, name, files(name)));
  testWith("package", ["typescript/bin/tsc"], "mistakes are found", async () =>
    expect(await wrong(tsc)).toBe("4,5,6"),
  );
});

describe("with the lowest TypeScript, without the DOM's types", () => {
  const bin = "typescript-lowest/bin/tsc";
  const tsc = tool("package", bin)!;
  const whole = `${BARE}import * as node from "nabla/node";\nexport const kept = node;\n`;
  for (const name of Object.keys(PROJECTS) as (keyof typeof PROJECTS)[])
    for (const types of [[], ["node"]])
      testWith("package", [bin], `${name}, types: [${types}]`, () =>
        check(tsc, name, { "main.ts": whole }, ["es2022"], types),
      );
});
