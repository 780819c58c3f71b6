/** Ends the run with one line that says where tests ran, and one plain line that says how many. */
import type { Reporter, TestModule } from "vitest/node";
import { BROWSERS, type BrowserName, findBrowser, howToGet } from "./browsers/index.mjs";
import { versions } from "./browsers/provider.mjs";

export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const places = new Set<string>();
    for (const module of modules) {
      // "webkit:2" runs in WebKit as well
      places.add(module.project.name.replace(/:.*/, ""));
      // a file that cannot even be loaded has failed, though none of its tests ran
      if (module.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed" || state === "failed" || state === "skipped") counts[state]++;
      }
    }
    const ran = BROWSERS.filter((name) => places.has(name)).map((name) => versions.get(name) ?? name);
    if ([...places].some((name) => !BROWSERS.includes(name as BrowserName)))
      ran.unshift(`Node ${process.version}`);
    const missing = BROWSERS.filter((name) => !findBrowser(name)).map(
      (name) => `${name} is missing: ${howToGet(name)}`,
    );
    process.on("exit", () => {
      console.log(`ran in ${ran.join(", ")}`);
      for (const line of missing) console.log(line);
      console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    });
  }
}
