// Vitest runs test files in pages; this opens them in the browsers of this machine.
import { defineBrowserProvider } from "@vitest/browser";
import { launch } from "./index.mjs";

/** Versions of the browsers that ran tests, for the summary. @type {Map<string, string>} */
export const versions = new Map();

/**
 * The browser that runs tests now. Projects take turns, so one that has had its turn is closed: what a page of hundreds of test
 * files has not given back is then there for the next.
 *
 * @type {Promise<import("./index.mjs").Browser> | undefined}
 */
let open;

/** One that could not be launched has been reported. @param {Promise<import("./index.mjs").Browser> | undefined} browser */
const end = async (browser) => {
  await browser?.then(
    (started) => started.close(),
    () => {},
  );
};

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
          if (!browser || browser !== open) {
            await end(open);
            browser = open = launch(name, { headless: project.config.browser.headless });
            browser.then(
              ({ version }) => versions.set(name, version),
              () => {},
            );
          }
          await (await browser).newPage(url);
        },
        async close() {
          await end(browser);
          browser = undefined;
        },
      };
    },
  });
