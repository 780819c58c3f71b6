// WebKit as WebKitGTK has it: MiniBrowser, driven by WebKitWebDriver over the W3C's WebDriver protocol. It has no headless mode, so it
// is shown on a virtual display where there is a program for one.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Builder, By, Capabilities, Key, until } from "selenium-webdriver";
import { findMiniBrowser, which } from "./find.mjs";

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/**
 * A virtual display.
 *
 * @param {string} program
 * @returns {Promise<{ name: string, child: import("node:child_process").ChildProcess }>}
 */
function display(program) {
  const child = spawn(program, ["-displayfd", "3", "-screen", "0", "2000x1600x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  return new Promise((resolve, reject) => {
    let number = "";
    child.on("error", reject);
    child.on("exit", (code) =>
      reject(new Error(`${program} ended with code ${code} before it had a display`)),
    );
    child.stdio[3]?.on("data", (text) => {
      number += text;
      if (number.endsWith("\n")) resolve({ name: `:${number.trim()}`, child });
    });
  });
}

/**
 * @param {string} url
 * @param {number} milliseconds
 */
async function answers(url, milliseconds) {
  const end = Date.now() + milliseconds;
  for (;;) {
    try {
      return await fetch(url);
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((next) => setTimeout(next, 50));
  }
}

/**
 * @param {import("./index.mjs").BrowserName} name
 * @param {string} program
 * @param {import("./index.mjs").LaunchOptions} options
 * @returns {Promise<import("./index.mjs").Browser>}
 */
export async function start(name, program, { headless = true }) {
  const folder = mkdtempSync(join(tmpdir(), "nabla-webkit-"));
  /** @type {import("node:child_process").ChildProcess[]} */
  const children = [];
  const end = () => {
    for (const child of children.reverse()) child.kill();
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    } catch {
      // its processes may write a little longer than they are waited for; the folder is a temporary one
    }
  };
  process.on("exit", end);
  try {
    const xvfb = headless ? which("Xvfb") : undefined;
    const shown = xvfb ? await display(xvfb) : undefined;
    if (shown) children.push(shown.child);
    const port = await freePort();
    const env = {
      ...process.env,
      ...(shown && { DISPLAY: shown.name, WAYLAND_DISPLAY: "", GDK_BACKEND: "x11" }),
      // whatever it keeps, it keeps here
      HOME: folder,
      ...Object.fromEntries(
        ["CACHE_HOME", "CONFIG_HOME", "DATA_HOME", "STATE_HOME"].map((kind) => [
          `XDG_${kind}`,
          join(folder, kind),
        ]),
      ),
      LIBGL_ALWAYS_SOFTWARE: "1",
      MESA_SHADER_CACHE_DISABLE: "true",
      NO_AT_BRIDGE: "1",
    };
    const stdio = process.env.NABLA_BROWSER_LOG ? "inherit" : "ignore";
    const driving = spawn(program, [`--port=${port}`, "--host=127.0.0.1"], { env, stdio });
    children.push(driving);
    await Promise.race([
      answers(`http://127.0.0.1:${port}/status`, 60_000),
      new Promise((_, reject) => {
        driving.on("error", reject);
        driving.on("exit", (code) => reject(new Error(`${program} ended with code ${code}`)));
      }),
    ]);
    const driver = await new Builder()
      .usingServer(`http://127.0.0.1:${port}`)
      .withCapabilities(
        new Capabilities({
          browserName: "MiniBrowser",
          "webkitgtk:browserOptions": { binary: findMiniBrowser(), args: ["--automation"] },
        }),
      )
      .build();
    await driver.manage().setTimeouts({ script: 600_000, pageLoad: 300_000 });
    const version = String((await driver.getCapabilities()).get("browserVersion"));
    return {
      name,
      version: `WebKitGTK/${version}`,
      newPage: pagesOf(driver),
      close: async () => {
        // what matters is that the processes go, whatever state the session is in
        await driver.quit().catch(() => {});
        process.off("exit", end);
        end();
      },
    };
  } catch (error) {
    process.off("exit", end);
    end();
    throw error;
  }
}

/**
 * A session has one window at a time: commands to pages wait for each other.
 *
 * @param {import("selenium-webdriver").WebDriver} driver
 */
function pagesOf(driver) {
  let queue = Promise.resolve();
  /** A window that shows nothing: there is one at first, and a session without windows would end. */
  let spare = true;
  let current = "";
  /** @type {<R>(handle: string, f: () => Promise<R>) => Promise<R>} */
  const within = (handle, f) => {
    const done = queue.then(async () => {
      if (current !== handle) await driver.switchTo().window(handle);
      current = handle;
      return f();
    });
    queue = done.then(
      () => {},
      () => {},
    );
    return done;
  };
  /** @param {string} [url] */
  return async (url) => {
    if (!spare) {
      // the one that was current may have been closed
      const [open] = await driver.getAllWindowHandles();
      if (open) await driver.switchTo().window(open);
      await driver.switchTo().newWindow("window");
    }
    spare = false;
    const handle = await driver.getWindowHandle();
    current = handle;
    const page = wrap(driver, (f) => within(handle, f));
    page.close = () =>
      within(handle, async () => {
        if ((await driver.getAllWindowHandles()).length > 1) return driver.close();
        await driver.get("about:blank");
        spare = true;
      });
    await page.setViewport({ width: 1280, height: 800 });
    if (url !== undefined) await page.goto(url);
    return page;
  };
}

