/** What docs/export.md shows works: its commands, its programs. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dense, load, lstm, sequential } from "../../src/index.ts";

const root = new URL("../../", import.meta.url);
const cli = fileURLToPath(new URL("build/cli.js", root));
const text = readFileSync(new URL("docs/export.md", root), "utf8");
const blocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, code]) => code!);

// under the package's own folder, where "nabla" is this package
const folder = mkdtempSync(fileURLToPath(new URL("build/export-", root)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const node = (...args: string[]) =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8", timeout: 60_000 });
const pixels = "const pixels = Uint8Array.from({ length: 784 }, (_, i) => (i * 37) % 256);";
const run = (code: string): number[] => {
  writeFileSync(join(folder, "program.mjs"), code);
  return JSON.parse(node("program.mjs"));
};

const printed: string[] = [];
beforeAll(() => {
  node(
    cli,
    ..."train digits --samples 200 --epochs 1 --seed 1 --model cnn --out digits.safetensors -q".split(" "),
  );
  const gestures = sequential([lstm({ units: 6 }), dense({ units: 4, activation: "softmax" })], {
    inputShape: [20, 3],
    seed: 1,
  });
  writeFileSync(join(folder, "gestures.safetensors"), gestures.save());
  for (const line of blocks("sh").join("").split("\n").filter(Boolean))
    printed.push(node(cli, ...line.split("#")[0]!.trim().split(/\s+/).slice(1)));
});

const expected = () => {
  const model = load(readFileSync(join(folder, "digits.safetensors")));
  return [...model.predict(Uint8Array.from({ length: 784 }, (_, i) => (i * 37) % 256)).data];
};

test("its commands write what they say", () => {
  expect(printed).toHaveLength(5);
  expect(printed[4]!.match(/: as it was written; /g)).toHaveLength(3);
  expect(printed[2]).toMatch(/loss .* as int8\n {2}accuracy .* as int8\n {2}the same class for /);
  expect(text).toMatch(/loss .* as int8\n {2}accuracy .* as int8\n {2}the same class for /);
});

test("its programs predict what the model predicts", () => {
  const [library, plain, steps, whole, module, worker] = blocks("js") as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  node(cli, "export", "gestures.safetensors", "--to", "gestures.js", "--stream");
  const first = load(readFileSync(join(folder, "gestures.safetensors")))
    .stream()
    .push([0.1, -0.4, 9.8]);
  const scores = run(`${steps}\nconsole.log(JSON.stringify([...scores]));`);
  expect(scores).toEqual([...(first as Float32Array)]);
  const prelude = `
    import { readFileSync } from "node:fs";
    import { digits } from "nabla/data";
    import { loadModel } from "nabla/node";
    const model = await loadModel("digits.safetensors");
    const test = digits({ samples: 20, part: "test" });
    const log = console.log;
    console.log = (scores) => scores.loss ?? (() => { throw new Error("no loss"); })();`;
  const made = run(`${prelude}\n${library}\nlog(JSON.stringify([bytes.length, code.length, types.length]));`);
  expect(Math.min(...made)).toBeGreaterThan(500);
  node(cli, "export", "digits.safetensors", "--to", "digits.wasm");
  const fetched = `import { readFileSync } from "node:fs";
    const fetch = async (name) => new Response(readFileSync(name));\n${pixels}`;
  expect(run(`${fetched}\n${plain}\nconsole.log(JSON.stringify([...probabilities]));`)).toEqual(expected());
  expect(run(`${fetched}\n${whole}\nconsole.log(bytes.length);`)).toBeGreaterThan(500);
  const changed = `const fetch = async (name) => {
    const bytes = readFileSync(name);
    bytes[bytes.length >> 1] ^= 1;
    return new Response(bytes);
  };`;
  expect(() => run(`import { readFileSync } from "node:fs";\n${changed}\n${whole}`)).toThrow(
    "digits.wasm is damaged",
  );
  const quiet = module.replace(/^console.*$/m, "");
  expect(run(`${pixels}\n${quiet}\nconsole.log(JSON.stringify([...outputs]));`)).toEqual(expected());
  // Node has no such import of .wasm yet: the module comes from the file, everything else is as it stands
  const imported = worker
    .replace(
      /import module from .*\n/,
      'import { readFileSync } from "node:fs";\nconst module = new WebAssembly.Module(readFileSync("digits.wasm"));\n',
    )
    .replace("export default", "const handler =");
  const asked = `${pixels}\nconst request = new Request("http://x/", { method: "POST", body: pixels });
    console.log(await (await handler.fetch(request)).text());`;
  expect(run(`${imported}\n${asked}`)).toEqual(expected());
});
