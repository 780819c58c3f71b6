/** A class for each step of sequences on the command line: figures, intervals, weights; and texts that are taken for tables. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isProse } from "../../src/cli/input/prose.ts";
import { load } from "../../src/index.ts";
import { jsonSequences } from "../../src/sequences/index.ts";
import { done, type Workplace, workplace } from "./support.ts";

let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.remove());

/** Whether the sum so far is below 0, nearly 0, or above: rows of 3 to 6 steps. */
const walks = (n: number) =>
  Array.from({ length: n }, (_, r) => {
    let sum = 0;
    const x = Array.from(
      { length: 3 + (r % 4) },
      (_, t) => Math.round(9 * Math.sin(1 + r * 3.7 + t * 2.3)) || 1,
    );
    return { x, label: x.map((value) => ((sum += value) > 4 ? "above" : sum < -4 ? "below" : "near")) };
  });

async function trained(file: string, ...more: string[]) {
  const flags = ["--hidden", "8", "--seed", "1", "--epochs", "80", "--out", file, ...more];
  const ran = await place.run(["train", "walks.json", ...flags]);
  expect(ran.stderr).toBe("");
  return done(ran);
}

interface Looked {
  rows: number;
  steps: number;
  wrong: number;
  accuracy: number;
  f1: number;
  classes: { class: string; precision: number; recall: number; f1: number; support: number }[];
  confusion: number[][];
  intervals: Record<string, [number, number]>;
}

