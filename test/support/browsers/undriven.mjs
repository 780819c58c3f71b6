// Firefox as its users have it: nothing drives it, so no debugger listens. What a page has to say it sends to its server.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBrowser, howToGet } from "./find.mjs";

/** Nothing that is shown at a first start, and nothing that asks hosts far away. */
const PREFERENCES = {
  "app.normandy.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.search.update": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  "media.gmp-manager.updateEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#none",
  "toolkit.telemetry.enabled": false,
};

/**
 * Opens a page in a Firefox of its own, with an empty profile.
 *
 * @param {string} url
 * @returns {{ ended: Promise<string>, close(): Promise<void> }} `ended` is what it said where it ended by itself
 * @throws {Error} where Firefox is not to be found; the message says how to get it
 */
export function openUndriven(url) {
  const file = findBrowser("firefox");
  if (!file) throw new Error(`firefox is not on this machine; ${howToGet("firefox")}`);
  const profile = mkdtempSync(join(tmpdir(), "nabla-firefox-"));
  const lines = Object.entries(PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  writeFileSync(join(profile, "user.js"), lines.join("\n"));
  // a group of its own, where there are groups: its processes end with it
  const grouped = process.platform !== "win32";
  const child = spawn(file, ["--headless", "--no-remote", "--profile", profile, url], {
    stdio: ["ignore", "ignore", "pipe"],
    detached: grouped,
  });
  let said = "";
  child.stderr.on("data", (text) => {
    said = (said + text).slice(-2000);
  });
  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", () => resolve(said));
  });
  const end = () => {
    try {
      if (grouped && child.pid) process.kill(-child.pid, "SIGKILL");
      else child.kill("SIGKILL");
    } catch {
      // it is gone
    }
  };
  const clean = () => rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  const atExit = () => {
    end();
    clean();
  };
  process.once("exit", atExit);
  return {
    ended,
    async close() {
      process.off("exit", atExit);
      end();
      await ended;
      clean();
    },
  };
}
