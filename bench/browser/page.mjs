// What bench/browser.mjs measures in a page.
import { internalsOf } from "../../build/internals.js";
import { compiled, fitRates, rowsFor } from "../fit.mjs";

/**
 * Trains for some seconds, and looks at the page meanwhile: tasks over 50 ms as the browser counts them (Chromium), the longest time no timer
 * could run, and frames.
 */
async function watch(name, batchSize, seconds, options = {}) {
  const model = compiled(name);
  const data = rowsFor(model);
  const tasks = [];
  const observer = new PerformanceObserver((list) =>
    tasks.push(...list.getEntries().map(({ duration }) => duration)),
  );
  const counts = PerformanceObserver.supportedEntryTypes.includes("longtask");
  if (counts) observer.observe({ type: "longtask" });
  let gap = 0;
  let tick = performance.now();
  const timer = setInterval(() => {
    gap = Math.max(gap, performance.now() - tick);
    tick = performance.now();
  }, 4);
  const frames = [];
  let frame = requestAnimationFrame(function next(now) {
    frames.push(now);
    frame = requestAnimationFrame(next);
  });
  const stop = new AbortController();
  setTimeout(() => stop.abort(), seconds * 1000);
  let reports = 0;
  const begun = performance.now();
  await model
    .fit(data, { epochs: 1e6, batchSize, signal: stop.signal, onProgress: () => reports++, ...options })
    .catch((error) => {
      if (!stop.signal.aborted) throw error;
    });
  const took = (performance.now() - begun) / 1000;
  clearInterval(timer);
  cancelAnimationFrame(frame);
  await new Promise((done) => setTimeout(done, 100));
  observer.disconnect();
  const between = frames.slice(1).map((at, i) => at - frames[i]);
  return {
    longTasks: counts ? tasks.length : null,
    longestTask: counts ? Math.max(0, ...tasks) : null,
    gap,
    frames: frames.length / took,
    longestFrame: Math.max(...between),
    reports,
    samples: (internalsOf(model).state.run.step * batchSize) / took,
  };
}

Object.assign(globalThis, { fitRates, watch });
