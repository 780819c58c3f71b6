/** The programs of the README and the guides have the types that the package promises: one run of the compiler over all of them. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { blocks, pagesUnder, root } from "./pages.ts";

// under the package's own folder, where "nabla" is this package
const folder = mkdtempSync(join(root, "build/strict-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Errors of the compiler, as "file(line,column): text". */
async function errorsIn(files: Readonly<Record<string, string>>, typed: boolean): Promise<string[]> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const options = {
    target: "es2022",
    module: "nodenext",
    moduleResolution: "nodenext",
    lib: ["es2023", "dom", "dom.iterable"],
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    allowJs: true,
    checkJs: true,
    strict: true,
    // JavaScript has no way to write the types of parameters and of what is caught, or that a value is there
    ...(!typed && { noImplicitAny: false, useUnknownInCatchVariables: false }),
    noEmit: true,
    skipLibCheck: true,
  };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, files: Object.keys(files) }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const run = promisify(execFile)(process.execPath, [tsc, "-p", folder], { cwd: folder, timeout: 200_000 });
  const printed = await run.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
  return printed
    .split("\n")
    .filter((line) => line.includes("error TS"))
    .map((line) => line.replace(/^.*?([^/]+\(\d+,\d+\))/, "$1"));
}

/** Of other packages, which need not be there; and files that a bundler or an earlier program makes. */
const OTHERS = /Cannot find module|Could not find a declaration file/;
/** What JavaScript has no words for. */
const UNTYPED = [
  // exports of a module without types
  "docs_export_md_2.mjs",
  // what a model keeps for programs
  "docs_interop_md_6.mjs(12,",
  // that there are several outputs, by name
  "docs_training_md_6.mjs(21,",
  "docs_networks_md_2.mjs(26,",
  // that a layer returns states: in TypeScript apply<SymbolicTensor[]>(x) says so
  "docs_sequences_md_6.mjs(5,",
];
/** What parts of programs have from the rest of it. */
const GIVEN = `declare const model: import("nabla").Model;
declare const page: HTMLElement;
declare const canvas: HTMLCanvasElement;
declare const pixels: Uint8Array;
declare const test: import("nabla/data").Dataset;
declare const Deno: any;
declare const Bun: any;
`;

test("every program in README and guides has the types it needs: JavaScript but for null, TypeScript under strict", {
  timeout: 240_000,
}, async () => {
  const [files, typed]: Record<string, string>[] = [{ "given.d.ts": GIVEN }, { "given.d.ts": GIVEN }];
  for (const page of ["README.md", ...pagesUnder("docs")]) {
    const name = page.replace(/\W+/g, "_");
    for (const [language, ending] of [
      ["js", "mjs"],
      ["ts", "mts"],
      ["tsx", "tsx"],
    ] as const)
      for (const [i, code] of blocks(page, language).entries())
        (ending === "mjs" ? files : typed)![`${name}_${i + 1}.${ending}`] = `${code}\nexport {};\n`;
  }
  expect(Object.keys(files!).length).toBeGreaterThan(30);
  // what has to be found: else nothing would be
  const wrong = 'import { dense } from "nabla";\ndense({ units: "four" });\n';
  const errors = [
    ...(await errorsIn({ ...files, "wrong.mjs": wrong }, false)),
    ...(await errorsIn({ ...typed, "wrong.mts": wrong }, true)),
  ].filter((line) => !OTHERS.test(line));
  expect(errors.filter((line) => /^wrong\.m[jt]s\(2,/.test(line))).toHaveLength(2);
  const others = errors.filter((line) => !line.startsWith("wrong."));
  expect(others.filter((line) => !UNTYPED.some((known) => line.startsWith(known)))).toEqual([]);
});
