/** docs/hosts.md says what test/support/hosts.json says, and each of its rows has a test. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { withTables } from "../../scripts/hosts.mjs";
import { checkVersion, hostRows, sawHost, unseen } from "../support/hosts.ts";
import { read, root } from "./pages.ts";

test("the tables are what the rows make", () => {
  const page = read("docs/hosts.md");
  const made = withTables(page, hostRows());
  for (const { host } of hostRows()) expect(made).toContain(`| ${host} |`);
  expect(page).toBe(made);
});

test("each row is held by a test that names it", () => {
  const names = hostRows().map(({ host }) => host);
  expect(new Set(names).size).toBe(names.length);
  for (const { host, test: file, seen, add } of hostRows()) {
    expect(existsSync(join(root, file)), file).toBe(true);
    const own = readFileSync(join(root, file), "utf8");
    // and what it takes from files next to it
    const beside = [...own.matchAll(/ from "(\.\/\w+\.ts)"/g)].map(([, path]) =>
      join(root, dirname(file), path!),
    );
    const text = [own, ...beside.map((path) => readFileSync(path, "utf8"))].join("\n");
    expect(text, `${host} in ${file}`).toContain(host);
    expect(text, file).toContain("sawHost(");
    expect(Object.keys(seen).length, host).toBeGreaterThan(0);
    expect(add.split("<br>").length, host).toBeLessThanOrEqual(2);
  }
});

test("what a row does not say is an error", () => {
  const row = hostRows().find(({ version }) => version === undefined);
  const [[place, where]] = Object.entries(row!.seen) as [[string, "worker"]];
  sawHost(row!.host, place, where);
  expect(() => sawHost(row!.host, place, "thread")).toThrow(/correct its row/);
  expect(() => sawHost(row!.host, "Netscape", where)).toThrow(/says nothing/);
  expect(() => sawHost("HotJava", place, where)).toThrow(/says nothing/);
});

test("what a row says and its test did not see is found, and a version that is not the installed one", () => {
  const row = {
    host: "Mosaic",
    kind: "page",
    seen: { Unix: "worker", VMS: "worker" },
    add: "",
    test: "test/a.test.ts",
  } as const;
  expect(unseen("/here/test/a.test.ts", new Set(["Mosaic in Unix"]), [row])).toEqual(["Mosaic in VMS"]);
  expect(unseen("/here/test/b.test.ts", new Set(), [row])).toEqual([]);
  checkVersion(undefined);
  checkVersion("in words");
  const { version } = hostRows().find((each) => each.version?.startsWith("package/"))!;
  if (existsSync(join(root, "build/tools/package/node_modules"))) checkVersion(version);
  expect(() => checkVersion("package/netscape")).toThrow();
});
