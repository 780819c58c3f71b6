// The figures of npm run bench as a page of tables.
import { fastest } from "./goals.mjs";

const percent = (v) => `${(100 * v).toFixed(0)} %`;
const three = (v) => (v >= 100 ? v.toFixed(0) : v.toPrecision(3));
const k = (v) => (v >= 1e5 ? `${(v / 1e3).toFixed(0)} k` : v >= 1e3 ? `${(v / 1e3).toFixed(1)} k` : three(v));
const times = (v) => `${v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v.toFixed(2)} ×`;
/** Load that others make, where the bench itself keeps a core or two busy. */
const BUSY = 2.5;
const WIDTH = 150;
const mega = (v) => `${(v / 1e6).toFixed(2)} MB`;
const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** Columns of players, and the sentences of those who say no, as notes below. */
function columns(rows, players, figure) {
  const notes = [];
  const cell = (row, key, name) => {
    const said = row.rates[key];
    if (!said) return "";
    if (said.error) {
      const words = `${name}: ${said.error}`;
      if (!notes.includes(words)) notes.push(words);
      return `– ${superscript(notes.indexOf(words) + 1)}`;
    }
    return figure(said);
  };
  return { notes, cell, used: players.filter(({ key }) => rows.some((row) => row.rates[key])) };
}
const superscript = (n) => [...String(n)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
const noted = (notes) => notes.map((note, i) => `- ${superscript(i + 1)} ${note}`).join("\n");

const parts = {
  products(rows) {
    const cell = (f) => `${f.rate.toFixed(1)} (${percent(f.share)})`;
    return `## Matrix products: GFLOP/s and share of the multiply-add peak\n\n${table(
      ["rows × in × out", "y = x·w", "dx = dy·wᵀ", "dw = xᵀ·dy", "peak", ""],
      rows.map((r) => [
        r.shape,
        cell(r.forward),
        cell(r.input),
        cell(r.weights),
        r.forward.peak.toFixed(1),
        r.what,
      ]),
    )}`;
  },
  training(rows, { players }) {
    const { notes, cell, used } = columns(rows, players, (f) => k(f.rate));
    const shown = table(
      ["samples/s", ...rows.map((r) => `${r.name}, ${r.batch}`)],
      used.map(({ key, about }) => [about.name ?? key, ...rows.map((r) => cell(r, key, about.name ?? key))]),
    );
    const ratio = (r, key) =>
      ["steps", "fit"].map((ours) =>
        r.rates[key]?.rate && r.rates[ours]?.rate ? times(r.rates[ours].rate / r.rates[key].rate) : "",
      );
    const torch = (r) => {
      const best = ["torch", "torchCompiled"]
        .filter((key) => r.rates[key]?.rate)
        .sort((a, b) => r.rates[b].rate - r.rates[a].rate)[0];
      return best ? [...ratio(r, best), best === "torch" ? "eager" : "compiled"] : ["", "", ""];
    };
    const against = table(
      [
        "net",
        "of the multiplications alone",
        "fit() of its steps",
        "fastest JavaScript or Wasm peer",
        "steps",
        "fit()",
        "PyTorch: steps",
        "fit()",
        "its faster way",
      ],
      rows.map((r) => {
        const first = fastest(r, players);
        const { steps, fit } = r.rates;
        return [
          `${r.name}, ${r.batch}`,
          steps?.rate ? percent(r.share) : "",
          fit?.rate && steps?.rate ? percent(fit.rate / steps.rate) : "",
          first?.name ?? "",
          ...(first ? ratio(r, first.key) : ["", ""]),
          ...torch(r),
        ];
      }),
    );
    return `## Training\n\n${shown}\n\n${noted(notes)}\n\n${against}\n\n### Losses of 50 steps from equal weights\n\n${losses(rows, players)}`;
  },
  predictions(rows, { players }) {
    const { notes, cell, used } = columns(rows, players, (f) => k(f.rate));
    const micro = (r, key) =>
      r.rates[key]?.rate && r.rows === 1 ? ` (${three(1e6 / r.rates[key].rate)} µs)` : "";
    return `## Predictions: rows a second\n\n${table(
      ["", ...rows.map((r) => (r.rows === 1 ? `${r.name}, one` : `${r.name}, ${r.rows} at once`))],
      used.map(({ key, about }) => {
        const name = key === "steps" ? "Nabla" : (about.name ?? key);
        return [name, ...rows.map((r) => cell(r, key, name) + micro(r, key))];
      }),
    )}\n\n${noted(notes)}`;
  },
  threads(rows) {
    const range = ({ median, least, most }) =>
      `${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
    return `## Threads: samples/s by the clock; ratios are medians of rounds, with the least and the most\n\n${table(
      [
        "net",
        "one thread",
        "two",
        "auto",
        "two trainings at once",
        "two threads / these",
        "two / one",
        "auto / one",
      ],
      rows.map((r) => [
        `${r.name}, ${r.batch}`,
        ...[r.one, r.two, r.auto, r.pair].map(k),
        ...[r.ofPair, r.ofOne, r.autoOfOne].map(range),
      ]),
    )}`;
  },
  wide(lists) {
    const cell = (v) => times(v);
    return `## 256 bits wide (\`nabla train --wide\`): how many times as fast\n\n${table(
      ["", ...lists.map((l) => l.error ?? `Node ${l.node.slice(1)}`)],
      [
        ...(lists.find((l) => l.networks)?.networks ?? []).map(({ name, batch }, i) => [
          `${name}, ${batch}`,
          ...lists.map((l) =>
            l.error ? "" : `${cell(l.networks[i].times)}${l.networks[i].same ? "" : " OTHER BITS"}`,
          ),
        ]),
        ...(lists.find((l) => l.products)?.products ?? []).map(({ shape }, i) => [
          `${shape}: y, dx, dw`,
          ...lists.map((l) =>
            l.error
              ? ""
              : ["forward", "input", "weights"].map((kind) => cell(l.products[i][kind])).join(", "),
          ),
        ]),
      ],
    )}`;
  },
  streaming: ({ us, share }) =>
    `## One streaming step\n\nOf LSTM(64) on 16 features, \`model.stream().push()\`, array to array: ${us.toFixed(2)} µs, ${percent(share)} of the multiplications alone.`,
  start: ({ node, ours, more }) =>
    `## Start of a process\n\nTo the first prediction, the model loaded from a file: ${ours.toFixed(1)} ms; Node alone ${node.toFixed(1)} ms; difference ${more.toFixed(1)} ms.`,
  steady: (s) =>
    `## ${s.steps.toLocaleString("en")} steps\n\n${s.sameBuffer ? "The same memory of the core" : "THE MEMORY OF THE CORE GREW"}; JavaScript's heap ${s.heapGrowth.toLocaleString("en")} bytes more, the history of ${s.epochs.toLocaleString("en")} epochs included.`,
  curves(c) {
    const curve = (what, points) =>
      table(
        [what, ...points.map(({ x }) => String(x))],
        [
          ["µs a row", ...points.map(({ usSample }) => three(usSample))],
          ...(points[0].share ? [["of the peak", ...points.map(({ share }) => percent(share))]] : []),
          ...(points[0].bytes
            ? [["MB of weights and plan", ...points.map(({ bytes }) => (bytes / 1e6).toFixed(2))]]
            : []),
        ],
      );
    return `## Curves of cost\n\n${[
      curve("width w of 784-w-10, batch 32", c.width),
      curve("hidden layers of 128, batch 32", c.depth),
      curve("batch of 784-100-50-10", c.batch),
      curve("rows of one predict(), 784-100-50-10", c.rows),
      curve("threads, fit() of W3, batch 128", c.threads),
    ].join("\n\n")}`;
  },
  memory: (rows) =>
    `## Memory of a plan\n\n${table(
      ["net", "the plan", "its buffers side by side", "share"],
      rows.map((r) => [`${r.name}, ${r.batch}`, mega(r.plan), mega(r.sum), percent(r.plan / r.sum)]),
    )}`,
};

