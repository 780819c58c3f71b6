// The set of networks in browsers: the library as pages get it, training in a worker, under a strict security policy.
import { join } from "node:path";
import { context } from "esbuild";
import { launch } from "../support/browsers/index.mjs";
import { root } from "./engines.mjs";

/**
 * Serves the project's folder, and nabla/predict and nabla/export as bundlers make them for pages.
 *
 * @returns {Promise<{ url: string, stop(): Promise<void> }>}
 */
async function serve() {
  const files = await context({
    entryPoints: { predict: join(root, "build/predict.js"), export: join(root, "build/export.js") },
    outdir: join(root, "test/bits/bundled"),
    bundle: true,
    format: "esm",
    conditions: ["browser"],
    // for the server alone
    write: false,
    logLevel: "error",
  });
  const { port } = await files.serve({ servedir: root, host: "127.0.0.1" });
  return { url: `http://127.0.0.1:${port}/test/bits/page.html`, stop: () => files.dispose() };
}

/**
 * @param {import("../support/browsers/index.mjs").BrowserName} name
 * @param {readonly string[]} names of networks
 * @param {Readonly<Record<string, import("./tasks.mjs").Task>>} tasks by the names of trainings
 * @returns {Promise<import("./hosts.mjs").Answers>}
 */
export async function inBrowser(name, names, tasks) {
  const { url, stop } = await serve();
  const browser = await launch(name).catch(async (error) => {
    await stop();
    throw error;
  });
  try {
    const page = await browser.newPage(url);
    await page.waitFor(() => "trained" in globalThis);
    /** @type {import("./hosts.mjs").Answers} */
    const answers = { version: browser.version, networks: {}, trainings: {} };
    for (const network of names)
      answers.networks[network] = await page
        .evaluate((given) => /** @type {any} */ (globalThis).bitsOf(given), network)
        .catch((error) => ({ error: error.message }));
    for (const [training, task] of Object.entries(tasks)) {
      const { sha256, script } = await page.evaluate(
        (given) => /** @type {any} */ (globalThis).trained(given),
        task,
      );
      if (!/worker\.js$/.test(script)) throw new Error(`${name}: ${training} was not trained in a worker`);
      answers.trainings[training] = sha256;
    }
    return answers;
  } finally {
    await browser.close();
    await stop();
  }
}
