// The figures that were set as goals, beside what was measured.
import { because } from "./words.mjs";

const percent = (v) => `${(100 * v).toFixed(0)} %`;
const LARGE = ["W2 layer 1, batch 32", "W2 layer 1, batch 128", "W3 layer 1", "W3 layer 2"];
const SHARES = {
  "W1, 10": 0.75,
  "W2, 32": 0.85,
  "W2, 128": 0.85,
  "W3, 128": 0.85,
  "W4, 64": 0.85,
  "C32, 64": 0.85,
  "L9, 10": 0.75,
};
const FITS = ["W1, 10", "W2, 32", "W2, 128", "W3, 128", "W4, 64"];
const PYTORCH = { "W1, 10": 4, "W2, 32": 1.3, "W2, 128": 0.8, "W3, 128": 0.9, "W4, 64": 2.5, "LSTM, 32": 1 };
const PEERS = { "W1, 10": 12, "W2, 32": 3.5, "W2, 128": 2.2, "W3, 128": 2, "W4, 64": 40 };
/** Two threads as a share of two trainings, and of one thread on two quiet cores. */
const THREADS = {
  "W2, 128": [0.8, 1.6],
  "W3, 128": [0.9, 1.8],
  "W4, 64": [0.9, 1.85],
  "C32, 64": [0.9, 1.85],
};

/** Cells round, so what is shown as the goal hits it. */
const near = (v, goal, digits) => Number(v.toFixed(digits)) >= goal;

/** @param result of bench/run.mjs; what was not measured has no `hit` */
export function goalsOf(result) {
  const out = [];
  const add = (figure, goal, value, show, hit, more = "") => {
    if (value === undefined) return out.push({ figure, goal, here: "" });
    const hits = hit(value);
    out.push({
      figure,
      goal,
      here: show(value),
      hit: hits,
      ...(!hits && { because: `${because(figure)}${more}` }),
    });
  };
  for (const what of LARGE) {
    const row = result.products?.find((r) => r.what === what);
    const shares = row && [row.forward, row.input, row.weights].map(({ share }) => share);
    add(
      `products of ${what}: y, dx, dw`,
      "≥ 92 %",
      shares,
      (v) => v.map(percent).join(", "),
      (v) => v.every((share) => near(share, 0.92, 2)),
    );
  }
  const row = (key) => result.training?.find((r) => `${r.name}, ${r.batch}` === key);
  for (const [key, goal] of Object.entries(SHARES)) {
    const r = row(key);
    add(
      `${key}: fit() of the multiplications alone`,
      `≥ ${percent(goal)}`,
      r?.rates.fit?.rate && r.limit && r.rates.fit.rate / r.limit,
      percent,
      (v) => near(v, goal, 2),
    );
  }
  for (const key of FITS) {
    const rates = row(key)?.rates;
    add(
      `${key}: fit() of its steps`,
      "≥ 95 %",
      rates?.fit?.rate && rates.steps?.rate && rates.fit.rate / rates.steps.rate,
      percent,
      (v) => near(v, 0.95, 2),
    );
  }
  const times = (v) => `${v >= 10 ? v.toFixed(1) : v.toFixed(2)} ×`;
  for (const [key, goal] of Object.entries(PYTORCH)) {
    const r = row(key);
    const theirs = Math.max(...["torch", "torchCompiled"].map((name) => r?.rates[name]?.rate ?? 0));
    add(
      `${key} against PyTorch, its faster way, one thread`,
      `≥ ${goal} ×`,
      theirs > 0 && r.rates.steps?.rate ? r.rates.steps.rate / theirs : undefined,
      times,
      (v) => near(v, goal, 2),
      r?.limit &&
        ` Here the goal would be ${percent((theirs * goal) / r.limit)} of the multiplications alone.`,
    );
  }
  for (const [key, goal] of Object.entries(PEERS)) {
    const r = row(key);
    const first = r?.rates.steps?.rate && fastest(r, result.head.players);
    add(
      `${key} against the fastest JavaScript or Wasm peer`,
      `≥ ${goal} ×`,
      first || undefined,
      (v) => `${times(v.times)} (${v.name})`,
      (v) => near(v.times, goal, 2),
    );
  }
  for (const key of ["tfjsWasm", "tfjsCpu"]) {
    const r = row("LSTM, 32");
    const name = result.head.players?.find((player) => player.key === key)?.about.name ?? key;
    add(
      `LSTM, 32 against ${name}`,
      "≥ 10 ×",
      r?.rates[key]?.rate && r.rates.steps?.rate && r.rates.steps.rate / r.rates[key].rate,
      times,
      (v) => near(v, 10, 1),
    );
  }
  for (const [key, [ofPair, ofOne]] of Object.entries(THREADS)) {
    const r = result.threads?.find(({ name, batch }) => `${name}, ${batch}` === key);
    const two = (figure, goal, value, unit = "") =>
      add(
        `${key}: ${figure}`,
        `≥ ${goal}${unit}`,
        value,
        (v) => `${v.toFixed(2)}${unit}`,
        (v) => near(v, goal, 2),
      );
    two("two threads of two trainings at once", ofPair, r?.ofPair.median);
    two("two threads of one", ofOne, r?.ofOne.median, " ×");
  }
  const w1 = result.threads?.find(({ name }) => name === "W1");
  add(
    "W1: threads: auto, of one",
    "≥ 1",
    w1?.autoOfOne.median,
    (v) => v.toFixed(2),
    (v) => near(v, 1, 2),
  );
  const one = (name) => result.predictions?.find((r) => r.name === name && r.rows === 1)?.rates.steps?.rate;
  for (const [name, goal] of [
    ["W2", 4.5],
    ["W4", 10],
  ])
    add(
      `one prediction, ${name}`,
      `≤ ${goal} µs`,
      one(name) && 1e6 / one(name),
      (v) => `${v.toFixed(1)} µs`,
      (v) => Number(v.toFixed(1)) <= goal,
    );
  const many = result.predictions?.find((r) => r.name === "W4" && r.rows === 256)?.share;
  add("W4, 256 at once, of the multiplications alone", "≥ 85 %", many, percent, (v) => near(v, 0.85, 2));
  add(
    "one streaming step of LSTM(64)",
    "≤ 5 µs",
    result.streaming?.us,
    (v) => `${v.toFixed(1)} µs`,
    (v) => Number(v.toFixed(1)) <= 5,
  );
  add(
    "process start to first prediction, beyond Node's own",
    "≤ 12 ms",
    result.start?.more,
    (v) => `${v.toFixed(1)} ms`,
    (v) => v <= 12,
  );
  add(
    "100,000 steps",
    "the same memory",
    result.steady,
    (v) => (v.sameBuffer ? "the same" : "it grew"),
    (v) => v.sameBuffer,
  );
  return out;
}

/** The fastest JavaScript or WebAssembly library with one thread, and how many times as fast Nabla's steps are. */
export function fastest(row, players) {
  if (!row.rates.steps?.rate) return undefined;
  const rated = players
    .filter(({ key, js }) => js && row.rates[key]?.rate > 0)
    .sort((a, b) => row.rates[b.key].rate - row.rates[a.key].rate);
  const [first] = rated;
  return (
    first && {
      key: first.key,
      name: first.about.name,
      times: row.rates.steps.rate / row.rates[first.key].rate,
    }
  );
}