function losses(rows, players) {
  const ours = rows.filter((r) => r.losses.steps?.losses);
  const say = (r, key) => {
    const said = r.losses[key];
    if (!said?.losses) return "";
    const { losses } = said;
    return `${[0, losses.length - 1].map((i) => losses[i].toFixed(5)).join(" → ")}${key === "steps" ? "" : ` (${r.apart[key].toExponential(0)})`}`;
  };
  const used = players.filter(({ key }) => ours.some((r) => r.losses[key]?.losses));
  return `The first loss and the last; in brackets the largest relative difference from Nabla's in any step.\n\n${table(
    ["", ...ours.map((r) => `${r.name}, ${r.batch}`)],
    used.map(({ key, about }) => [key === "steps" ? "Nabla" : about.name, ...ours.map((r) => say(r, key))]),
  )}`;
}

/** Goals that were measured, and below the table what the profile shows of those that were missed. */
function goalsPart(goals) {
  const measured = goals.filter(({ hit }) => hit !== undefined);
  const rest = goals.length - measured.length;
  const missed = measured.filter(({ hit }) => !hit);
  const why = new Map();
  for (const { figure, because } of missed)
    if (because) why.set(because, [...(why.get(because) ?? []), figure]);
  return [
    `## Goals`,
    `${measured.length - missed.length} hit, ${missed.length} missed${rest > 0 ? `; ${rest} not measured` : ""}.`,
    table(
      ["figure", "goal", "here", ""],
      measured.map(({ figure, goal, here, hit }) => [figure, goal, here, hit ? "hit" : "**missed**"]),
    ),
    ...(why.size > 0
      ? [
          `What the profile shows of those that were missed:`,
          [...why].map(([words, figures]) => `- ${figures.join("; ")}: ${words}`).join("\n"),
        ]
      : []),
  ].join("\n\n");
}

