// A peer is a process of its own that does what it is told, one JSON object a line on stdin, one answer a line on stdout:
//   {"do":"hello"}                       who it is: name, version, threads
//   {"do":"losses","spec":…,"steps":50}  the loss of each of the first steps, from the weights given. Where a library defines something in another
//                                        way than others, it does here what they do, if it can
//   {"do":"open","spec":…,"rows":n}      makes the network ready: to train, or with `rows` to predict so many at once
//   {"do":"window","ms":60}              rows a second over about so many milliseconds, whole steps
// A sentence in `error` says what it cannot do. peers.py answers the same.
import { createInterface } from "node:readline";

/** Windows measure time, so the weights stay where they are: no library meets numbers that others do not meet. */
export const STILL = 1e-6;
/** ms of one step from which on it is neither warmed up nor timed beforehand. */
const SLOW = 1000;

/**
 * @param about { name, version, threads }
 * @param peer { train(spec, learningRate, alike), predict(spec, rows) }; either returns { step(i), settle?(), close?() }, and train's `step` returns the
 *   loss, or a promise of it, when asked for with a second argument; `alone` says
 *   why its losses are not those of the others, `rows` how many a step takes, if not a batch. Throws a sentence where there is no such network.
 */
export function serve(about, peer) {
  let open;
  let rows = 0;
  let count = 0;
  let at = 0;
  let slow = false;
  const run = async (n) => {
    for (let i = 0; i < n; i++) {
      const done = open.step(at++);
      if (done instanceof Promise) await done;
    }
    await open.settle?.();
  };
  const timed = async (n) => {
    const t = performance.now();
    await run(n);
    return performance.now() - t;
  };
  const close = async () => {
    await open?.close?.();
    open = undefined;
  };
  const answers = {
    hello: () => about,
    async losses({ spec, steps }) {
      await close();
      open = await peer.train(spec, spec.optimizer.learningRate, true);
      if (open.alone) throw new Error(open.alone);
      const losses = [];
      for (let i = 0; i < steps; i++) losses.push(Number(await open.step(i, true)));
      await close();
      return { losses };
    },
    async open({ spec, rows: asked, warm = 300 }) {
      await close();
      at = 0;
      count = 0;
      open = asked ? await peer.predict(spec, asked) : await peer.train(spec, STILL);
      rows = asked ?? open.rows ?? spec.batch;
      // the first compiles
      await timed(1);
      let took = await timed(1);
      for (const t = performance.now(); performance.now() - t < warm && took < SLOW; ) took = await timed(1);
      slow = took >= SLOW;
      return { once: took };
    },
    async window({ ms }) {
      if (slow) count = 1;
      if (count === 0) {
        let n = 1;
        let took = await timed(1);
        while (took < ms / 4 && n < 1e6) took = await timed((n *= 2));
        count = Math.max(1, Math.round((n * ms) / took));
      }
      const used = process.cpuUsage();
      const took = await timed(count);
      const { user, system } = process.cpuUsage(used);
      return { rate: (count * rows * 1000) / took, cpu: (user + system) / 1000 / took, ...open.beside?.() };
    },
    async close() {
      await close();
      return {};
    },
  };
  const lines = createInterface({ input: process.stdin });
  const said = process.stdout.write.bind(process.stdout);
  // what a library prints is not an answer
  process.stdout.write = process.stderr.write.bind(process.stderr);
  (async () => {
    for await (const line of lines) {
      const asked = JSON.parse(line);
      let answer;
      try {
        answer = await answers[asked.do](asked);
      } catch (error) {
        answer = { error: String(error?.message ?? error).split("\n")[0] };
        open = undefined;
      }
      said(`${JSON.stringify(answer)}\n`);
    }
    process.exit(0);
  })();
}