test("evaluate has accuracy, confusion matrix, figures of each class and intervals, of steps that are no padding", async () => {
  const all = walks(60);
  place.write("walks.json", JSON.stringify(all));
  const last = await trained("walks.safetensors");
  const { stdout } = await place.run([
    "evaluate",
    "walks.safetensors",
    "walks.json",
    "--json",
    "--bootstrap",
    "200",
  ]);
  const looked = JSON.parse(stdout) as Looked;
  expect(looked).toMatchObject({ part: "test", rows: 12 });

  // by hand: what the model tells of the sequences that were kept out, each as long as it is
  const model = load(readFileSync(place.path("walks.safetensors")));
  const { test: kept, info } = jsonSequences(JSON.stringify(all), {
    like: (model.metadata.extra as never as { sequences: never }).sequences,
    testFraction: 0.2,
  });
  const classes = info.classes!;
  expect(classes).toEqual(["above", "below", "near"]);
  const [x, y] = [new Float32Array(kept!.length * 6), new Float32Array(kept!.length * 6)];
  kept!.read(
    Uint32Array.from({ length: kept!.length }, (_, i) => i),
    x,
    y,
  );
  const told = model.predict({ data: x, shape: [kept!.length, 6, 1] }).argMax();
  const confusion = classes.map(() => classes.map(() => 0));
  for (let i = 0; i < x.length; i++) if (x[i] !== info.maskValue) confusion[y[i]!]![told[i]!]!++;
  const right = confusion.reduce((sum, row, c) => sum + row[c]!, 0);
  const steps = confusion.flat().reduce((a, b) => a + b);
  expect(steps).toBeLessThan(x.length);

  expect(looked).toMatchObject({ steps, wrong: steps - right, confusion });
  expect(looked.accuracy).toBeCloseTo(right / steps, 12);
  expect(looked.accuracy).toBeCloseTo(last.testAccuracy as number, 6);
  looked.classes.forEach((figures, c) => {
    const support = confusion[c]!.reduce((a, b) => a + b);
    const said = confusion.reduce((sum, row) => sum + row[c]!, 0);
    expect(figures).toMatchObject({ class: classes[c], support });
    expect(figures.recall).toBeCloseTo(confusion[c]![c]! / support, 12);
    expect(figures.precision).toBeCloseTo(confusion[c]![c]! / Math.max(1, said), 12);
  });
  expect(looked.f1).toBeCloseTo(looked.classes.reduce((sum, { f1 }) => sum + f1, 0) / 3, 6);
  // whole sequences are drawn: steps of padding would change the share of what is right
  const [low, high] = looked.intervals.accuracy!;
  expect(low).toBeLessThanOrEqual(looked.accuracy);
  expect(high).toBeGreaterThanOrEqual(looked.accuracy);
  expect(high - low).toBeGreaterThan(0.01);
  expect(Object.keys(looked.intervals)).toEqual(
    expect.arrayContaining(["loss", "accuracy", "f1", "cohenKappa"]),
  );

  const shown = (await place.run(["evaluate", "walks.safetensors", "walks.json"])).stdout;
  expect(shown).toContain(`12 rows, ${steps} steps, ${steps - right} wrong`);
  expect(shown).toMatch(/class\s+precision\s+recall\s+f1\s+steps/);
  expect(shown).toMatch(/predicted\n.*above\s+below\s+near/);
  // what is always right has intervals without width, also where most of a row is padding
  expect(shown).toMatch(/accuracy [\d.]+ % \(95 %: /);
});

test("intervals leave padding out: a model that is right in every step is right in every drawing", async () => {
  // the first of each row tells all of its steps
  const rows = Array.from({ length: 40 }, (_, r) => {
    const up = r % 2 === 0;
    return {
      x: Array.from({ length: 1 + (r % 5) }, () => (up ? 2 : -2)),
      label: Array.from({ length: 1 + (r % 5) }, () => (up ? "up" : "down")),
    };
  });
  place.write("sure.json", JSON.stringify(rows));
  const flags = ["--hidden", "4", "--seed", "1", "--epochs", "60", "--out", "sure.safetensors"];
  expect(done(await place.run(["train", "sure.json", ...flags])).testAccuracy).toBe(1);
  const { stdout } = await place.run([
    "evaluate",
    "sure.safetensors",
    "sure.json",
    "--json",
    "--bootstrap",
    "100",
  ]);
  const { intervals } = JSON.parse(stdout) as Looked;
  expect(intervals.accuracy).toEqual([1, 1]);
  expect(intervals.f1).toEqual([1, 1]);
});

test("weights of classes go by the names of the classes of steps", async () => {
  place.write("walks.json", JSON.stringify(walks(60)));
  const plain = await trained("plain.safetensors", "--epochs", "3");
  const weighted = await trained("weighted.safetensors", "--epochs", "3", "--class-weight", "near=5");
  expect(weighted.weightsSha256).not.toBe(plain.weightsSha256);
  // near is class 2
  const numbered = await trained("numbered.safetensors", "--epochs", "3", "--class-weight", "2=5");
  expect(numbered.weightsSha256).toBe(weighted.weightsSha256);
  const balanced = await trained("balanced.safetensors", "--epochs", "3", "--class-weight", "balanced");
  expect(balanced.weightsSha256).not.toBe(plain.weightsSha256);
  const { stderr } = await place.run(["train", "walks.json", "--class-weight", "nears=5"]);
  expect(stderr).toMatch(
    /--class-weight: there is no class nears; .*above, below, near.*; did you mean "?near"?\?/,
  );
});

test("a text without --model chars says what to add", async () => {
  const text = "It was the best of times, it was the worst of times.\nIt was the age of wisdom.\n".repeat(40);
  for (const name of ["book.txt", "book", "book.md"]) {
    place.write(name, text);
    for (const [model, say] of [
      [[], "chars"],
      [["--model", "lstm"], "chars-lstm"],
    ] as const) {
      const { code, stderr } = await place.run(["train", name, ...model]);
      expect(code).toBe(1);
      expect(stderr).toContain(
        `If it is a text that a model is to learn to write, add --model ${say} (or words, chars-gru, words-gru): ${name} was read as a table`,
      );
    }
  }
  // a table is none, and who says a label means a table
  place.write("bad.txt", "a,b\n1,2\n3\n");
  expect((await place.run(["train", "bad.txt"])).stderr).not.toContain("--model chars");
  expect((await place.run(["train", "book.txt", "--label", "x"])).stderr).not.toContain("--model chars");
  expect((await place.run(["train", "none.txt"])).stderr).not.toContain("--model chars");
  expect(isProse("name,city\nanna,rome\nben,paris\ncarla,oslo\n")).toBe(false);
  expect(isProse("1.5 2.5 3.5\n4.5 5.5 6.5\n")).toBe(false);
});
