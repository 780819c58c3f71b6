// Nabla beside others: training, losses from equal weights, predictions. Each is a process; they take turns, window by window.
import { median } from "../build/internals.js";
import { running } from "./others/players.mjs";
import { specOf } from "./others/spec.mjs";

/** What the goals are about, and two networks of the book. Those that come first tell how slow a peer is. */
export const COMPARED = [
  ["W1", 10],
  ["W2", 32],
  ["W2", 128],
  ["W3", 128],
  ["W4", 64],
  ["C32", 64],
  ["L7", 10],
  ["L9", 10],
  ["LSTM", 32],
];
const PREDICTIONS = [
  ["W2", 1],
  ["W4", 1],
  ["W4", 256],
];
const STEPS = 50;
/** ms that the losses of a slow peer may take. */
const LOSSES_IN = 20_000;
/** Seconds that one step of a slow peer's convolutions may take, by what it did of those before. */
const STEP_IN = 20;
/** ms of one step of which a single window is enough. */
const SLOW = 3000;

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
  const seen = new Map(open.map(({ one }) => [one.key, []]));
  for (let w = 0; w < windows; w++) {
    // who is first changes
    for (let i = 0; i < open.length; i++) {
      const { one, once } = open[(i + w) % open.length];
      const has = seen.get(one.key).length;
      if ((once > 10 * ms && has >= 2) || (once > SLOW && has >= 1)) continue;
      const answer = await one.player.ask({ do: "window", ms });
      if (!answer.error) seen.get(one.key).push(answer);
    }
  }
  return seen;
}

/** Opens a network with a player, if that is not hopelessly slow. @returns { one, once }, ms of one step, or { error } */
async function opened(one, spec, question) {
  if (one.about.error) return one.about;
  const images = spec.input.length === 3;
  if (images && one.slow && !question.rows) {
    const seconds = (spec.flops * spec.batch) / one.slow.speed;
    if (seconds > STEP_IN)
      return {
        error: `a step of ${spec.name} would take ${Math.round(seconds)} s, as fast as it was on ${one.slow.name}`,
      };
  }
  const answer = await running(one).ask({ do: "open", spec, ...question });
  if (answer.error) return answer;
  if (images && answer.once > SLOW / 3 && !question.rows)
    one.slow ??= { name: spec.name, speed: (spec.flops * spec.batch * 1000) / answer.once };
  return { one, once: answer.once };
}

/** @param options { windows, ms, warm } @param say told what is measured @param each given every row when it is whole */
export async function trainings(players, names, options, say, each) {
  for (const [name, batch] of COMPARED) {
    if (!names(name, batch)) continue;
    const spec = specOf(name, batch);
    const row = { name, batch, what: spec.what, rates: {}, losses: {} };
    const open = [];
    for (const one of players) {
      if (one.predicts) continue;
      say(`${name}, batch ${batch}: ${one.about.name ?? one.key}`);
      const answer = await opened(one, spec, { warm: options.warm });
      if (answer.error) row.rates[one.key] = answer;
      else open.push(answer);
    }
    say(`${name}, batch ${batch}: all in turn`);
    const seen = await turns(open, options);
    for (const { one, once } of open) {
      const { key, about, player } = one;
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
    each(row);
  }
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

export async function predictions(players, options, say) {
  const rows = [];
  for (const [name, count] of PREDICTIONS) {
    const spec = specOf(name, 32);
    const row = { name, rows: count, rates: {} };
    const open = [];
    for (const one of players) {
      if (one.key === "auto" || one.key === "fit") continue;
      say(`prediction of ${name}, ${count} at once: ${one.about.name ?? one.key}`);
      const answer = await opened(one, spec, { rows: count, warm: options.warm });
      if (answer.error) row.rates[one.key] = answer;
      else open.push(answer);
    }
    const seen = await turns(open, options);
    for (const { one } of open) {
      const windows = seen.get(one.key);
      row.rates[one.key] =
        windows.length > 0 ? figures(windows, one.about.threads) : { error: "no window ended" };
      if (one.key === "steps") {
        const { flops } = windows[0];
        row.share = median(
          windows.map(({ rate, peak, cpu }) => (rate / Math.min(1, cpu)) * (flops / peak / 1e9)),
        );
      }
      await one.player.ask({ do: "close" });
    }
    rows.push(row);
  }
  return rows;
}
