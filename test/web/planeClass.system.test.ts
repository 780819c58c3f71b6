/** Values of places, points from files, and what a class needs of Plane, as a person uses them. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inflateSync } from "node:zlib";
import { encode } from "uqr";
import { expect, test } from "vitest";
import { Race } from "../../web/plane/engine/race.ts";
import { fromQuery } from "../../web/plane/state/state.ts";
import type { Page } from "../support/browsers/index.mjs";
import {
  arrived,
  choose,
  click,
  drop,
  lossOf,
  queryOf,
  siteOf,
  stepOf,
  toggle,
} from "../support/web/planePage.ts";
import { inBrowsers } from "../support/web/planeTests.ts";
import { play, press } from "../support/web/playground.mjs";
import { countOf, settled, textOf } from "../support/web/seen.ts";

inBrowsers((open) => {
  test("a value for each place: points and surface in its colours, the mean of squares, painted by key", async () => {
    const page = await open("");
    await click(page, "input[value='gaussian']");
    await expect.poll(() => queryOf(page)).toBe("data=gaussian&classes=1&loss=meanSquaredError");
    await expect.poll(() => countOf(page, ".unit[data-layer='2']")).toBe(1);
    await expect.poll(() => textOf(page, ".scores thead")).toBe("PointsLoss (mean squared error)");
    await press(page, "Epoch");
    const race = new Race(fromQuery(await queryOf(page)).state);
    while (race.step < race.stepsPerEpoch) await race.advance(race.stepsPerEpoch - race.step);
    await expect.poll(() => lossOf(page)).toBe((await race.standings())[0]!.loss);
    await race.dispose();
    // the surface goes from one colour to the other: red and blue trade places somewhere
    const sides = () =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>(".result .surface canvas")!;
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
        let [more, less] = [0, 0];
        for (let i = 0; i < data.length; i += 4) {
          if (data[i]! > data[i + 2]! + 8) more++;
          if (data[i + 2]! > data[i]! + 8) less++;
        }
        return Math.min(more, less);
      });
    for (let i = 0; i < 20; i++) await press(page, "Epoch");
    await expect.poll(sides).toBeGreaterThan(100);
    await press(page, "Edit these points by hand");
    await page.waitFor(".paint");
    await expect.poll(() => textOf(page, ".result .segments")).toBe("−1−0.50+0.5+1Erase");
    await expect.poll(() => queryOf(page)).toContain("points=.");
    await page.evaluate(() => document.querySelector<HTMLElement>(".paint")!.focus());
    await page.press("5");
    await page.press(" ");
    await expect
      .poll(async () => fromQuery(await queryOf(page)).state.points.at(-1))
      .toMatchObject({ label: 0, value: 1 });
    expect(page.errors).toEqual([]);
  });

  test("a table that is dropped: two columns are a curve, three are values or classes, others are refused", async () => {
    const page = await open("");
    await drop(page, "curve.csv", "x,y\n-1,0.5\n0,0\n1,0.5\n1.5,1\n");
    await expect
      .poll(() => queryOf(page))
      .toMatch(/data=curve&classes=1&points=\S+&features=x&loss=meanSquaredError/);
    expect(await textOf(page, ".messages")).toContain("4 points of a curve are read: y is asked for x.");
    await drop(page, "three.csv", "a,b,kind\n0,0,red\n1,1,blue\n0,1,red\n1,0,blue\n");
    await expect.poll(() => queryOf(page)).toMatch(/data=painted/);
    await expect.poll(() => textOf(page, ".messages")).toContain("class 1 is “blue”");
    await drop(page, "values.csv", "a,b,c\n0,0,0.5\n1,1,-0.5\n0,1,0.25\n");
    await expect.poll(() => queryOf(page)).toMatch(/data=values/);
    await expect.poll(() => lossOf(page)).toBeGreaterThan(0);
    const before = await queryOf(page);
    await drop(page, "wide.csv", "a,b,c,d\n0,0,0.5,1\n1,1,-0.5,1\n");
    await expect.poll(() => textOf(page, ".messages")).toContain("got 4 (a, b, c, d)");
    expect(await queryOf(page)).toBe(before);
    expect(page.errors).toEqual([]);
  });

  test("each layer its own activation; undo takes back settings and beginnings, by key too", async () => {
    const page = await open("data=circles");
    await choose(page, "Activation of layer 2", "relu");
    await expect.poll(() => queryOf(page)).toBe("data=circles&activations=tanh,relu");
    await expect.poll(() => textOf(page, ".gradients")).toMatch(/Layer 1[^d]*Layer 2\d of 4 dead/);
    await press(page, "Step");
    await expect.poll(() => stepOf(page)).toBe(1);
    await choose(page, "Learning rate", "0.1");
    await expect.poll(() => queryOf(page)).toContain("changes=1:rate:0.1");
    await press(page, "Undo");
    await expect.poll(() => queryOf(page)).toContain("changes=1:rate:0.1;1:rate:0.01");
    expect(await stepOf(page)).toBe(1);
    await page.evaluate(() => {
      dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true, bubbles: true }));
    });
    await expect.poll(() => queryOf(page)).toBe("data=circles");
    await expect.poll(() => stepOf(page)).toBe(0);
    expect(
      await page.evaluate(
        () => [...document.querySelectorAll("button")].find((b) => b.textContent === "Undo")!.disabled,
      ),
    ).toBe(true);
    expect(page.errors).toEqual([]);
  });

  test("stops at convergence, at the same step as without a page, and goes on when asked", async () => {
    const query = "data=blobs&noise=5&samples=40&rate=0.1&batch=2000&l2=0.01&converge=1";
    const page = await open(query);
    const race = new Race(fromQuery(query).state);
    while (!race.converged && race.step < 20_000) await race.advance(1000);
    expect(race.converged).toBe(true);
    await press(page, "Train");
    await expect.poll(() => textOf(page, ".messages")).toContain("Paused at epoch");
    await expect.poll(() => stepOf(page)).toBe(race.step);
    await race.dispose();
    const stopped = await stepOf(page);
    await press(page, "Train");
    await expect.poll(() => stepOf(page)).toBeGreaterThan(stopped);
    expect(page.errors).toEqual([]);
  });

  test("a run is pinned and compared: its curve, its figures, and in what it differs", async () => {
    const page = await open("data=blobs");
    for (let i = 0; i < 3; i++) await press(page, "Epoch");
    await expect.poll(() => stepOf(page)).toBe(54);
    const loss = await lossOf(page);
    await press(page, "Pin this run");
    await expect.poll(() => textOf(page, ".pins li")).toContain("settings as they are now");
    expect(await textOf(page, ".pins li")).toContain(
      `training loss ${Number(loss.toPrecision(3))}, test loss`,
    );
    expect(await textOf(page, ".pins")).toContain("They are not in the link.");
    await choose(page, "Activation", "relu");
    await expect.poll(() => stepOf(page)).toBe(0);
    await expect.poll(() => textOf(page, ".pins li")).toContain("activation –");
    await press(page, "Epoch");
    await expect.poll(() => textOf(page, ".curves .u-legend")).toMatch(/training.*test.*run 1/);
    await press(page, "Remove");
    await expect.poll(() => countOf(page, ".pins li")).toBe(0);
    expect(page.errors).toEqual([]);
  });

  test("a link hides and locks; its QR code and its frame say the same link", async () => {
    const page = await open("data=xor");
    await press(page, "Link, QR code, pictures …");
    await page.waitFor(".qr svg");
    for (const part of ["Data", "Microscope", "Lock the settings"]) await toggle(page, part);
    const link = () =>
      page.evaluate(() => document.querySelector<HTMLInputElement>(".share .line input")!.value);
    await expect.poll(link).toBe(`${await siteOf(page)}#/plane?data=xor&hide=data,microscope&lock=1`);
    const [, frame] = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLInputElement>(".share .line input")].map((each) => each.value),
    );
    expect(frame).toContain(`<iframe src="${(await link()).replaceAll("&", "&amp;")}"`);
    const target = await link();
    expect(await modulesOf(page)).toEqual(encode(target, { border: 4 }).data);
    await page.goto("about:blank");
    await page.goto(target);
    await arrived(page);
    await expect.poll(() => countOf(page, ".sets")).toBe(0);
    await expect.poll(() => countOf(page, ".magnifier")).toBe(0);
    // what is locked says so, and does nothing
    await expect.poll(() => countOf(page, ".settings fieldset:disabled")).toBeGreaterThan(0);
    await click(page, "[aria-label='Fewer hidden layers']");
    await expect.poll(() => textOf(page, ".messages")).toContain("This link has locked the settings.");
    expect(await queryOf(page)).toContain("lock=1");
    expect(await queryOf(page)).not.toContain("net=");
    await press(page, "Step");
    await expect.poll(() => stepOf(page)).toBe(1);
    expect(page.errors).toEqual([]);
  });

  test("pictures: one as it is, and an animation of the training, in files of their own", async () => {
    const page = await open("data=xor");
    await press(page, "Link, QR code, pictures …");
    await page.waitFor(".qr svg");
    // what would be saved is kept for the test
    await page.evaluate(() => {
      const kept: Promise<number[]>[] = ((globalThis as { kept?: unknown }).kept = []);
      const make = URL.createObjectURL;
      URL.createObjectURL = (blob: Blob) => {
        kept.push(blob.arrayBuffer().then((bytes) => [...new Uint8Array(bytes)]));
        return make(blob);
      };
      HTMLAnchorElement.prototype.click = () => {};
    });
    const files = () => page.evaluate(() => (globalThis as unknown as { kept: unknown[] }).kept.length);
    const file = async (i: number) =>
      Buffer.from(
        await page.evaluate((at) => (globalThis as unknown as { kept: Promise<number[]>[] }).kept[at]!, i),
      );
    await press(page, "Save a picture");
    await expect.poll(files).toBe(1);
    const still = await file(0);
    expect(still.subarray(0, 8)).toEqual(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]));
    expect(still.readUInt32BE(16)).toBe(880);
    await press(page, "Record the training");
    const taken = async () => Number(/Stop and save (\d+)/.exec(await textOf(page, ".share"))?.[1]);
    await expect.poll(taken).toBe(1);
    // how many there are of an epoch depends on how fast the page shows it
    for (let before = 1; before < 4; ) {
      await press(page, "Epoch");
      await expect.poll(taken).toBeGreaterThan(before);
      before = await taken();
    }
    await page.evaluate(() => {
      const all = [...document.querySelectorAll("button")];
      all.find((each) => each.textContent!.startsWith("Stop and save"))!.click();
    });
    await expect.poll(files).toBe(2);
    const chunks = chunksOf(await file(1));
    expect(chunks.map(({ type }) => type).join()).toMatch(/^IHDR,acTL,fcTL,IDAT(,fcTL,fdAT){3,},IEND$/);
    const [first, second] = [chunks[3]!.data, chunks[5]!.data.subarray(4)].map((data) => inflateSync(data));
    expect(first).toHaveLength(330 * (1 + 3 * 330));
    // it moves
    expect(first!.equals(second!)).toBe(false);
    // the loss surface, too, once there is one: the way over it grows
    await toggle(page, "The loss surface");
    await press(page, "Record the training");
    await expect.poll(() => textOf(page, ".messages")).toContain("There is no loss surface yet");
    await press(page, "Draw the surface");
    await expect.poll(() => textOf(page, ".terrain")).toContain("lies in this plane");
    await press(page, "Record the training");
    await expect.poll(taken).toBe(1);
    await press(page, "Epoch");
    await expect.poll(taken).toBeGreaterThan(1);
    await settled(page);
    const shown = await page.evaluate(async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      for (let i = 0; i < 3; i++) await frame();
      const all = [...document.querySelectorAll("button")];
      all.find((each) => each.textContent!.startsWith("Stop and save"))!.click();
      const small = document.createElement("canvas");
      small.width = small.height = 330;
      const context = small.getContext("2d", { willReadFrequently: true })!;
      context.drawImage(
        document.querySelector<HTMLCanvasElement>(".terrain .relief canvas")!,
        0,
        0,
        330,
        330,
      );
      return [...context.getImageData(0, 0, 330, 330).data].filter((_, i) => i % 4 < 3);
    });
    await expect.poll(files).toBe(3);
    const surface = chunksOf(await file(2));
    expect(surface.map(({ type }) => type).join()).toMatch(/^IHDR,acTL,fcTL,IDAT(,fcTL,fdAT){1,},IEND$/);
    const frames = surface.filter(({ type }) => /IDAT|fdAT/.test(type));
    const drawn = frames.map(({ type, data }) => inflateSync(type === "IDAT" ? data : data.subarray(4)));
    expect(drawn[0]!.equals(drawn.at(-1)!)).toBe(false);
    // the last is what the page shows, each row behind the number of its filter
    const rows = Array.from({ length: 330 }, (_, y) => [0, ...shown.slice(990 * y, 990 * (y + 1))]);
    expect(drawn.at(-1)!.equals(Buffer.from(rows.flat()))).toBe(true);
    expect(page.errors).toEqual([]);
  });

  test("another site's page frames it where nabla play --embed names that site, and no other", async () => {
    const hosts: Server[] = [];
    const servers: Awaited<ReturnType<typeof play>>[] = [];
    try {
      const host = async (html: () => string) => {
        const server = createServer((_, response) => {
          response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(html());
        });
        hosts.push(server);
        await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
        return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      };
      const school = await host(() => around("allowed"));
      const stranger = await host(() => around("refused"));
      const served = await play(0, ["--embed", school]);
      servers.push(served);
      const page = await open("data=xor");
      await press(page, "Link, QR code, pictures …");
      await page.waitFor(".qr svg");
      const [, code] = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLInputElement>(".share .line input")].map((each) => each.value),
      );
      const around = (title: string) =>
        `<!doctype html><title>${title}</title>${code!
          .replace(/src="[^"#]*/, `src="${served.url}`)
          .replace("<iframe", `<iframe onload="document.title += ' loaded'"`)}`;
      /** Asked in every frame of the page but the page itself: an error page is one that answers, or cannot. */
      const frames = (ask: () => unknown): Promise<unknown[]> =>
        Promise.all(
          (page.raw.frames() as { parentFrame(): unknown; evaluate(f: () => unknown): Promise<unknown> }[])
            .filter((frame) => frame.parentFrame())
            .map((frame) => frame.evaluate(ask).catch(() => undefined)),
        );
      const step = () => document.querySelectorAll(".standing dd")[1]?.textContent;
      await page.goto(school);
      await page.waitFor(() => document.title === "allowed loaded");
      await expect.poll(() => frames(step)).toEqual(["0"]);
      await frames(() => {
        const all = [...document.querySelectorAll("button")];
        all.find(({ textContent }) => textContent === "Step")!.click();
      });
      await expect.poll(() => frames(step)).toEqual(["1"]);
      await page.goto(stranger);
      await page.waitFor(() => document.title === "refused loaded");
      // of a page that may not be shown there is an error, or nothing that answers
      const shown = await frames(() => document.querySelector("#app") !== null);
      expect(shown).toHaveLength(1);
      expect(shown).not.toContain(true);
    } finally {
      for (const server of hosts) server.close();
      for (const server of servers) await server.stop();
    }
  });
});

/** The QR code as it is drawn: which of its modules are dark. */
async function modulesOf(page: Page): Promise<boolean[][]> {
  const [side, path] = await page.evaluate(() => [
    document.querySelector<SVGSVGElement>(".qr svg")!.viewBox.baseVal.width,
    document.querySelector(".qr .dark")!.getAttribute("d")!,
  ]);
  const modules = Array.from({ length: side as number }, () => Array<boolean>(side as number).fill(false));
  for (const [, x, y, length] of (path as string).matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    modules[Number(y)]!.fill(true, Number(x), Number(x) + Number(length));
  return modules;
}

function chunksOf(file: Buffer): { type: string; data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    chunks.push({
      type: file.toString("latin1", at + 4, at + 8),
      data: file.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return chunks;
}
