// Chromium over its own protocol, Firefox over WebDriver BiDi; both through puppeteer.
import { writeFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

/** Nothing of these is needed by a page, and all of it asks hosts far away. */
const QUIET_CHROMIUM = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-quic",
  "--disable-sync",
  "--metrics-recording-only",
  "--no-default-browser-check",
  "--no-first-run",
  "--no-pings",
];
const QUIET_FIREFOX = {
  "app.normandy.enabled": false,
  "app.update.disabledForTesting": true,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.search.update": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.getAddons.cache.enabled": false,
  "extensions.update.enabled": false,
  "media.gmp-manager.updateEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#none",
  "toolkit.telemetry.enabled": false,
};
/** A tab in the background gets fewer timers and frames; here nobody looks at any, and all must run. */
const AWAKE_CHROMIUM = [
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
];

/** @param {import("./index.mjs").LaunchOptions} options */
function chromium({ headless = true }) {
  const root = process.getuid?.() === 0;
  return {
    browser: /** @type {const} */ ("chrome"),
    args: [
      ...QUIET_CHROMIUM,
      ...AWAKE_CHROMIUM,
      // its sandbox refuses to work for root
      ...(root ? ["--no-sandbox"] : []),
      // containers may have a tiny /dev/shm
      "--disable-dev-shm-usage",
      ...(headless ? ["--disable-gpu"] : []),
    ],
    // with a pipe it ends when this process does, however that ended
    pipe: true,
  };
}

/** @param {import("./index.mjs").LaunchOptions} options */
function firefox({ colorScheme = "light", reducedMotion = false }) {
  return {
    browser: /** @type {const} */ ("firefox"),
    extraPrefsFirefox: {
      ...QUIET_FIREFOX,
      "layout.css.prefers-color-scheme.content-override": colorScheme === "dark" ? 0 : 1,
      "ui.prefersReducedMotion": reducedMotion ? 1 : 0,
    },
  };
}

/** How long what never comes is waited for, in ms: of what comes, a busy machine decides. */
const PATIENCE = 60_000;

/**
 * @param {import("./index.mjs").BrowserName} name
 * @param {string} executablePath
 * @param {import("./index.mjs").LaunchOptions} options
 * @returns {Promise<import("./index.mjs").Browser>}
 */
export async function start(name, executablePath, options) {
  const browser = await puppeteer.launch({
    executablePath,
    headless: options.headless ?? true,
    userDataDir: options.profile,
    // time for a machine that is busy with other tests
    timeout: 120_000,
    protocolTimeout: 600_000,
    ...(name === "chromium" ? chromium(options) : firefox(options)),
  });
  return {
    name,
    version: await browser.version(),
    newPage: async (url) => {
      const page = await browser.newPage();
      if (name === "chromium")
        await page.emulateMediaFeatures([
          { name: "prefers-color-scheme", value: options.colorScheme ?? "light" },
          { name: "prefers-reduced-motion", value: options.reducedMotion ? "reduce" : "no-preference" },
        ]);
      const opened = wrap(page);
      if (url !== undefined) await opened.goto(url);
      return opened;
    },
    close: () => browser.close(),
  };
}

/**
 * @param {import("puppeteer-core").Page} page
 * @returns {import("./index.mjs").Page}
 */
function wrap(page) {
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(error instanceof Error ? error.message : String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  /** @param {string} selector */
  const find = async (selector) => {
    const found = await page.waitForSelector(selector, { timeout: PATIENCE });
    if (!found) throw new Error(`the page has no ${selector}`);
    return found;
  };
  return {
    raw: page,
    errors,
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    url: async () => page.url(),
    evaluate: /** @type {any} */ (page.evaluate.bind(page)),
    waitFor: async (what, { timeout = PATIENCE } = {}) => {
      if (typeof what === "string") await page.waitForSelector(what, { timeout, visible: true });
      else await page.waitForFunction(what, { timeout, polling: 50 });
    },
    click: async (selector) => (await find(selector)).click(),
    type: async (selector, text) => {
      const field = await find(selector);
      await field.click({ count: 3 });
      await page.keyboard.press("Backspace");
      await field.type(text);
    },
    press: (key) => page.keyboard.press(/** @type {import("puppeteer-core").KeyInput} */ (key)),
    drag: async ([first, ...rest]) => {
      await page.mouse.move(first[0], first[1]);
      await page.mouse.down();
      for (const [x, y] of rest) await page.mouse.move(x, y);
      await page.mouse.up();
    },
    upload: async (selector, files) => {
      const input = /** @type {import("puppeteer-core").ElementHandle<HTMLInputElement>} */ (
        await find(selector)
      );
      await input.uploadFile(...files);
    },
    screenshot: async (path) => {
      const png = Buffer.from(await page.screenshot());
      if (path !== undefined) writeFileSync(path, png);
      return png;
    },
    setViewport: async ({ touch = false, ...size }) => {
      await page.setViewport(touch ? { ...size, hasTouch: true, isMobile: true } : size);
      if (!touch)
        await page.waitForFunction(
          (w, h) => innerWidth === w && innerHeight === h,
          {},
          size.width,
          size.height,
        );
    },
    setOffline: (offline) => page.setOfflineMode(offline),
    close: () => page.close(),
  };
}
