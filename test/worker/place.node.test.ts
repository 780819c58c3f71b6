/** What is known of the worker's file and of the page's policy before either is tried. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { forbids, isForbidden, isPlaced } from "../../src/worker/spawn/place.ts";

afterEach(() => vi.unstubAllGlobals());
/** A page with these elements, of which `links` have addresses and `metas` policies. */
const page = (links: string[], metas: [name: string, content: string][] = []) =>
  vi.stubGlobal("document", {
    querySelectorAll: (selector: string) =>
      selector.startsWith("link")
        ? links.map((href) => ({ href }))
        : metas.map(([httpEquiv, content]) => ({ httpEquiv, content })),
  });

describe("a file is where its address says", () => {
  const WRITTEN = "./browser/worker.js";
  test.each([
    ["a name that a bundler gave it", "https://a.example/assets/worker-Bx3.js"],
    ["the same on another origin", "https://cdn.example/static/media/worker.0a1.js"],
    [
      "the package as it is installed",
      "http://localhost:5173/node_modules/nabla/build/browser/worker.js?v=1",
    ],
    ["the same with its version", "https://cdn.example/npm/nabla@0.1.0/build/browser/worker.js"],
  ])("%s", (_, href) => expect(isPlaced(WRITTEN, href)).toBe(true));
  test.each([
    ["esbuild and Rollup leave it as it is", "https://a.example/browser/worker.js"],
    [
      "dependencies that Vite has moved",
      "http://localhost:5173/node_modules/.vite/deps/browser/worker.js?v=1",
    ],
    ["a folder of that name", "https://a.example/build/browser/worker.js"],
    ["a detour by a blob", "blob:https://a.example/1b9c"],
  ])("not known: %s", (_, href) => expect(isPlaced(WRITTEN, href)).toBe(false));
  test("beside the file that it is written in", () =>
    expect(isPlaced("./worker.js", "https://a.example/lib/worker.js")).toBe(true));
  test("a page says so", () => {
    page(["https://a.example/x.css", "https://a.example/browser/worker.js"]);
    expect(isPlaced(WRITTEN, "https://a.example/browser/worker.js")).toBe(true);
    expect(isPlaced(WRITTEN, "https://a.example/app/browser/worker.js")).toBe(false);
  });
});

describe("a policy", () => {
  test.each([
    ["default-src 'self'", true, false],
    ["script-src 'self' 'unsafe-inline'; worker-src blob:", false, true],
    ["worker-src 'self' blob:", false, false],
    ["child-src blob: data:; script-src 'self'", false, true],
    ["Worker-Src 'NONE'; default-src *", true, true],
    ["worker-src https://a.example", true, false],
    ["worker-src *", true, false],
    ["script-src 'nonce-1' 'strict-dynamic'", false, false],
    ["img-src 'self'", false, false],
    ["worker-src blob:; worker-src 'self'", false, true],
    ["worker-src", true, true],
    ["", false, false],
  ])("%s", (policy, code, file) => {
    expect([forbids(policy, "blob:"), forbids(policy, "'self'")]).toEqual([code, file]);
  });

  test("in the page's text, each of them has to be kept; nothing is known without one", () => {
    expect(isForbidden("blob:")).toBe(false);
    page([], [["refresh", "worker-src 'none'"]]);
    expect(isForbidden("blob:")).toBe(false);
    page([], [["Content-Security-Policy", "img-src 'self', worker-src blob:"]]);
    expect([isForbidden("blob:"), isForbidden("'self'")]).toEqual([false, true]);
  });
});
