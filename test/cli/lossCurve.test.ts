/** The loss at the end of a training, as people see it. */
import { expect, test } from "vitest";
import type { History } from "../../src/model/model.ts";
import { terminalOf } from "../../src/report/terminal.ts";
import { lossCurve } from "../../src/report/text/curve.ts";

const history = { history: { loss: [3, 2, 1], valLoss: [3, 3, 2] }, epoch: [0, 1, 2] } as unknown as History;

function printed(isTTY: boolean, plain: boolean): string {
  let text = "";
  const stdout = { isTTY, columns: 80, write: (more: string) => void (text += more) };
  const terminal = terminalOf({ stdout, stderr: stdout, plain });
  terminal.print(lossCurve(history, terminal));
  return text;
}

test("both curves have their colours, and no escape is shown as text", () => {
  const text = printed(true, false);
  expect(text).toContain("\x1b[36m╰");
  expect(text).toContain("\x1b[33m╮");
  expect(text).not.toContain("\\u001b");
});

test.each([
  [true, true],
  [false, false],
])("without colours there are none (terminal: %s, plain: %s)", (isTTY, plain) => {
  const text = printed(isTTY, plain);
  expect(text).toContain("╰");
  expect(text).not.toMatch(/\\u001b|\[3[36]m/);
});
