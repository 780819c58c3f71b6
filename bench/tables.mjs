// Tables as people have them, trained by `nabla train FILE --label COLUMN`, beside scikit-learn (bench/others/tables.py).
//
//   node bench/tables.mjs [iris housing]
//
// Five folds: fold k tests the rows whose number modulo 5 is k. Prints the rows of bench/tables.md.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = new URL("tables/", import.meta.url);
const sets = JSON.parse(readFileSync(new URL("sets.json", folder), "utf8"));
const reference = JSON.parse(readFileSync(new URL("reference.json", folder), "utf8"));
const cli = new URL("../build/cli.js", import.meta.url).pathname;
const wanted = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), "nabla-tables-"));

const run = (...args) => execFileSync(process.execPath, [cli, ...args], { encoding: "utf8" });
const last = (text) => JSON.parse(text.trim().split("\n").at(-1));
const figure = (value) => (value === undefined ? "" : value.toFixed(3));

console.log(
  "| set | rows × columns | measure | linear | MLP | boosting | nabla | nabla, all rows | s a training |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
try {
  for (const [name, { label }] of Object.entries(sets)) {
    if (wanted.length && !wanted.includes(name)) continue;
    const [header, ...rows] = readFileSync(new URL(`${name}.csv`, folder), "utf8")
      .trim()
      .split("\n");
    const scores = { usual: [], all: [] };
    let seconds = 0;
    for (let fold = 0; fold < 5; fold++) {
      const part = (keep) => `${[header, ...rows.filter((_, i) => (i % 5 === fold) === keep)].join("\n")}\n`;
      const [train, test, model] = ["train.csv", "test.csv", "model.safetensors"].map((file) =>
        join(work, file),
      );
      writeFileSync(train, part(false));
      writeFileSync(test, part(true));
      // by itself, train keeps a fifth of its rows to test with; scikit-learn has them all
      for (const [kind, split] of [
        ["usual", []],
        ["all", ["--test-split", "0", "--validation-split", "0"]],
      ]) {
        const done = last(run("train", train, "--label", label, ...split, "--json", "--out", model));
        if (kind === "usual") seconds += done.seconds / 5;
        const figures = last(run("evaluate", model, test, "--json"));
        scores[kind].push(figures.accuracy ?? figures.r2);
      }
    }
    const { measure, rows: n, columns, linear, mlp, boosting } = reference.sets[name];
    const mean = (list) => list.reduce((sum, each) => sum + each, 0) / list.length;
    console.log(
      `| ${name} | ${n} × ${columns} | ${measure} | ${[linear, mlp, boosting, mean(scores.usual), mean(scores.all)].map(figure).join(" | ")} | ${seconds.toFixed(2)} |`,
    );
  }
} finally {
  rmSync(work, { recursive: true });
}