/** How long what never comes is waited for, in ms. */
const PATIENCE = 60_000;

/** Runs a function in the page and waits for what it promises. No eval: pages may forbid that. */
const calling = (/** @type {string} */ f) => `
const done = arguments[arguments.length - 1];
Promise.resolve()
  .then(() => (${f})(...arguments[0]))
  .then((value) => done({ value }), (error) => done({ error: String(error && error.message ? error.name + ": " + error.message : error) }));
`;
/** What KeyboardEvent.key calls them, in WebDriver's alphabet. */
const KEYS = /** @type {Record<string, string>} */ ({
  ArrowDown: Key.ARROW_DOWN,
  ArrowLeft: Key.ARROW_LEFT,
  ArrowRight: Key.ARROW_RIGHT,
  ArrowUp: Key.ARROW_UP,
  Backspace: Key.BACK_SPACE,
  Delete: Key.DELETE,
  End: Key.END,
  Enter: Key.ENTER,
  Escape: Key.ESCAPE,
  Home: Key.HOME,
  PageDown: Key.PAGE_DOWN,
  PageUp: Key.PAGE_UP,
  Shift: Key.SHIFT,
  Tab: Key.TAB,
});

/**
 * @param {import("selenium-webdriver").WebDriver} driver
 * @param {<R>(f: () => Promise<R>) => Promise<R>} within
 * @returns {import("./index.mjs").Page}
 */
function wrap(driver, within) {
  /** @param {string} selector */
  const find = (selector) =>
    driver.wait(until.elementLocated(By.css(selector)), PATIENCE, `the page has no ${selector}`);
  /** @type {(f: Function | string, args: unknown[]) => Promise<any>} */
  const call = async (f, args) => {
    const { value, error } = await driver.executeAsyncScript(calling(String(f)), args);
    if (error !== undefined) throw new Error(error);
    return value;
  };
  const sleep = () => new Promise((next) => setTimeout(next, 50));
  /** @type {import("./index.mjs").Page["waitFor"]} */
  const waitFor = async (what, { timeout = PATIENCE } = {}) => {
    const seen = `() => { const e = document.querySelector(${JSON.stringify(what)}); return !!e && e.getClientRects().length > 0; }`;
    const end = Date.now() + timeout;
    while (!(await within(() => call(typeof what === "string" ? seen : what, [])))) {
      if (Date.now() > end) throw new Error(`waited ${timeout} ms for ${what}`);
      await sleep();
    }
  };
  return {
    raw: driver,
    errors: [],
    goto: (url) => within(() => driver.get(url)),
    reload: () => within(() => driver.navigate().refresh()),
    url: () => within(() => driver.getCurrentUrl()),
    evaluate: (f, ...args) => within(() => call(f, args)),
    waitFor,
    click: async (selector) => within(async () => (await find(selector)).click()),
    type: (selector, text) =>
      within(async () => {
        const field = await find(selector);
        await field.clear();
        await field.sendKeys(text);
      }),
    press: (key) =>
      within(() =>
        driver
          .actions()
          .sendKeys(KEYS[key] ?? key)
          .perform(),
      ),
    drag: ([[x0, y0], ...rest]) =>
      within(async () => {
        const actions = driver.actions({ async: true }).move({ x: x0, y: y0, duration: 0 }).press();
        for (const [x, y] of rest) actions.move({ x, y, duration: 10 });
        await actions.release().perform();
      }),
    upload: (selector, files) => within(async () => (await find(selector)).sendKeys(files.join("\n"))),
    screenshot: async (path) => {
      const png = Buffer.from(await within(() => driver.takeScreenshot()), "base64");
      if (path !== undefined) writeFileSync(path, png);
      return png;
    },
    setViewport: ({ width, height }) =>
      within(async () => {
        const window = driver.manage().window();
        // a window is larger than what it shows of a page, by bars nobody has measured before, and that may come late
        const outer = [width, height];
        for (let tries = 0; tries < 10; tries++) {
          await window.setRect({ x: 0, y: 0, width: outer[0], height: outer[1] });
          const inner = await call("() => [innerWidth, innerHeight]", []);
          // of a width below its least a window makes what it likes
          if (inner[1] === height && (inner[0] === width || tries > 1)) return;
          outer[0] += width - inner[0];
          outer[1] += height - inner[1];
        }
      }),
    setOffline: () =>
      Promise.reject(new Error("WebKit's driver cannot cut a page off; stop the page's server instead")),
    close: () => within(() => driver.close()),
  };
}
