/** The Digits view as a person uses it, in real browsers: draws, trains, reloads, drops files, goes offline. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { buffersFor, range } from "../../src/data/dataset.ts";
import { digits } from "../../src/data/digits/index.ts";
import { load } from "../../src/model/load.ts";
import { weightsSha256 } from "../../src/model/save.ts";
import { type Browser, findBrowser, howToGet, launch, type Page } from "../support/browsers/index.mjs";
import { drawDigitByHand } from "../support/web/drawings.ts";
import { drawOn, press, untilProgress } from "../support/web/playground.mjs";
import { expectSaid, expectText, expectUrl, textOf, until } from "../support/web/seen.ts";
import { servePlayground } from "../support/web/serve.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const THREE = drawDigitByHand(3, 1);
/** Enough to tell a 3 from an 8, soon done. */
const SHORT = "samples=5000&epochs=3&augment=none";
/** Where what the network knows does not matter. */
const SLIGHT = "samples=500&epochs=3&network=mlp&augment=none";
const folder = mkdtempSync(join(tmpdir(), "nabla-playground-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bytes of an IDX file. */
function idx(shape: number[], values: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, 0x800 + shape.length);
  shape.forEach((n, i) => void header.setUint32(4 + 4 * i, n));
  return new Uint8Array([...new Uint8Array(header.buffer), ...values]);
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** What is shown of the weights; it comes some time after the word that the training is over. */
const shaOf = (page: Page): Promise<string> =>
  until(() => page.evaluate(() => document.querySelector(".facts code[title]")?.getAttribute("title") ?? ""));
const messagesOf = (page: Page): Promise<string> => textOf(page, ".messages");
const expectSource = (page: Page) => expectText(page, "[data-testid=source]");

/**
 * The page loads anew by itself, so many milliseconds after it has begun to save what it trains for the second time: then the first is
 * whole. From outside it would be told too late on a busy machine, and what it says it says too shortly to be seen.
 */
const reloadAtSave = (page: Page, after = 0): Promise<void> =>
  page.evaluate((milliseconds) => {
    Object.assign(globalThis, { leaving: true });
    let begun = 0;
    const { createWritable } = FileSystemFileHandle.prototype;
    FileSystemFileHandle.prototype.createWritable = function (...options) {
      if (++begun === 2) setTimeout(() => location.reload(), milliseconds);
      return createWritable.apply(this, options);
    };
  }, after);

/** Waits until it has, and offers what it kept. A page that is on its way answers nothing, so it is asked again. */
const untilReloaded = (page: Page): Promise<void> =>
  expect
    .poll(() => page.evaluate(() => !("leaving" in globalThis) && document.querySelector(".kept") !== null))
    .toBe(true);

describe.each(["chromium", "firefox"] as const)("%s", (name) => {
  if (!findBrowser(name)) {
    test.skipIf(!required)(`is missing, so nothing ran in it: ${howToGet(name)}`, () => {
      throw new Error(`${name} is missing, and NABLA_REQUIRE_ALL=1 asks for it: ${howToGet(name)}`);
    });
    return;
  }
  let server: Awaited<ReturnType<typeof servePlayground>>;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launch(name);
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    await page?.close();
    await server?.stop();
  });

  /** The view, in a browser that was never here: another port is another site. `before` runs in the page before anything else does. */
  async function open(query = SHORT, before?: () => void): Promise<void> {
    server = await servePlayground();
    page = await browser.newPage();
    await page.setViewport({ width: 1200, height: 900 });
    if (before) await page.raw.evaluateOnNewDocument(before);
    await page.goto(`${server.url}#/digits?${query}`);
    await page.waitFor("h1");
  }

  test("draw a 3 and see 3; the weights are those of the command line", async () => {
    await open();
    await press(page, "Train");
    await untilProgress(page, "Finished");
    await drawOn(page, THREE);
    await expectSaid(page).toBe("3");
    const command = await until(
      () => page.evaluate(() => [...document.querySelectorAll(".facts code")].at(-1)?.textContent ?? ""),
      (text) => text.startsWith("nabla "),
    );
    const out = join(folder, `${name}.safetensors`);
    const words = command.replace(/^nabla /, "").split(" ");
    const { stdout, stderr } = process;
    expect(await main([...words, "--out", out, "--quiet"], { stdout, stderr })).toBe(0);
    expect(await shaOf(page)).toBe(weightsSha256(await load(readFileSync(out))));
    expect(page.errors).toEqual([]);
  });

  test("a training that diverges ends at once, is not kept, and its button helps", async () => {
    await open("samples=1000&epochs=3&network=mlp&augment=none&rate=10");
    await press(page, "Train");
    await untilProgress(page, "Diverged in epoch 1");
    expect(await page.evaluate(() => document.querySelector(".progress")?.textContent)).not.toMatch(
      /Sav|Finish/,
    );
    await expectText(page, ".training .message").toMatch(
      /^Diverged: the loss is \d\S*, worse than guessing\. The steps are too long\.Learning rate 1$/,
    );
    await press(page, "Learning rate 1");
    // the next one may diverge as well: the advice goes on until it does not
    await until(() =>
      page.evaluate(() => /Finished|Learning rate 0\.1/.test(document.body.textContent ?? "")),
    );
    expect(page.errors).toEqual([]);
  });

  test("draws with the keyboard alone", async () => {
    await open();
    await press(page, "Train");
    await untilProgress(page, "Finished");
    await page.waitFor(".pad canvas");
    await page.evaluate(() => document.querySelector<HTMLElement>(".pad canvas")!.focus());
    const keys = async (key: string, times: number) => {
      for (let i = 0; i < times; i++) await page.press(key);
    };
    await keys("ArrowUp", 9);
    await page.press(" ");
    await keys("ArrowDown", 18);
    await page.press(" ");
    await expectSaid(page).toBe("1");
    await page.press("Backspace");
    await expectSaid(page).toBeUndefined();
  });

  test("a reload in the middle: resumed, the training comes to the same bits", async () => {
    const query = "samples=5000&epochs=16&network=mlp";
    await open(query);
    await press(page, "Train");
    await untilProgress(page, "Finished");
    const whole = await shaOf(page);
    // it is the next training that is kept then
    await untilProgress(page, "Saved in this browser");
    await press(page, "Reset");
    await reloadAtSave(page);
    await press(page, "Train");
    await untilReloaded(page);
    await press(page, "Resume");
    await untilProgress(page, "Finished after 16 epochs");
    expect(await shaOf(page)).toBe(whole);
  });

  test("pause, go on, stop, reset", async () => {
    await open("samples=20000&epochs=20&network=mlp");
    await press(page, "Train");
    await press(page, "Pause");
    await untilProgress(page, "Paused");
    await press(page, "Continue");
    await untilProgress(page, "Epoch");
    await press(page, "Stop");
    await untilProgress(page, "Finished after");
    await press(page, "Reset");
    await untilProgress(page, "Not trained yet");
  });

  test("stopped before it has begun: it does not begin later, and the next one is alone", async () => {
    // whether another tab keeps its network is answered late
    await open(SLIGHT, () => {
      // the blank page before has none
      if (!navigator.locks) return;
      const request = navigator.locks.request.bind(navigator.locks) as (
        ...args: unknown[]
      ) => Promise<unknown>;
      let answer = (): void => {};
      const answered = new Promise<void>((go) => {
        answer = go;
      });
      Object.assign(globalThis, { answer });
      navigator.locks.request = (...args: unknown[]) => answered.then(() => request(...args));
    });
    const answer = () =>
      page.evaluate(async () => {
        (globalThis as unknown as { answer: () => void }).answer();
        // locks are given in their order: then all that waited has gone on
        await navigator.locks.query();
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      });
    const begun = async () => {
      await press(page, "Train");
      await untilProgress(page, "Starting…");
    };
    await begun();
    await press(page, "Stop");
    await untilProgress(page, "Not trained yet");
    await begun();
    await answer();
    await untilProgress(page, "Finished after 3 epochs");
    await untilProgress(page, "Saved in this browser");
    expect(await messagesOf(page)).toBe("");
    // the same where the answer comes before the next one
    await page.reload();
    await page.waitFor(".data .drop");
    await begun();
    await press(page, "Stop");
    await untilProgress(page, "Not trained yet");
    await answer();
    await press(page, "Train");
    await untilProgress(page, "Finished after 3 epochs");
    await untilProgress(page, "Saved in this browser");
    expect(await messagesOf(page)).toBe("");
    expect(page.errors).toEqual([]);
  });

  test("own IDX files and tables are trained on, other files are refused with an explanation", async () => {
    await open();
    const data = digits({ samples: 600 });
    const { x } = buffersFor(data, 600);
    const y = new Int32Array(600);
    await data.read(range(600), x, y);
    const images = file("some-images-idx3-ubyte", idx([600, 28, 28], x as Uint8Array));
    const labels = file("some-labels-idx1-ubyte", idx([600], Uint8Array.from(y)));
    await page.upload("[data-testid=files]", [images, labels]);
    await expectSource(page).toContain("510 rows to train on, 90 to test with");
    await press(page, "Train");
    await untilProgress(page, "Finished after");

    const rows = Array.from({ length: 60 }, (_, i) => `${i % 2},${(i * 7) % 5},${i % 2 ? "yes" : "no"}`);
    await page.upload("[data-testid=files]", [file("table.csv", `a,b,label\n${rows.join("\n")}\n`)]);
    await expectSource(page).toContain("2 classes: no, yes");
    await press(page, "Train");
    await untilProgress(page, "Finished after");

    const refused = async (paths: string[], says: RegExp) => {
      await page.upload("[data-testid=files]", paths);
      await expectText(page, ".messages").toMatch(says);
      await press(page, "Dismiss");
      await expectSource(page).toContain("2 classes: no, yes");
    };
    await refused([labels], /one IDX file, but images and labels are needed/);
    await refused([file("one.csv", "a,label\n1,x\n2,x\n3,x\n")], /class/);
    await refused([file("empty.csv", "")], /empty/);
    await refused([file("a.bin", new Uint8Array(100))], /a\.bin: /);
    await refused([file("cut.safetensors", "{")], /cut\.safetensors/);
    const large = file("large.csv", "a,b,label\n1,2,x\n".repeat(100));
    truncateSync(large, 2 ** 31);
    await refused([large], /large\.csv: 2\.\d+ GB/);
    await press(page, "Back to digits");
    await expectSource(page).toContain("generated digits");
  });

  test("a picture and a network are dropped", async () => {
    await open();
    await press(page, "Train");
    await untilProgress(page, "Finished");
    const sha = await shaOf(page);
    // what "Save to a file" hands out comes back by a drop
    await page.evaluate(() => {
      const make = URL.createObjectURL;
      URL.createObjectURL = (blob: Blob) => {
        (globalThis as unknown as { saved: Blob }).saved = blob;
        return make(blob);
      };
    });
    await press(page, "Save to a file");
    await until(() => page.evaluate(() => "saved" in globalThis));
    await press(page, "Reset");
    await untilProgress(page, "Not trained yet");
    await drop(page, "saved");
    await untilProgress(page, "Finished after 3 epochs");
    expect(await shaOf(page)).toBe(sha);

    await page.evaluate(async () => {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 200;
      const context = canvas.getContext("2d")!;
      context.fillStyle = "#fff";
      context.fillRect(0, 0, 200, 200);
      context.lineWidth = 16;
      context.beginPath();
      context.moveTo(100, 30);
      context.lineTo(96, 170);
      context.stroke();
      const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done));
      (globalThis as unknown as { picture: Blob | null }).picture = blob;
    });
    await drop(page, "picture");
    await expectSaid(page).toBe("1");
  });

  test("offline after the first visit", async () => {
    await open();
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    await until(() =>
      page.evaluate(
        async () => (await caches.keys()).length === 1 && navigator.serviceWorker.controller !== null,
      ),
    );
    await server.stop();
    await page.reload();
    await page.waitFor(".pad canvas");
    await press(page, "Train");
    await untilProgress(page, "Finished");
    await drawOn(page, THREE);
    await expectSaid(page).toBe("3");
  });

  test("nothing is asked of anyone else", async () => {
    await open(SLIGHT);
    await press(page, "Train");
    await untilProgress(page, "Finished");
    const asked = await page.evaluate(() =>
      performance.getEntriesByType("resource").map((entry) => entry.name),
    );
    expect(asked.length).toBeGreaterThan(3);
    for (const url of asked) expect(url.startsWith(server.url) || /^(data|blob):/.test(url)).toBe(true);
  });

  test("garbage in the address is named and left out", async () => {
    await open("samples=-5&network=none&colour=red");
    await expectText(page, ".messages").toContain("left out: colour, network, samples");
    await untilProgress(page, "Not trained yet");
  });

  test("numbers are typed key by key, exponents too; what is no number goes when the field is left", async () => {
    await open();
    await page.waitFor(".pad canvas");
    const typed = async (label: string, keys: readonly string[], value: string) => {
      await page.evaluate((text) => {
        const fields = [...document.querySelectorAll(".field")];
        fields
          .find((field) => field.textContent?.startsWith(text))
          ?.querySelector("input")
          ?.focus();
      }, label);
      for (const key of ["End", ...Array<string>(5).fill("Backspace"), ...keys, "Tab"]) await page.press(key);
      const held = () =>
        page.evaluate((text) => {
          const fields = [...document.querySelectorAll(".field")];
          return fields.find((field) => field.textContent?.startsWith(text))?.querySelector("input")?.value;
        }, label);
      await expect.poll(held).toBe(value);
    };
    await typed("Seed", ["4", "2"], "42");
    await typed("Learning rate", ["1", "e", "-", "3"], "0.001");
    await typed("Epochs", [], "3");
    await expectUrl(page).toContain("seed=42&rate=0.001");
  });

  test("blocked storage: it trains, and says that nothing is kept", async () => {
    await open(SLIGHT, () => {
      const refuse = () => Promise.reject(new DOMException("denied", "SecurityError"));
      Object.defineProperty(navigator.storage, "getDirectory", { value: refuse });
      Object.defineProperty(globalThis, "indexedDB", {
        get() {
          throw new DOMException("denied", "SecurityError");
        },
      });
      Object.defineProperty(globalThis, "localStorage", {
        get() {
          throw new DOMException("denied", "SecurityError");
        },
      });
    });
    await press(page, "Train");
    await untilProgress(page, "Finished");
    await expectText(page, ".messages").toMatch(/nowhere to store models/);
    await untilProgress(page, "Not saved");
  });

  test("full storage: it trains, says so, and the network can be saved to a file", async () => {
    await open(SLIGHT, () => {
      const full = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
      Object.defineProperty(FileSystemFileHandle.prototype, "createWritable", { value: full });
    });
    await press(page, "Train");
    await untilProgress(page, "Finished");
    await expectText(page, ".messages").toMatch(/Not saved by itself.*(storage|space|full|quota)/);
    await press(page, "Save to a file");
  });

  test("without the private file system a network is kept in IndexedDB", async () => {
    await open(SLIGHT, () => {
      Object.defineProperty(navigator.storage, "getDirectory", { value: undefined });
    });
    await press(page, "Train");
    await untilProgress(page, "Finished");
    await untilProgress(page, "Saved in this browser");
    const sha = await shaOf(page);
    await page.reload();
    await press(page, "Open");
    await untilProgress(page, "Finished after 3 epochs");
    expect(await shaOf(page)).toBe(sha);
  });

  test("reloads while it is being saved: what is kept can always be continued", async () => {
    await open("samples=5000&epochs=200&network=mlp&augment=none");
    for (let i = 0; i < 4; i++) {
      await reloadAtSave(page, 4 * i);
      await press(page, i === 0 ? "Train" : "Resume");
      await untilReloaded(page);
      expect(await messagesOf(page)).toBe("");
    }
    await press(page, "Resume");
    await press(page, "Stop");
    await untilProgress(page, "Finished");
  });

  test("without workers it trains in the page", async () => {
    await open(SLIGHT, () => {
      Object.defineProperty(globalThis, "Worker", { value: undefined });
    });
    await press(page, "Train");
    await untilProgress(page, "Finished");
  });

  test("an engine that cannot compile the core is told why", async () => {
    await open(SHORT, () => {
      WebAssembly.Module = function refuse() {
        throw new WebAssembly.CompileError("invalid value type 0x7b");
      } as unknown as typeof WebAssembly.Module;
      WebAssembly.validate = () => false;
    });
    await expectText(page, ".messages").toContain("lacks 128-bit SIMD");
  });

  test("two tabs: the one that trains keeps its network, the other says that its own is not kept", async () => {
    // so long that it is at it until it is stopped
    await open("samples=60000&epochs=200&network=mlp");
    await press(page, "Train");
    await untilProgress(page, "Epoch");
    const second = await browser.newPage(`${server.url}#/digits?${SLIGHT}`);
    await press(second, "Train");
    await expectText(second, ".messages").toContain("Another tab keeps its network");
    await untilProgress(second, "Finished");
    await untilProgress(second, "another tab");
    await press(page, "Stop");
    await untilProgress(page, "Saved in this browser");
    await second.close();
  });
});

/** Drops a Blob that lies in a global of the page, anywhere on it. */
async function drop(page: Page, blob: "saved" | "picture"): Promise<void> {
  await page.evaluate((key) => {
    const content = (globalThis as unknown as Record<string, Blob>)[key]!;
    const name = key === "saved" ? "net.safetensors" : "one.png";
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], name, { type: key === "saved" ? "" : "image/png" }));
    for (const type of ["dragenter", "dragover", "drop"])
      document.body.dispatchEvent(
        new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }),
      );
  }, blob);
}
