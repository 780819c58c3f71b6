/** Storage in a real page: whatever this engine offers. */
import { afterEach, expect, test } from "vitest";
import {
  checkpointIn,
  downloadModel,
  listModels,
  loadModel,
  removeModel,
  saveModel,
} from "../../src/browser/index.ts";
import { moons } from "../../src/data/generated/points.ts";
import { dense, type Model, NablaError, sequential, weightsSha256 } from "../../src/index.ts";

const modelOf = (seed: number): Model => sequential([dense({ units: 3, inputShape: [4] })], { seed });
afterEach(async () => {
  for (const { where } of await listModels()) await removeModel(where);
});

/** Both kinds, where this engine's pages can write to them. */
const SCHEMES = ["indexeddb"];
if (typeof FileSystemFileHandle === "function" && "createWritable" in FileSystemFileHandle.prototype)
  SCHEMES.push("opfs");

test("a name alone is kept where pages of this engine can write", async () => {
  expect(SCHEMES).toContain((await saveModel(modelOf(1), "m")).split(":")[0]);
  if (SCHEMES.includes("opfs")) expect((await listModels())[0].where).toBe("opfs://m");
});

test.each(SCHEMES)("%s: saved, replaced, listed, loaded, removed", async (scheme) => {
  const [first, second] = [modelOf(1), modelOf(2)];
  for (const name of ["Ein Name/mit %41 😀", ".."]) {
    await saveModel(first, `${scheme}://${name}`);
    await saveModel(second, `${scheme}://${name}`);
    expect(weightsSha256(await loadModel(name))).toBe(weightsSha256(second));
  }
  expect((await listModels()).map(({ name, size }) => [name, size])).toEqual([
    ["..", second.save().length],
    ["Ein Name/mit %41 😀", second.save().length],
  ]);
  expect(await removeModel("..")).toBe(true);
  await expect(loadModel("..")).rejects.toThrow(NablaError);
});

test.each(SCHEMES)("%s: ten savings at once leave the last one, whole", async (scheme) => {
  const models = Array.from({ length: 10 }, (_, seed) => modelOf(seed));
  await Promise.all(models.map((model) => saveModel(model, `${scheme}://m`)));
  expect(weightsSha256(await loadModel("m"))).toBe(weightsSha256(models[9]));
});

test.skipIf(!SCHEMES.includes("opfs"))(
  "a half generation of a crashed page is passed over and cleared away",
  async () => {
    await saveModel(modelOf(1), "opfs://m");
    const origin = await navigator.storage.getDirectory();
    const folder = await (await origin.getDirectoryHandle("nabla-models")).getDirectoryHandle("m");
    const half = await folder.getFileHandle("9-crashed.safetensors", { create: true });
    const stream = await half.createWritable();
    await stream.write(modelOf(2).save().subarray(0, 300) as Uint8Array<ArrayBuffer>);
    await stream.close();
    await folder.getFileHandle("10-empty.safetensors", { create: true });
    expect(weightsSha256(await loadModel("m"))).toBe(weightsSha256(modelOf(1)));
    expect((await listModels()).length).toBe(1);
    await saveModel(modelOf(3), "opfs://m");
    expect(weightsSha256(await loadModel("m"))).toBe(weightsSha256(modelOf(3)));
  },
);

test("an interrupted training continues bit for bit from its checkpoint", async () => {
  const data = moons({ samples: 200 });
  const fresh = () =>
    sequential([dense({ units: 8, activation: "tanh" }), dense({ units: 1, activation: "sigmoid" })], {
      seed: 3,
    }).compile({ loss: "binaryCrossentropy", optimizer: "adam" });
  const whole = fresh();
  await whole.fit(data, { epochs: 6 });
  const stop = new AbortController();
  const callbacks = [
    checkpointIn("run", { everySteps: 5, onError: "throw" }),
    { onEpochEnd: (epoch: number) => void (epoch === 2 && stop.abort()) },
  ];
  await fresh()
    .fit(data, { epochs: 6, callbacks, signal: stop.signal })
    .catch(() => {});
  const again = await loadModel("run");
  await again.fit(data, { epochs: 6, resume: true });
  expect(weightsSha256(again)).toBe(weightsSha256(whole));
});

test("models come from files, addresses and responses, and go as downloads", async () => {
  const model = modelOf(7);
  const bytes = model.save() as Uint8Array<ArrayBuffer>;
  const file = new File([bytes], "m.safetensors");
  const url = new URL(URL.createObjectURL(file));
  for (const source of [file, new Blob([bytes]), bytes.buffer, bytes, url, await fetch(url), url.href])
    expect(weightsSha256(await loadModel(source))).toBe(weightsSha256(model));
  let clicked: HTMLAnchorElement | undefined;
  const click = (event: Event) => {
    clicked = event.target as HTMLAnchorElement;
    event.preventDefault();
  };
  document.addEventListener("click", click, { once: true });
  downloadModel(model, "digits");
  expect(clicked?.download).toBe("digits.safetensors");
  expect(weightsSha256(await loadModel(new URL(clicked!.href)))).toBe(weightsSha256(model));
  expect(clicked?.isConnected).toBe(false);
});
