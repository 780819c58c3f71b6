// Where browsers usually lie on Linux, macOS and Windows.
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** @typedef {"chromium" | "firefox" | "webkit"} BrowserName */

/** @type {readonly BrowserName[]} */
export const BROWSERS = ["chromium", "firefox", "webkit"];

const { env, platform } = process;
const programFiles = [env.PROGRAMFILES, env["PROGRAMFILES(X86)"], env.LOCALAPPDATA].filter(
  (path) => path !== undefined,
);

/** @type {Record<BrowserName, { variable: string, names: string[], mac: string[], windows: string[], get: string }>} */
const PLACES = {
  chromium: {
    variable: "CHROME_PATH",
    names: [
      "chromium",
      "chromium-browser",
      "google-chrome",
      "google-chrome-stable",
      "chrome",
      "microsoft-edge",
    ],
    mac: [
      "Google Chrome.app/Contents/MacOS/Google Chrome",
      "Chromium.app/Contents/MacOS/Chromium",
      "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ],
    windows: [
      "Google/Chrome/Application/chrome.exe",
      "Chromium/Application/chrome.exe",
      "Microsoft/Edge/Application/msedge.exe",
    ],
    get: "install Chromium or Chrome (Debian: apt-get install chromium), or set CHROME_PATH to its program",
  },
  firefox: {
    variable: "FIREFOX_PATH",
    names: ["firefox-esr", "firefox"],
    mac: ["Firefox.app/Contents/MacOS/firefox"],
    windows: ["Mozilla Firefox/firefox.exe"],
    get: "install Firefox (Debian: apt-get install firefox-esr), or set FIREFOX_PATH to its program",
  },
  webkit: {
    variable: "WEBKIT_DRIVER_PATH",
    names: ["WebKitWebDriver"],
    mac: [],
    windows: [],
    get: "it takes WebKitGTK's driver and a virtual display (Linux; Debian: apt-get install webkit2gtk-driver xvfb), or WEBKIT_DRIVER_PATH set to the WebKitWebDriver program",
  },
};

/** @param {string} path */
function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A program by its name, in the folders of PATH.
 *
 * @param {string} name
 */
export const which = (name) =>
  (env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(executable);

/** What WebKitWebDriver starts: a browser with nothing but WebKitGTK in it, which distributions put among its libraries. */
export function findMiniBrowser() {
  const roots = ["/usr/lib", "/usr/lib64", "/usr/libexec"].filter((path) => existsSync(path));
  const folders = roots.flatMap((root) => [
    root,
    ...readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.includes("-linux-"))
      .map((entry) => join(root, entry.name)),
  ]);
  return folders
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => /^webkit(2gtk|gtk)-\d/.test(name))
        .sort()
        .reverse()
        .map((name) => join(folder, name, "MiniBrowser")),
    )
    .find(executable);
}

/**
 * The program of a browser on this machine (of WebKit: its driver); undefined where there is none.
 *
 * @param {BrowserName} name
 * @returns {string | undefined}
 */
export function findBrowser(name) {
  const { variable, names, mac, windows } = PLACES[name];
  const given = env[variable];
  if (given) {
    if (!executable(given)) throw new Error(`${variable} is ${given}, which is no program that can be run`);
    return given;
  }
  const fixed =
    platform === "darwin"
      ? ["/Applications", join(env.HOME ?? "", "Applications")].flatMap((root) =>
          mac.map((path) => join(root, path)),
        )
      : platform === "win32"
        ? programFiles.flatMap((root) => windows.map((path) => join(root, path)))
        : [];
  for (const program of names) {
    const path = which(program);
    if (!path) continue;
    // a driver without the browser it drives, or without a display to show it on, is of no use
    if (name === "webkit" && !(findMiniBrowser() && (env.DISPLAY || env.WAYLAND_DISPLAY || which("Xvfb"))))
      return undefined;
    return path;
  }
  return fixed.find(executable);
}

/**
 * What to do to have a browser.
 *
 * @param {BrowserName} name
 */
export const howToGet = (name) => PLACES[name].get;
