/** Rows of the data on the pad, and whether the answer is right. */
import { buffersFor } from "../../src/data/dataset.ts";
import { digitsText } from "../text/digits.ts";
import { fill } from "../text/words.ts";
import { announce } from "../ui/messages.tsx";
import { drawing, prediction } from "./drawing.ts";
import { classNames } from "./source.ts";
import { subject } from "./state.ts";

const said = digitsText.reading;
const words = digitsText.pad;

/** Puts a row of the test part on the pad. */
export async function show(row: number): Promise<void> {
  const source = subject.peek()?.source;
  if (!source) return;
  const data = source.test ?? source.train;
  const { x, y } = buffersFor(data, 1);
  await data.read(Uint32Array.of(row), x, y);
  const values = x instanceof Uint8Array ? x : Uint8Array.from(x, (value) => Math.round(255 * value));
  const truth = data.target.kind === "class" ? { truth: y[0]! } : {};
  drawing.value = { kind: "row", name: fill(words.row, { n: String(row) }), values, ...truth };
}

/** A mistake on the pad, with the pad in sight. What was chosen keeps the focus. */
export async function showMistake(row: number): Promise<void> {
  await show(row);
  document.querySelector(".reading")?.scrollIntoView({ block: "nearest" });
  const source = subject.peek()?.source;
  const found = prediction.peek();
  if (source && found) announce(verdictOf(classNames(source.train), found.said) ?? "");
}

/** The answer beside the truth, where that is known: "7, right". */
export function verdictOf(labels: readonly string[], answer: number): string | undefined {
  const now = drawing.peek();
  if (now.kind !== "row" || now.truth === undefined) return undefined;
  const words = { said: labels[answer] ?? String(answer), truth: labels[now.truth] ?? String(now.truth) };
  return fill(now.truth === answer ? said.right : said.wrong, words);
}
