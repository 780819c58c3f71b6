// Vitest runs test files in pages; this opens them in the browsers of this machine.
import { defineBrowserProvider } from "@vitest/browser";
import { launch } from "./index.mjs";

/** Versions of the browsers that ran tests, for the summary. @type {Map<string, string>} */
export const versions = new Map();

export const systemBrowser = () =>
  defineBrowserProvider({
    name: "system",
    providerFactory: (project) => {
      /** @type {Promise<import("./index.mjs").Browser> | undefined} */
      let browser;
      return {
        name: "system",
        supportsParallelism: true,
        getCommandsContext: () => ({}),
        async openPage(_, url) {
          const name = /** @type {import("./index.mjs").BrowserName} */ (project.config.browser.name);
          if (!browser) {
            browser = launch(name, { headless: project.config.browser.headless });
            browser.then(
              ({ version }) => versions.set(name, version),
              () => {},
            );
          }
          await (await browser).newPage(url);
        },
        async close() {
          // one that could not be launched has been reported
          await browser?.then(
            (started) => started.close(),
            () => {},
          );
          browser = undefined;
        },
      };
    },
  });
