/** What comes with the package: nothing that runs when it is installed, and nothing that is known to be faulty. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
interface Installed {
  dev?: boolean;
  hasInstallScript?: boolean;
  integrity?: string;
  resolved?: string;
}
const read = (name: string) => JSON.parse(readFileSync(`${root}${name}`, "utf8"));

test("nothing runs when it is installed", () => {
  const { scripts, dependencies } = read("package.json");
  expect(Object.keys(dependencies)).toEqual(["@assemblyscript/loader"]);
  for (const name of ["preinstall", "install", "postinstall", "prepare"])
    expect(scripts).not.toHaveProperty(name);
  const { packages } = read("package-lock.json") as { packages: Record<string, Installed> };
  const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== "" && !dev);
  expect(shipped.map(([path]) => path)).toEqual(["node_modules/@assemblyscript/loader"]);
  for (const [path, { hasInstallScript, integrity }] of shipped) {
    expect(hasInstallScript, path).toBeUndefined();
    expect(integrity, path).toMatch(/^sha512-/);
  }
});

test("it says how it is published, and what it promises goes with it", () => {
  const { publishConfig, files } = read("package.json");
  expect(publishConfig).toMatchObject({ provenance: true });
  expect(files).toContain("SECURITY.md");
});

test("every test that SECURITY.md names is there", () => {
  const named = [...readFileSync(`${root}SECURITY.md`, "utf8").matchAll(/`(test\/[^`]+\.ts)`/g)].map(
    ([, path]) => path,
  );
  expect(named.length).toBeGreaterThan(5);
  for (const path of named) expect(readFileSync(`${root}${path}`, "utf8")).toContain("test(");
});

test("what users install has no known faults", async (context) => {
  const text = await new Promise<string>((resolve) => {
    execFile("npm", ["audit", "--omit=dev", "--json"], { cwd: root }, (_error, stdout) => resolve(stdout));
  });
  const said = JSON.parse(text || "{}");
  const { total } = said.metadata?.vulnerabilities ?? {};
  if (total === undefined)
    context.skip(`npm audit gave no answer here (${said.message ?? said.error?.summary ?? "no connection"})`);
  expect(total, text).toBe(0);
});
