// accuracy.md from the finished runs in accuracy.json.
import { writeFileSync } from "node:fs";
import { keyOf, STEPS } from "./ladder.mjs";

const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
const percent = (values, of) => (values.length ? (100 * of(values)).toFixed(2) : "");
const highest = (values) => Math.max(...values);

const HEAD = `# Accuracy

The networks of Michael Nielsen's *Neural Networks and Deep Learning* (chapters 1, 3 and 6) on MNIST, trained by
\`npm run bench:accuracy\`. A run that is in \`accuracy.json\` is not repeated; \`--steps\`, \`--seeds\` and \`--variant\` choose parts.

- **at best validation**: test accuracy at the epoch with the highest accuracy on 10,000 validation rows, taken from the 60,000.
  Of equal epochs, the last. Test rows have no influence. The book reports this from step 4 on.
- **last epoch**: test accuracy after the last epoch.
- **published**: the book's. Steps 1 and 2 report the epoch that did best on the test rows: compare with *highest*.
  Step 3 was measured on validation rows. One run each, as far as the book says.
- **book**: batches of 10 and plain gradient descent at a constant rate, as in the book. **modern**: the same network, trained differently.
- **best**: our own network. It is trained on all 60,000 rows for a number of epochs fixed beforehand; its last epoch counts.
- **s/epoch**: measured while the machine did other work too. bench/README.md has speeds measured alone.
- Differences from the book: its 10,000 validation rows are the last of the file, here the seed chooses them. Rows are shuffled in each
  epoch; its program for steps 4 to 10 does not shuffle. Dropout rescales values while training; the book's program does so afterwards.

| step | network | command | seeds | epochs | published | at best validation: mean | best | last epoch: mean | best | highest | s/epoch |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
`;

export function writeTable(runs, path) {
  const lines = STEPS.map((step) => {
    const seeds = Array.from({ length: 100 }, (_, i) => i + 1).filter((seed) => runs[keyOf(step, seed)]);
    const done = seeds.map((seed) => runs[keyOf(step, seed)]);
    const column = (name) => done.map((run) => run[name]).filter((value) => value !== undefined);
    const chosen = column("testAtBestValidation");
    const last = column("testLast");
    const seconds = column("secondsPerEpoch");
    const cells = [
      step.variant === "book" ? step.step : step.step === "best" ? "best" : `${step.step} modern`,
      step.network,
      done[0] ? `\`${done[0].command.replace(/--seed \d+/, "--seed N")}\`` : "",
      seeds.join(", "),
      [...new Set(column("epochs"))].join(", "),
      `${step.published.toFixed(2)}${step.note ? ` (${step.note})` : ""}`,
      percent(chosen, mean),
      percent(chosen, highest),
      percent(last, mean),
      percent(last, highest),
      percent(column("testHighest"), highest),
      seconds.length ? mean(seconds).toPrecision(3) : "",
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const machines = [...new Set(Object.values(runs).map(({ machine }) => machine))].filter(Boolean).join("; ");
  const foot = machines ? `\nEmpty rows have not been run. ${machines}, one thread.\n` : "";
  writeFileSync(path, `${HEAD}${lines.join("\n")}\n${foot}`);
}
