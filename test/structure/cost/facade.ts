/** A schedule, a callback, a metric, a reader and an option of fit() that there are not. */
import type { Change } from "./copy.ts";

/** η · max(floor, 1 − t / span) */
export const schedule: Change = {
  files: {
    "src/schedules/falling.ts": `import { type Infer, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { type ScheduleKind, warmup } from "./kind.ts";

const fields = () =>
  object({ floor: number({ min: 0, max: 1, default: 0, doc: DOCS && "As a share of learningRate." }), ...warmup() });

/** η · max(floor, 1 − t / span). */
export const falling = {
  fields,
  short: ["floor"],
  rate: ({ floor }: Infer<ReturnType<typeof fields>>, base, t, span) => base * Math.max(floor, 1 - t / span),
  dependsOnEpochs: () => true,
} satisfies ScheduleKind;
`,
  },
  lines: { "src/schedules/index.ts": 'export { falling } from "./falling.ts";' },
};

/** Stops after so many epochs, those before a resumption counted. */
export const callback: Change = {
  files: {
    "src/callbacks/epochLimit.ts": `import { int } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { callbackKind } from "./kind.ts";

const fields = () => object({ limit: int({ min: 1, default: 1, doc: DOCS && "Epochs before it stops." }) });

/** Stops after \`limit\` epochs. */
export const epochLimit = /* @__PURE__ */ callbackKind("epochLimit", fields, ({ limit }) => {
  let seen = 0;
  return {
    onEpochEnd(_epoch, _logs, context) {
      if (++seen === limit) context.stop(\`\${limit} epochs are enough\`);
    },
    state: () => ({ values: { seen } }),
    restore({ values }) {
      seen = values.seen as number;
    },
  };
});
`,
  },
  lines: { "src/callbacks/index.ts": 'export { epochLimit } from "./epochLimit.ts";' },
};

/** The largest |output − target| of all rows. */
export const metric: Change = {
  files: {
    "src/metrics/largestError.ts": `import { target } from "./mean.ts";
import type { MetricKind, Tally } from "./metric.ts";

function create(): Tally {
  let largest = Number.NaN;
  return {
    reset() {
      largest = Number.NaN;
    },
    add(batch) {
      for (let r = 0; r < batch.rows; r++)
        for (let c = 0; c < batch.units; c++) {
          const error = Math.abs(batch.outputs[r * batch.stride + c] - target(batch, r, c));
          if (!(error <= largest)) largest = error;
        }
    },
    result: () => largest,
    state: () => [largest],
    restore([value]) {
      largest = value;
    },
  };
}

/** The largest |output − target|. */
export const largestError = { better: "lower", create } satisfies MetricKind;
`,
  },
  lines: { "src/metrics/index.ts": 'export { largestError } from "./largestError.ts";' },
};

/** Every step's rate, times a number. */
export const option: Change = {
  instead: {
    "src/training/settings.ts": [
      "    /** Passes over the data. Default 1. */\n",
      '    rateScale: number({ exclusiveMin: 0, default: 1, doc: DOCS && "What the learning rate is multiplied by." }),\n    /** Passes over the data. Default 1. */\n',
    ],
    "src/training/step.ts": [
      "run.rate = request.rate(run, this.batches);",
      "run.rate = request.rate(run, this.batches) * request.settings.rateScale;",
    ],
  },
};

/** Texts that begin "#numbers", then a row on each line whose last number is the target. */
export const reader: Change = {
  files: {
    "src/data/readers/numbers.ts": `import { NablaError } from "../../errors.ts";
import { number } from "../../fields/fields.ts";
import { object } from "../../fields/objects.ts";
import { arrayDataset } from "../arrays.ts";
import { contentOf, headOf, latin } from "./content.ts";
import { NO, type Reader, SURE } from "./reader.ts";

const BEGIN = "#numbers\\n";

/** Rows of numbers, the last of each being the target. */
export const numbers: Reader<"numbers", { scaledBy?: number }> = {
  kind: "numbers",
  title: "list of numbers",
  from: "file",
  expected: "a list of numbers (it begins #numbers)",
  fields: () => object({ scaledBy: number({ default: 1 }) }),
  async recognise({ of }, host) {
    return of.kind === "file" && latin(await headOf(of, host)).startsWith(BEGIN) ? SURE : NO;
  },
  async open({ of, where }, host, { scaledBy = 1 }) {
    if (of.kind === "folder") throw new NablaError(\`\${where}: expected a file, got a folder\`);
    const text = new TextDecoder().decode(await contentOf(of, host.limits.table));
    const rows = text.slice(BEGIN.length).trim().split("\\n").map((line) => line.split(" ").map(Number));
    const x = rows.map((row) => row.slice(0, -1).map((value) => value * scaledBy));
    return { train: arrayDataset(x, rows.map((row) => row.slice(-1)), { name: where, target: "values" }) };
  },
};
`,
  },
  lines: { "src/data/readers/index.ts": 'export { numbers } from "./numbers.ts";' },
};
