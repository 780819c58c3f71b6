/** What every example ends with: it runs when node was started with its file, not when another module imports it. */
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * @param {string} url `import.meta.url` of the example
 * @param {() => unknown} run
 */
export async function main(url, run) {
  const started = process.argv[1];
  if (started !== undefined && realpathSync(started) === fileURLToPath(url)) await run();
}
