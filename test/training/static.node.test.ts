/** Hosts that forbid import(): what nabla/static brings along stands for the programs that would be loaded. */
import { sep } from "node:path";
import { afterEach, expect, test } from "vitest";
import { STATIC } from "../../src/errors.ts";
import { loaded } from "../../src/training/loading.ts";

const forbidden = (): Promise<object> => {
  throw new TypeError("import() is disallowed on ServiceWorkerGlobalScope");
};
afterEach(() => {
  for (const name of Object.keys(STATIC)) delete STATIC[name];
});

test("without it: an error that says what to import", async () => {
  for (const load of [forbidden, () => Promise.reject(new TypeError("no import()"))])
    await expect(loaded(load, "evaluate")).rejects.toThrow(
      /^evaluate: its code could not be loaded \(.*import\(\).*\); .* add import "nabla\/static"$/,
    );
});

test("with it: every program that is loaded when it is used is there, each name once", async () => {
  await import("../../src/static.ts");
  const all = await loaded(forbidden);
  const programs = await Promise.all([
    import("../../src/data/augment/fit.ts"),
    import("../../src/data/sequences/openSequences.ts"),
    import("../../src/metrics/all.ts"),
    import("../../src/model/fitting.ts"),
    import("../../src/model/listing.ts"),
    import("../../src/training/scoring.ts"),
    import("../../src/training/byHand.ts"),
    import("../../src/training/shards.ts"),
    import("../../src/training/spread.ts"),
    import("../../src/training/streamFit.ts"),
    import("../../src/training/trainer.ts"),
    import("../../src/network/tableAnswers.ts"),
    import("../../src/threads/use.ts"),
    import("../../src/worker/train.ts"),
  ]);
  const names = programs.flatMap(Object.entries);
  for (const [name, value] of names) expect((all as Record<string, unknown>)[name], name).toBe(value);
  expect(Object.keys(all)).toHaveLength(new Set(names.map(([name]) => name)).size);
});

test("no source imports anything later but by loaded()", async () => {
  const { readdirSync, readFileSync } = await import("node:fs");
  const root = new URL("../../src/", import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !/^(cli|mpi|node)[\\/]/.test(file),
  );
  const text = readFileSync(new URL("static.ts", root), "utf8");
  for (const file of files) {
    // what starts a page's worker, what reads files of other programs, and what predicts by any layer say themselves why not; the other is the text of a thread of Node
    if (
      [
        "worker/spawn/web.ts",
        "threads/start/wired.ts",
        "import/readingCode.ts",
        "import/keras/later.ts",
        "import/onnx/later.ts",
        "predict/loadAsync.ts",
        "predict/predictor.ts",
        // packages that a program installs beside Nabla
        "data/arrow/index.ts",
        "data/parquet/index.ts",
      ].includes(file.replaceAll(sep, "/"))
    )
      continue;
    const code = readFileSync(new URL(file, root), "utf8");
    for (const [all, loads, path] of code.matchAll(
      /(loaded\(\(\) => |piece\(\(\) => |typeof )?\bimport\("(.+?)"\)/g,
    )) {
      expect(loads, `${file}: ${all}`).toBeTruthy();
      // readers of other programs' files say themselves why not
      if (file.startsWith("import")) continue;
      expect(text, `${file}: ${path}`).toContain(path!.slice(path!.lastIndexOf("/")));
    }
  }
});
