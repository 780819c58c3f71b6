/** What a busy machine does later fails no test: a page is asked until it shows what is expected, and nothing is waited for by time. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Node, parse } from "acorn";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.test\.ts$/.test(file) && !file.includes("node_modules"))
  .sort();
const textOf = (file: string): string => readFileSync(join(folder, file), "utf8");
const drives = (text: string): boolean => /support\/(browsers|web)\//.test(text);

/** What changes a page; it is another page some time later. */
const ACTS =
  /^(press|drawOn|drop|choose|click|toggle|\w+\.(press|click|type|drag|upload|goto|reload|setViewport)|\w+\.raw\.mouse\.\w+)\(|^\w+\.evaluate\([\s\S]*\.(click|focus|dispatchEvent)\(/;
/** What asks until a page is as it should be. */
const WAITS =
  /\b(expect\s*\.poll|expect(Text|Texts|Count|Url|Said|Source|Hidden)|until\w*|waitFor|settled|still|violations|smallTargets|arrived)\(/;
/** What looks at a page once. What is reported as an error stays so. */
const LOOKS = /^(?:const\b[^=]*=\s*|return\s+)?(?:await\s+)?expect\(\s*\(*\s*await\b/;

type Tree = Node & Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && typeof (value as Tree).type === "string";
const partsOf = (node: Tree): Tree[] => Object.values(node).flat().filter(isNode);

/** Statements that look at a page right after something was done to it. */
function hasty(text: string): string[] {
  const { code } = transformSync(text, { loader: "ts" });
  const found: string[] = [];
  /** @returns whether the page may be on its way to another state after this */
  const walk = (node: Tree, moving: boolean): boolean => {
    // a function has its own order
    if (/Function/.test(node.type)) {
      for (const part of partsOf(node)) walk(part, false);
      return moving;
    }
    if (/^(ExpressionStatement|VariableDeclaration|ReturnStatement)$/.test(node.type)) {
      for (const part of partsOf(node)) walk(part, moving);
      const said = code.slice(node.start, node.end);
      if (WAITS.test(said)) return false;
      if (moving && LOOKS.test(said)) found.push(said.replace(/\s+/g, " ").slice(0, 80));
      const [, awaited] = /^await\s+([\s\S]*)$/.exec(said) ?? [];
      return moving || (awaited !== undefined && ACTS.test(awaited));
    }
    return partsOf(node).reduce((now, part) => walk(part, now), moving);
  };
  walk(parse(code, { ecmaVersion: "latest", sourceType: "module" }) as unknown as Tree, false);
  return found;
}

test("a page is asked until it shows what an action leads to", () => {
  expect(
    hasty(
      `test("x", async () => {
        await press(page, "Step");
        expect(await textOf(page, ".step")).toBe("1");
        await expectText(page, ".loss").toBe("2");
        expect(await textOf(page, ".step")).toBe("1");
        for (const key of "ab") {
          await page.press(key);
          expect(
            await page.evaluate(() => document.title),
          ).toBe("");
        }
      });`,
    ),
  ).toEqual([
    'expect(await textOf(page, ".step")).toBe("1");',
    'expect( await page.evaluate(() => document.title) ).toBe("");',
  ]);
  expect(
    files
      .filter((file) => drives(textOf(file)))
      .flatMap((file) => hasty(textOf(file)).map((said) => `${file}: ${said}`)),
  ).toEqual([]);
});

/** Files that wait for a time, and why no state could be waited for. */
const TIMED: Readonly<Record<string, string>> = {
  "model/memory.system.test.ts":
    "what is left of a step is freed in tasks nobody hears of; the least of four measurements counts",
  "mpi/kills.system.test.ts": "a rank is killed at any moment, which is what the test is about",
};

test("what starts processes or pages waits for a state, never for a time", () => {
  const sleeping = files.filter(
    (file) =>
      (/\.system\.test\.ts$/.test(file) || drives(textOf(file))) &&
      /\bnew Promise[^;]*\bsetTimeout\(\s*\w+\s*,/.test(textOf(file)),
  );
  expect(sleeping.sort()).toEqual(Object.keys(TIMED).sort());
});

test("no test measures the machine: speed belongs into bench/", () => {
  const CLOCK = /expect\([^;]*(?:performance|Date)\.now\(\)/;
  expect(files.filter((file) => CLOCK.test(textOf(file)))).toEqual([]);
});

/** The limit of a test is for what never ends. Its usual one is in vitest.config.ts: one below it has a machine of its own in mind. */
test("no test has less time than is usual", () => {
  const LIMIT = /^\s*\}, ([\d_]+)\);$|\btest\([^\n]*\{ timeout: ([\d_]+) \}/gm;
  const short = files.flatMap((file) =>
    [...textOf(file).matchAll(LIMIT)]
      .map(([, last, first]) => Number((last ?? first)!.replaceAll("_", "")))
      // less than a second is no limit of a test
      .filter((milliseconds) => milliseconds >= 1000 && milliseconds < 120_000)
      .map((milliseconds) => `${file}: ${milliseconds}`),
  );
  expect(short).toEqual([]);
});
