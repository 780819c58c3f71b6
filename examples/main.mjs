/** The last call of every example: runs it if node was started with its file, but not if another module imports it. */

/**
 * @param {string} url `import.meta.url` of the example
 * @param {() => unknown} run
 */
export async function main(url, run) {
  if (typeof process !== "object" || !process.versions?.node) return; // a browser, which starts no files
  const { realpathSync } = await import("node:fs");
  const { fileURLToPath } = await import("node:url");
  const started = process.argv[1];
  if (started !== undefined && realpathSync(started) === fileURLToPath(url)) await run();
}
