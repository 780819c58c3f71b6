/** Figures as people read them, and what a terminal is too narrow for. */
import { expect, test } from "vitest";
import { ConfusionMatrix, type TrainingContext } from "../../src/index.ts";
import { progressLine, speedometer } from "../../src/report/progress.ts";
import { terminalOf } from "../../src/report/terminal.ts";
import { confusionTable } from "../../src/report/text/confusion.ts";
import { duration, figure, result } from "../../src/report/text/format.ts";

/** A terminal so many characters wide, and what was written to it. */
function terminal(columns = 80) {
  let printed = "";
  const stdout = { columns, write: (text: string) => void (printed += text) };
  return Object.assign(terminalOf({ stdout, stderr: stdout }), { printed: () => printed });
}

test.each([
  [0.0041, "4 ms"],
  [0.9991, "999 ms"],
  [0.9999, "1.0 s"],
  [12.3, "12 s"],
  [75, "1:15 min"],
])("%d seconds are %s", (seconds, text) => expect(duration(seconds)).toBe(text));

test("an epoch of a few milliseconds has a time, but no rate", async () => {
  const wide = terminal();
  const line = progressLine(speedometer(100, 10), 3, wide);
  line.onEpochBegin?.(0, {} as TrainingContext);
  line.onEpochEnd?.(0, { loss: 0.5 }, {} as TrainingContext);
  expect(wide.printed()).toMatch(/^epoch 1\/3 {2}loss 0\.5000 {2}\d+ ms\n$/);
});

test("a confusion matrix that is too wide for the terminal says so", () => {
  const names = Array.from({ length: 10 }, (_, c) => `class ${c}`);
  expect(confusionTable(new ConfusionMatrix(10), names, terminal(100)).split("\n")).toHaveLength(12);
  expect(confusionTable(new ConfusionMatrix(10), names, terminal(60))).toMatch(
    /^\(the confusion matrix needs 97 columns, the terminal has 60: .* --json\)$/,
  );
});

test.each([
  [0.00001234, "1.23e-5"],
  [0.32141, "0.3214"],
  [999.94, "999.9"],
  [12_345.6, "12,346"],
  [374_123.5, "374,124"],
  [0, "0"],
])("the figure %d is %s", (value, text) => expect(figure(value)).toBe(text));

test.each([
  [0.123456789, "0.123457"],
  [4, "4"],
  [1234.5678, "1,234.57"],
  [-374_123.46, "-374,123.5"],
])("the result %d is %s", (value, text) => expect(result(value)).toBe(text));
