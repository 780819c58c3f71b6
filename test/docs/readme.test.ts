/** What the README and the guides show works: their programs, their command lines, their tables of  */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ACTIVATIONS } from "../../src/activations/table.ts";
import { fromConfig, parseConfig } from "../../src/index.ts";
import { INITIALIZERS } from "../../src/initializers/table.ts";
import { ALL as LAYERS } from "../../src/layers/all.ts";
import { LOSSES } from "../../src/losses/table.ts";
import { METRICS } from "../../src/metrics/table.ts";
import { OPTIMIZERS } from "../../src/optimizers/table.ts";
import { SCHEDULES } from "../../src/schedules/table.ts";
import { writeFiles } from "./files.ts";
import { blocks, commands, pagesUnder, read, root } from "./pages.ts";

// under the package's own folder, where "nabla" is this package
const folder = mkdtempSync(join(root, "build/readme-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFiles(folder);
// programs that use other packages find these
const tools = join(root, "build/tools/interop/node_modules");
const hasTools = existsSync(tools);
if (hasTools) symlinkSync(tools, join(folder, "node_modules"), "junction");
const OTHERS = /from "(?:onnxruntime-web|@tensorflow\/[\w-]+)"/;
test.skipIf(hasTools)(
  "other packages are used as well (skipped: node scripts/tools.mjs interop installs them)",
  () => {
    expect(process.env.NABLA_REQUIRE_ALL).not.toBe("1");
  },
);

const node = (args: readonly string[]): string =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8", timeout: 60_000 }).replace(
    /\s+/g,
    " ",
  );

/** The pages in the order their code runs, as it may use files made before; what each program must print. */
const PAGES: Readonly<Record<string, readonly ((printed: string) => void)[]>> = {
  "README.md": [
    (printed) => {
      const [, accuracy] = /^([\d.]+) Int32Array\(2\)/.exec(printed)!;
      expect(Number(accuracy)).toBeGreaterThan(0.95);
    },
    (printed) => expect(printed).toMatch(/accuracy: (?:0\.\d+|1) .* class: 'yes', probability: 0\.\d+/),
  ],
  "docs/networks.md": [
    (printed) => {
      // 80 + 1,168 + 4,010 and 448 + 2,320 + 64 + 170
      expect(printed).toContain("5,258 parameters, 21,032 bytes");
      expect(printed).toContain("3,002 parameters, 12,008 bytes");
    },
    (printed) => {
      expect(printed).toMatch(/shared_1 dense, relu \(weights of dense_2\) \[16\] 0 dense_2/);
      expect(printed).toMatch(/digit output \[10\] dense_4 box output \[4\] dense_5/);
      expect(printed).toMatch(/\[ 1, 10 \] \[ 1, 4 \] $/);
    },
    (printed) => expect(printed).toMatch(/^Float32Array\(3\)/),
  ],
  "docs/cluster.md": [(printed) => expect(printed.trim()).toBe("trained by 1")],
  "docs/training.md": [
    (printed) => {
      const [, predicted, true_] = /^\[ \[ ([\d.]+) \] \] ([\d.]+)/.exec(printed)!;
      expect(Math.abs(Number(predicted) - Number(true_))).toBeLessThan(0.05);
    },
    (printed) => expect(printed).toBe(""),
    (printed) => expect(Number(/ ([\d.]+) $/.exec(printed)![1])).toBeGreaterThan(0.85),
    (printed) => expect(Number(printed)).toBeGreaterThan(26),
    (printed) => {
      const [, trained, evaluated] = /^([\d.e-]+) \{ loss: ([\d.e-]+) \}/.exec(printed)!;
      expect(Number(trained)).toBeLessThan(0.05);
      expect(Number(evaluated)).toBeLessThan(0.05);
    },
    (printed) =>
      expect(printed.trim()).toBe("loss rainLoss rainBinaryAccuracy degreesLoss learningRate [ 4, 1 ]"),
    (printed) => expect(Number(printed)).toBeGreaterThan(0.9),
    (printed) => {
      const [below, right] = printed.trim().split(" ");
      expect(Math.abs(Number(below) - 0.9)).toBeLessThan(0.04);
      expect(right).toBe("true");
    },
    (printed) => expect(printed.trim()).toBe("[ 0.001, 0.001 ]"),
    (printed) => {
      const [, auc, low, high] = /^([\d.]+) \[ ([\d.]+), ([\d.]+) \]/.exec(printed)!.map(Number);
      expect(auc).toBeGreaterThan(0.9);
      expect(low).toBeLessThan(auc!);
      expect(high).toBeGreaterThan(auc!);
    },
    (printed) => {
      expect(printed).toContain("'loss', 'within', 'valLoss', 'valWithin', 'learningRate'");
      expect(Number(printed.trim().split(" ").at(-1))).toBeGreaterThan(0.5);
    },
    (printed) => {
      expect(printed).toMatch(/^epoch 1\/5 loss .*epoch 5\/5 loss/);
      expect(printed).toContain("loss (cyan), val loss (yellow) over 5 epochs");
    },
    (printed) => expect(printed.trim()).toBe("8"),
  ],
  "docs/data.md": [
    (printed) => expect(Number(/accuracy: ([\d.]+)/.exec(printed)![1])).toBeGreaterThan(0.9),
    (printed) => expect(printed).toMatch(/^setosa \{ setosa: 0\.9\d+, versicolor: /),
    (printed) => expect(printed).toMatch(/^columns are as the first \d+ of \d+ rows show; 1 MB/),
  ],
  "docs/sequences.md": [
    (printed) => {
      const [season, own, seasonal, skill, steps] = printed.trim().split(" ").map(Number);
      expect([season, steps]).toEqual([24, 24]);
      expect(skill).toBeGreaterThan(0.15);
      expect(skill).toBeCloseTo(1 - own! / seasonal!, 6);
    },
    (printed) => {
      const [accuracy, said] = printed.trim().split(" ");
      expect([Number(accuracy), said]).toEqual([1, "up"]);
    },
    (printed) => {
      const [accuracy, ...said] = printed.trim().split(/\s+/);
      expect(Number(accuracy)).toBeGreaterThan(0.95);
      expect(said).toEqual(["above", "below", "above"]);
    },
    (printed) => {
      const [own, counted] = printed.trim().split(" ").map(Number);
      expect(own).toBeLessThan(counted!);
      expect(printed.trim().slice(printed.trim().indexOf(" ", 20)).length).toBeGreaterThan(5);
    },
    (printed) => expect(printed.trim()).toBe("1"),
    (printed) => expect(Number(printed)).toBeLessThan(0.002),
    (printed) =>
      expect(printed).toMatch(/^Float32Array\(1\) \[ -?\d\S* \]\s+Float32Array\(1\) \[ -?\d\S* \]\s*$/),
    (printed) => expect(Number(printed)).toBeLessThan(0.02),
    (printed) => expect(printed.trim()).toBe("5"),
  ],
  "docs/models.md": [
    (printed) => expect(printed).toMatch(/^0\.\d+ true true $/),
    (printed) => expect(printed).toMatch(/^\[ 2 \] \[ 1 \] \[ \[ 0\.\d+ \], \[ 0\.\d+ \] \]/),
    (printed) => expect(printed).toMatch(/^\[ \[ 0\.\d+ \] \]/),
    (printed) => {
      const [, accuracy] = /^\[ 'upper', 'lower' \] ([\d.]+)/.exec(printed)!;
      expect(Number(accuracy)).toBeGreaterThan(0.8);
    },
    (printed) => {
      const [folds, mean, deviation, voted] = printed.trim().split(" ").map(Number);
      expect(folds).toBe(5);
      expect(mean).toBeGreaterThan(0.7);
      expect(deviation).toBeGreaterThan(0);
      expect(deviation).toBeLessThan(0.2);
      expect(voted).toBeGreaterThan(0.75);
    },
  ],
  "docs/interop.md": [
    (printed) => expect(printed).toMatch(/^5 Float32Array\(3\) \[ 0\.\d+, 0\.\d+, 0\.\d+ \] $/),
    (printed) => expect(printed).toMatch(/^dense,.* dense true $/),
    (printed) => expect(printed).toMatch(/^\{ cat: 0\.\d+, dog: 0\.\d+, bird: 0\.\d+ \} $/),
    (printed) => expect(printed).toBe("[ 1, 3 ] true "),
    (printed) => expect(printed).toMatch(/true $/),
    (printed) => expect(printed.trim()).toBe("[ 1, 3 ] [ { name: 'input', file: 'input', axes: [ 1 ] } ]"),
    (printed) => expect(printed).toBe(""),
    (printed) => expect(printed.trim()).toBe("[ 'model.json', 'model.weights.bin' ] 8"),
    (printed) => expect(printed).toContain("fc.weight → fc.kernel (by name): oi → io, rows chw → hwc "),
  ],
  "docs/command-line.md": [],
  "docs/migrate.md": [
    (printed) => {
      const [theirs, ours, accuracy, apart] = printed.trim().split(/\s+/).slice(-4).map(Number);
      expect(Math.abs(ours! - theirs!)).toBeLessThan(1e-6);
      expect(accuracy).toBeGreaterThan(0.85);
      expect(apart).toBeLessThan(1e-5);
    },
  ],
  "docs/reproducibility.md": [(printed) => expect(printed.trim()).toBe("true")],
  "docs/images.md": [(printed) => expect(printed).toMatch(/^dog (?:0\.[5-9]\d*|1) $/)],
  "docs/tables.md": [],
  "docs/browser.md": [],
  "docs/course.md": [],
  "docs/playground.md": [],
  "docs/mnist.md": [],
};
/** Those whose code other tests run. */
const ELSEWHERE = ["docs/deploy.md", "docs/export.md", "docs/host.md", "docs/hosts.md"];

test("every guide has its code run", () => {
  const guides = pagesUnder("docs");
  expect([...Object.keys(PAGES), ...ELSEWHERE].sort()).toEqual(["README.md", ...guides].sort());
  for (const guide of guides) expect(read("README.md"), guide).toContain(`](${guide})`);
});

test.each(Object.entries(PAGES))(
  "every program in %s runs and prints what it should",
  (page, prints) => {
    const programs = blocks(page, "js");
    expect(programs).toHaveLength(prints.length);
    programs.forEach((code, i) => {
      if (!hasTools && OTHERS.test(code)) return;
      const file = join(folder, `program${i}.mjs`);
      writeFileSync(file, code);
      const printed = node([file]);
      try {
        prints[i]!(printed);
      } catch (cause) {
        throw new Error(`program ${i + 1} of ${page} printed ${printed}`, { cause });
      }
    });
  },
  60_000,
);

test("the document of a graph is one", () => {
  const [document] = blocks("docs/networks.md", "json");
  const { model } = fromConfig(parseConfig(document!, "docs/networks.md"));
  expect(model.outputs).toEqual([{ name: "kind", shape: [3] }]);
});

const lines = [...new Set(Object.keys(PAGES).flatMap(commands))];
const printedBy = new Map<string, string>();
// one after the other: a line uses what those before it have written
test.each(lines.filter((line) => line !== "nabla play"))(
  "%s",
  (line) => {
    const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
    printedBy.set(line, node([join(root, "build/cli.js"), ...args.slice(1)]));
  },
  60_000,
);

test("every command line ran and printed what it should", () => {
  // it serves until it is stopped: the tests of the playground start it
  expect([...printedBy.keys(), "nabla play"].sort()).toEqual([...lines].sort());
  expect(lines.length).toBeGreaterThan(12);
  const ofLine = (pattern: RegExp) => [...printedBy].find(([line]) => pattern.test(line))![1];
  expect(Number(/"testAccuracy":([\d.]+)/.exec(ofLine(/train iris.*--out/))![1])).toBeGreaterThan(0.9);
  expect(ofLine(/predict iris/)).toContain("setosa");
  expect(ofLine(/predict pictures.* photo/)).toContain("photo.png: dog");
  expect(ofLine(/predict pictures.* pets/)).toContain("8 rows written to classes.csv");
  expect(ofLine(/read digits/)).toMatch(/^number\.png: \d\d \d/);
  expect(ofLine(/evaluate digits/)).toMatch(/test part: 20 rows/);
});

test("the tables of the guides have every name, and no other", () => {
  /** Names in the first column of the table under a heading; in brackets are options of theirs. */
  const listed = (page: string, heading: string): string[] => {
    const section = read(page)
      .split(/^## /m)
      .find((text) => text.startsWith(`${heading}\n`))!;
    const rows = section.split("\n").filter((line) => line.startsWith("| `"));
    return rows.flatMap((row) =>
      [
        ...row
          .split(" | ")[0]!
          .replace(/\([^)]*\)/g, "")
          .matchAll(/`(\w+)`/g),
      ].map(([, name]) => name!),
    );
  };
  for (const [page, heading, list] of [
    ["docs/networks.md", "Layers", Object.keys(LAYERS)],
    ["docs/networks.md", "Activations", ACTIVATIONS],
    ["docs/networks.md", "Initialisers", INITIALIZERS],
    ["docs/training.md", "Losses", LOSSES],
    ["docs/training.md", "Optimizers", OPTIMIZERS],
    ["docs/training.md", "Schedules", SCHEDULES],
    ["docs/training.md", "Metrics", METRICS],
  ] as const) {
    expect(listed(page, heading).sort(), heading).toEqual([...list].sort());
  }
});
