// Nabla beside others: training, losses from equal weights, predictions. Each is a process; they take turns, window by window.
import { specOf } from "./others/spec.mjs";
import { median } from "./support.mjs";

/** What the goals are about, and two networks of the book. */
export const COMPARED = [
  ["W1", 10],
  ["W2", 32],
  ["W2", 128],
  ["W3", 128],
  ["W4", 64],
  ["C32", 64],
  ["L7", 10],
  ["L9", 10],
];
const PREDICTIONS = [
  ["W2", 1],
  ["W4", 1],
  ["W4", 256],
];
const STEPS = 50;
/** ms that the losses of a slow peer may take. */
const LOSSES_IN = 20_000;

/**
 * Of windows that were measured. A library of one thread is measured by its processor's time: what else the machine does then counts for less.
 * `wall` is by the clock.
 */
function figures(windows, threads) {
  const wall = windows.map(({ rate }) => rate);
  const rates = windows.map(({ rate, cpu }) => (threads === 1 ? rate / Math.min(1, cpu) : rate));
  const sorted = [...rates].sort((a, b) => a - b);
  return {
    rate: median(rates),
    least: sorted[0],
    most: sorted.at(-1),
    wall: median(wall),
    windows: windows.length,
  };
}

/** Windows of all players that have opened, in turn. A slow one's windows are steps that take longer, so it has fewer. */
async function turns(open, { windows, ms }) {
  const seen = new Map(open.map((player) => [player.key, []]));
  for (let w = 0; w < windows; w++) {
    // who is first changes
    for (let i = 0; i < open.length; i++) {
      const one = open[(i + w) % open.length];
      if (one.once > 10 * ms && seen.get(one.key).length >= 2) continue;
      const answer = await one.player.ask({ do: "window", ms });
      if (!answer.error) seen.get(one.key).push(answer);
    }
  }
  return seen;
}

/** @param options { windows, ms, warm } @param say told what is measured @returns a row for each network, with a figure or a sentence for each player */
export async function trainings(players, names, options, say = () => {}) {
  const rows = [];
  for (const [name, batch] of COMPARED) {
    if (names.length > 0 && !names.includes(name)) continue;
    const spec = specOf(name, batch);
    const row = { name, batch, what: spec.what, rates: {}, losses: {} };
    const open = [];
    for (const one of players) {
      if (one.predicts) continue;
      if (one.about.error) {
        row.rates[one.key] = { error: one.about.error };
        continue;
      }
      say(`${name}, batch ${batch}: ${one.about.name}`);
      const answer = await one.player.ask({ do: "open", spec, warm: options.warm });
      if (answer.error) row.rates[one.key] = { error: answer.error };
      else open.push({ ...one, once: answer.once });
    }
    say(`${name}, batch ${batch}: all in turn`);
    const seen = await turns(open, options);
    for (const { key, about, once, player } of open) {
      const windows = seen.get(key);
      row.rates[key] = windows.length > 0 ? figures(windows, about.threads) : { error: "no window ended" };
      if (key === "steps") {
        const { flops } = windows[0];
        // each with the peak of its own moment
        const peaks = windows.map((window) => window.peak);
        row.peak = median(peaks);
        row.share = (row.rates.steps.rate * flops) / (row.peak * 1e9);
        row.limit = (row.peak * 1e9) / flops;
      }
      if (!spec.comparable) row.losses[key] = { error: "dropout leaves out other units in every library" };
      else if (once * STEPS > LOSSES_IN)
        row.losses[key] = { error: `${STEPS} steps would take ${Math.round((once * STEPS) / 1000)} s` };
      else if (key !== "fit" && key !== "auto")
        row.losses[key] = await player.ask({ do: "losses", spec, steps: STEPS });
      await player.ask({ do: "close" });
    }
    row.apart = apart(row.losses);
    rows.push(row);
  }
  return rows;
}

/** How far the losses of each are from Nabla's, at most, as a share of them. */
function apart(losses) {
  const ours = losses.steps?.losses;
  if (!ours) return {};
  return Object.fromEntries(
    Object.entries(losses)
      .filter(([key, { losses: theirs }]) => key !== "steps" && theirs)
      .map(([key, { losses: theirs }]) => [
        key,
        Math.max(...theirs.map((loss, i) => Math.abs(loss - ours[i]) / ours[i])),
      ]),
  );
}

export async function predictions(players, options, say = () => {}) {
  const rows = [];
  for (const [name, count] of PREDICTIONS) {
    const spec = specOf(name, 32);
    const row = { name, rows: count, rates: {} };
    const open = [];
    for (const one of players) {
      if (one.key === "auto" || one.key === "fit") continue;
      say(`prediction of ${name}, ${count} at once: ${one.about.name ?? one.key}`);
      const answer = one.about.error
        ? one.about
        : await one.player.ask({ do: "open", spec, rows: count, warm: options.warm });
      if (answer.error) row.rates[one.key] = { error: answer.error };
      else open.push({ ...one, once: answer.once });
    }
    const seen = await turns(open, options);
    for (const { key, about, player } of open) {
      const windows = seen.get(key);
      row.rates[key] = windows.length > 0 ? figures(windows, about.threads) : { error: "no window ended" };
      await player.ask({ do: "close" });
    }
    rows.push(row);
  }
  return rows;
}

/** The fastest JavaScript or WebAssembly library with one thread, and how many times as fast Nabla's steps are. */
export function fastest(row, players) {
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
