/** nabla new: what it refuses. What it writes is run by test/journeys. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

const refused = async (...args: string[]) => {
  const { code, stdout, stderr } = await place.run(["new", ...args]);
  expect([code, stdout]).toEqual([1, ""]);
  return stderr;
};

test("a folder with something in it stays as it is", async () => {
  mkdirSync(place.path("full"));
  place.write("full/train.js", "mine");
  place.write("full/notes.txt", "");
  expect(await refused("full")).toBe(
    'nabla: new: "full": expected a folder that is new or empty, got one that holds notes.txt, train.js; choose another name, nothing is written over\n',
  );
  expect(readdirSync(place.path("full"))).toEqual(["notes.txt", "train.js"]);
  expect(readFileSync(place.path("full/train.js"), "utf8")).toBe("mine");
  // one that cannot be seen is something, too
  mkdirSync(place.path("hidden"));
  place.write("hidden/.env", "");
  expect(await refused("hidden")).toContain("holds .env;");
});

test("a file is no folder", async () => {
  place.write("file", "");
  expect(await refused("file")).toBe(
    'nabla: new: "file" is a file; expected a folder that is new or empty: choose another name\n',
  );
  // nor is there anything below it
  expect(await refused("file/below")).toMatch(/^nabla: new: "file\/below" cannot be written: /);
});

test.runIf(existsSync("/proc/self"))(
  "where nothing can be made it is said: Node's own way waited without end",
  async () => {
    expect(await refused("/proc/nothing/below")).toMatch(
      /^nabla: new: "\/proc\/nothing\/below" cannot be written: ENOENT/,
    );
  },
);

test("names that no package can have, and kinds there are none of", async () => {
  for (const name of ["☃", "nabla", "x".repeat(64)])
    expect(await refused(name)).toMatch(/^nabla: new: expected a name with letters a to z or digits/);
  expect(await refused("fine", "--kind", "pages")).toBe(
    'nabla: --kind: there is no "pages"; did you mean "page"? expected one of node, page, edge\n',
  );
  expect(await refused()).toContain("missing required argument");
  for (const name of ["nabla", "fine"]) expect(existsSync(place.path(name))).toBe(false);
});

test("an empty folder will do; names become those of packages", async () => {
  mkdirSync(place.path("Été à Köln"));
  const { code, stdout, stderr } = await place.run(["new", "Été à Köln"]);
  expect([code, stderr]).toEqual([0, ""]);
  const manifest = JSON.parse(readFileSync(place.path("Été à Köln/package.json"), "utf8"));
  expect(manifest).toMatchObject({
    name: "ete-a-koln",
    dependencies: { nabla: expect.stringMatching(/^file:nabla-.*\.tgz$/) },
  });
  expect(stdout).toContain('cd "Été à Köln"');
  expect(readdirSync(place.path("Été à Köln"))).toContain(".gitignore");
});
