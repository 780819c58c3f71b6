/** What the README shows works: its programs, its command lines, its names, its links. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { encode } from "fast-png";
import { afterAll, expect, test } from "vitest";
import { digits } from "../../src/data/index.ts";
import { LAYERS } from "../../src/layers/names.ts";
import { contents, idxBytes } from "../data/helpers.ts";

const root = new URL("../../", import.meta.url);
const readme = readFileSync(new URL("README.md", root), "utf8");
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text]) => text!);

// under the package's own folder, where "nabla" is this package
const folder = mkdtempSync(fileURLToPath(new URL("build/readme-", root)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "iris.csv"), iris());
writeFileSync(join(folder, "number.png"), number());
mkdirSync(join(folder, "mnist"));
for (const [part, samples, name] of [
  ["train", 100, "train"],
  ["test", 20, "t10k"],
] as const) {
  const { x, y } = contents(digits({ samples, part }));
  const write = (file: string, bytes: Uint8Array) =>
    writeFileSync(join(folder, "mnist", `${name}-${file}-ubyte.gz`), gzipSync(bytes));
  write("images-idx3", idxBytes(8, [samples, 28, 28], x));
  write("labels-idx1", idxBytes(8, [samples], y));
}

for (const [c, kind] of ["cat", "dog"].entries()) {
  mkdirSync(join(folder, "pictures", kind), { recursive: true });
  for (let i = 0; i < 20; i++) {
    const data = Uint8Array.from({ length: 20 * 20 }, (_, p) => 150 * c + ((p * 7 + i * 31) % 60));
    const file = encode({ width: 20, height: 20, channels: 1, data });
    writeFileSync(join(folder, "pictures", kind, `${i}.png`), file);
    if (c === 1) writeFileSync(join(folder, "photo.png"), file);
  }
}

/** Two generated digits side by side. */
function number(): Uint8Array {
  const { x } = contents(digits({ samples: 10 }));
  const data = Uint8Array.from({ length: 2 * 784 }, (_, i) => {
    const [column, row] = [i % 56, Math.floor(i / 56)];
    return x[(column < 28 ? 4 : 2) * 784 + row * 28 + (column % 28)];
  });
  return encode({ data, width: 56, height: 28, channels: 1, depth: 8 });
}

/** Three kinds of flowers around the means of Fisher's. */
function iris(): string {
  const kinds = { setosa: [5, 3.4, 1.5, 0.2], versicolor: [5.9, 2.8, 4.3, 1.3], virginica: [6.6, 3, 5.6, 2] };
  const rows = Array.from({ length: 50 }, (_, i) =>
    Object.entries(kinds).map(([kind, means]) => {
      const cells = means.map((mean, c) => (mean + (((i * (7 + 4 * c)) % 13) - 6) / 15).toFixed(2));
      return `${cells.join(",")},${kind}`;
    }),
  );
  return `sepal_length,sepal_width,petal_length,petal_width,species\n${rows.flat().join("\n")}\n`;
}

const node = (args: readonly string[]): string =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8", timeout: 60_000 }).replace(
    /\s+/g,
    " ",
  );

/** What each program must print, in their order: they may use files of those before. */
const PRINTS: ((printed: string) => void)[] = [
  (printed) => {
    const [, accuracies] = /^\[ ([\d., ]+) \] Int32Array\(3\)/.exec(printed)!;
    expect(accuracies!.split(",")).toHaveLength(5);
    expect(Number(accuracies!.split(",")[4])).toBeGreaterThan(0.7);
  },
  (printed) => {
    // 80 + 1,168 + 4,010 and 448 + 2,320 + 64 + 170
    expect(printed).toContain("5,258 parameters, 21,032 bytes");
    expect(printed).toContain("3,002 parameters, 12,008 bytes");
  },
  (printed) => expect(Number(/accuracy: ([\d.]+)/.exec(printed)![1])).toBeGreaterThan(0.9),
  (printed) => expect(printed).toMatch(/^setosa Float32Array\(3\) \[ 0\.9/),
  (printed) => {
    const [, predicted, true_] = /^\[ \[ ([\d.]+) \] \] ([\d.]+)/.exec(printed)!;
    expect(Math.abs(Number(predicted) - Number(true_))).toBeLessThan(0.05);
  },
  (printed) => expect(printed.trim()).toBe("8"),
  (printed) => expect(printed).toMatch(/^\[ 2 \] \[ 1 \] \[ \[ 0\.\d+ \], \[ 0\.\d+ \] \]/),
];

test("every program in the README runs and prints what it should", () => {
  const programs = blocks("js");
  expect(programs).toHaveLength(PRINTS.length);
  programs.forEach((code, i) => {
    const file = join(folder, `program${i}.mjs`);
    writeFileSync(file, code);
    const printed = node([file]);
    try {
      PRINTS[i]!(printed);
    } catch (cause) {
      throw new Error(`program ${i + 1} printed ${printed}`, { cause });
    }
  });
}, 60_000);

test("every command line in the README runs", () => {
  const lines = blocks("sh")
    .flatMap((text) => text.split("\n"))
    .map((line) => line.replace(/ +# .*/, ""))
    .filter((line) => line.startsWith("nabla "));
  // it serves until it is stopped: the tests of the playground start it
  expect(lines.splice(lines.indexOf("nabla play"), 1)).toEqual(["nabla play"]);
  expect(lines.length).toBeGreaterThan(6);
  const printed = lines.map((line) => {
    const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
    return [line, node([fileURLToPath(new URL("build/cli.js", root)), ...args.slice(1)])] as const;
  });
  const ofLine = (pattern: RegExp) => printed.find(([line]) => pattern.test(line))![1];
  expect(Number(/"testAccuracy":([\d.]+)/.exec(ofLine(/train iris/))![1])).toBeGreaterThan(0.9);
  expect(ofLine(/predict iris/)).toContain("setosa");
  expect(ofLine(/predict pictures/)).toContain("photo.png: dog");
  expect(ofLine(/read digits/)).toMatch(/^number\.png: \d\d \d/);
  expect(ofLine(/evaluate digits/)).toMatch(/test part: 20 rows/);
}, 60_000);

test("the README's table has every name there is, and no other", () => {
  const row = (title: string): string[] => {
    const [, cell] = new RegExp(`^\\| ${title} \\| (.*) \\|$`, "m").exec(readme)!;
    return [...cell!.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
  };
  const options = [
    "useBias",
    "kernelInitializer",
    "kernelRegularizer",
    "trainable",
    "weightDecay",
    "clipValue",
    "clipNorm",
    "useEma",
    "labelSmoothing",
    "warmupEpochs",
  ];
  for (const [title, list] of [
    ["activations", names.ACTIVATIONS],
    ["initialisers", names.INITIALIZERS],
    ["losses", names.LOSSES],
    ["optimizers", names.OPTIMIZERS],
    ["schedules", names.SCHEDULES],
    ["metrics", names.METRICS],
    ["layers", Object.keys(LAYERS)],
  ] as const) {
    const listed = row(title).filter((name) => !options.includes(name));
    expect(listed.sort(), title).toEqual([...list].sort());
  }
});

test("every file the README links to is there", () => {
  for (const [, path] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
    expect(() => readFileSync(new URL(path!, root)), path).not.toThrow();
  }
});
