/** `npm run docs` makes a site of the guides and of every public name: it is whole, and found through offline. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "parse5";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root, run, tool } from "../package/support.ts";
import { type Browser, findBrowser, howToGet, launch } from "../support/browsers/index.mjs";
import { pagesUnder, read } from "./pages.ts";

const typedoc = tool("docs", "typedoc/bin/typedoc");
const required = process.env.NABLA_REQUIRE_ALL === "1";
const site = mkdtempSync(join(root, "build/site-"));
afterAll(() => rmSync(site, { recursive: true, force: true }));

test.skipIf(typedoc)("the site is made (skipped: node scripts/tools.mjs docs installs what makes it)", () => {
  expect(required).toBe(false);
});

interface Node {
  readonly tagName?: string;
  readonly value?: string;
  readonly attrs?: readonly { name: string; value: string }[];
  readonly childNodes?: readonly Node[];
}
/** What a page's HTML has: the anchors in it, the links from it, its title. */
interface Read {
  readonly anchors: Set<string>;
  readonly links: readonly string[];
  readonly title: string;
}
function pageOf(html: string): Read {
  const [anchors, links]: [Set<string>, string[]] = [new Set(), []];
  let title = "";
  const visit = (node: Node): void => {
    for (const { name, value } of node.attrs ?? []) {
      if (name === "id" || (name === "name" && node.tagName === "a")) anchors.add(value);
      if (name === "href" || name === "src") links.push(value);
    }
    if (node.tagName === "title") title = node.childNodes?.[0]?.value ?? "";
    node.childNodes?.forEach(visit);
  };
  visit(parse(html) as Node);
  return { anchors, links, title };
}

/** Links of pages that lead to no file, or to an anchor that is not there. Addresses of other sites are not asked. */
function broken(pages: ReadonlyMap<string, Read>, exists: (file: string) => boolean): string[] {
  const wrong: string[] = [];
  for (const [file, { links }] of pages)
    for (const link of links) {
      if (/^(?:https?|mailto|data):/.test(link)) continue;
      const [path, anchor] = link.split("#") as [string, string?];
      const target = path === "" ? file : resolve(dirname(file), decodeURIComponent(path.split("?")[0]!));
      const there = path === "" || exists(target);
      const anchored =
        !anchor || !target.endsWith(".html") || pages.get(target)?.anchors.has(decodeURIComponent(anchor));
      // pictures in one file are named by anchors as well
      if (!there || !(anchored || target.endsWith(".svg"))) wrong.push(`${file}: ${link}`);
    }
  return wrong;
}

test("a link to a missing page or anchor is found", () => {
  const page = pageOf(
    '<title>T</title><h1 id="a">A</h1><a href="b.html">1</a><a href="#a">2</a><a href="#c">3</a><a href="x.html">4</a>',
  );
  const pages = new Map([
    ["/s/a.html", page],
    ["/s/b.html", pageOf('<a href="a.html#a">1</a><a href="a.html#none">2</a>')],
  ]);
  expect(broken(pages, (file) => pages.has(file))).toEqual([
    "/s/a.html: #c",
    "/s/a.html: x.html",
    "/s/b.html: a.html#none",
  ]);
});

describe.skipIf(!typedoc)("the site", () => {
  const pages = new Map<string, Read>();
  beforeAll(async () => {
    const args = ["--out", site, "--treatWarningsAsErrors", "--logLevel", "Warn"];
    const { stdout, stderr } = await run(process.execPath, [typedoc!, ...args], { cwd: root, seconds: 500 });
    // every public name has a docstring, every page and every file that is linked is there
    expect(stdout + stderr).toBe("");
    for (const name of readdirSync(site, { recursive: true, encoding: "utf8" }))
      if (name.endsWith(".html") && !name.startsWith("media"))
        pages.set(join(site, name), pageOf(readFileSync(join(site, name), "utf8")));
  }, 500_000);

  test("every link and every anchor leads somewhere, none to the network for what a page needs", () => {
    expect(pages.size).toBeGreaterThan(300);
    const exists = (file: string) => existsSync(file) && statSync(file).isFile();
    expect(broken(pages, exists).map((line) => relative(site, line))).toEqual([]);
    for (const [file] of pages)
      expect(readFileSync(file, "utf8"), file).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)="https?:/);
  });

  test("every guide is a page, in the README's order", () => {
    const listed = [...read("README.md").matchAll(/^\| \[(.+?)\]\((docs\/[\w-]+\.md)\) \|/gm)];
    expect(listed.map(([, , file]) => file).sort()).toEqual(pagesUnder("docs").sort());
    const titles = [...pages.values()].map(({ title }) => title);
    for (const [, name] of listed) expect(titles).toContain(`${name} | Nabla`);
  });

  const chromium = findBrowser("chromium");
  const why = chromium ? "" : ` (skipped: ${howToGet("chromium")})`;
  describe.skipIf(!chromium && !required)(`in a browser, from its files${why}`, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch("chromium");
    });
    afterAll(() => browser?.close());
    const address = (page: string) => pathToFileURL(join(site, page)).href;

    /** The pages that a search finds, best first. */
    const found = async (words: string): Promise<string[]> => {
      const page = await browser.newPage(address("index.html"));
      await page.setOffline(true);
      await page.click("#tsd-search-trigger");
      await page.type("#tsd-search-input", words);
      await page.waitFor("#tsd-search-results a");
      const names = await page.evaluate(() =>
        [...document.querySelectorAll("#tsd-search-results a")].map((a) => (a as HTMLAnchorElement).href),
      );
      await page.close();
      return names.map((href) => decodeURIComponent(href.replace(/^.*\/site-[^/]*\//, "")));
    };

    test("a search finds guides by their words, and names", async () => {
      expect(await found("calibration")).toContain("documents/Training.html");
      expect(await found("mpirun")).toContain("documents/More_than_one_machine.html");
      expect((await found("earlyStopping"))[0]).toMatch(/nabla\.earlyStopping\.html$/);
    });

    test("nothing is wider than a telephone", async () => {
      const page = await browser.newPage();
      await page.setViewport({ width: 390, height: 800 });
      const wide: string[] = [];
      const shown = [
        "index.html",
        ...readdirSync(join(site, "documents")).map((name) => `documents/${name}`),
      ];
      for (const name of [...shown, "modules/nabla.html", "interfaces/nabla.FitOptions.html"]) {
        await page.goto(address(name));
        await page.waitFor(".col-content");
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        if (width > 390) wide.push(`${name}: ${width}`);
      }
      expect(wide).toEqual([]);
    }, 120_000);
  });
});
