/** The compiler refuses what api.ts marks as refused, and nothing else. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

test("every marked line is an error without its mark, and no other line is", { timeout: 180_000 }, () => {
  const source = readFileSync(new URL("api.ts", import.meta.url), "utf8");
  const marked = source
    .split("\n")
    .flatMap((line, i) => (line.startsWith("// @ts-expect-error ") ? [i + 2] : []));
  expect(marked.length).toBeGreaterThan(30);
  const folder = mkdtempSync(join(tmpdir(), "nabla-types-"));
  try {
    const bare = source.replaceAll("@ts-expect-error", "refused:").replaceAll("../../src/", `${root}src/`);
    writeFileSync(join(folder, "api.ts"), bare);
    const compilerOptions = { typeRoots: [join(root, "node_modules/@types")] };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: join(root, "tsconfig.json"),
        compilerOptions,
        include: ["api.ts", join(root, "src/**/*.d.ts")],
      }),
    );
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
      encoding: "utf8",
      timeout: 120_000,
    });
    const errors = [...stdout.matchAll(/^(.*)\((\d+),\d+\): error /gm)].map(
      ([, file, line]) => [file, Number(line)] as const,
    );
    expect(errors.filter(([file]) => !file.endsWith("api.ts"))).toEqual([]);
    expect([...new Set(errors.map(([, line]) => line))]).toEqual(marked);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