/** Parts that were measured together are one line. */
function measuredWhen(parts) {
  const groups = new Map();
  for (const [name, { date, commit, windows, ms, load }] of Object.entries(parts)) {
    const key = `${date}, commit ${commit}, ${windows} windows of ${ms} ms`;
    const group = groups.get(key) ?? { names: [], loads: [] };
    group.names.push(name);
    // an average looks back: the lower of before and after is nearer to what was then
    group.loads.push(Math.min(...load));
    groups.set(key, group);
  }
  const all = groups.size === 1;
  return [...groups].map(([key, { names, loads }]) => {
    // what is beyond what a run of its own makes
    const busy = Math.max(...loads) > BUSY;
    return `- ${all ? "" : `${names.join(", ")}: `}${key}; load average ${Math.min(...loads)} to ${Math.max(...loads)}${
      busy ? ": other work ran at the same time, so compare ratios, not figures" : ""
    }`;
  });
}

/** Prose in lines of at most 150 characters; tables have lines of any length. */
const wrapped = (text) =>
  text
    .split("\n")
    .map((line) => {
      if (line.startsWith("|") || line.length <= WIDTH) return line;
      const lines = [""];
      const indent = line.startsWith("- ") ? "  " : "";
      for (const word of line.split(" ")) {
        const last = lines.at(-1);
        if (last.length + word.length >= WIDTH) lines.push(indent + word);
        else lines[lines.length - 1] = last ? `${last} ${word}` : word;
      }
      return lines.join("\n");
    })
    .join("\n");

export function page(result) {
  const { head, goals } = result;
  const versions = (head.players ?? [])
    .filter(({ about }) => about.version)
    .map(({ about }) => `${about.name} ${about.version}${about.vectors ? ` (${about.vectors})` : ""}`);
  const lines = [
    "# Nabla's bench",
    "",
    "Made by `npm run bench`; what each figure is: [bench/README.md](../README.md).",
    "",
    `- ${head.cpu}, ${head.cores} cores, ${head.memory} GB, ${head.system}`,
    `- Node ${head.node} (V8 ${head.v8}), Nabla ${head.nabla}`,
    ...measuredWhen(head.parts),
    "- all in turn; libraries of one thread by processor time",
    ...(versions.length > 0 ? [`- ${[...new Set(versions)].join("; ")}`] : []),
    ...(head.missing ?? []).map((words) => `- not here: ${words}`),
  ];
  const sections = Object.entries(parts)
    .filter(([name]) => result[name] && (!Array.isArray(result[name]) || result[name].length > 0))
    .map(([name, make]) => make(result[name], head));
  return `${wrapped([lines.join("\n"), ...(goals ? [goalsPart(goals)] : []), ...sections].join("\n\n"))}\n`;
}
