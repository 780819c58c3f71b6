/** Storage of models against file systems and databases in memory, which fail where they are told to. */
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { listModels, loadModel, removeModel, saveModel } from "../../src/browser/models.ts";
import { dense, type Model, NablaError, sequential, weightsSha256 } from "../../src/index.ts";
import { FakeOpfs, type FakeOptions, Killed } from "../support/fakeOpfs.ts";

const modelOf = (seed: number): Model => sequential([dense({ units: 3, inputShape: [4] })], { seed });
const [first, second, third] = [1, 2, 3].map(modelOf);
const hash = async (where: string) => weightsSha256(await loadModel(where));

function browser(options: FakeOptions & { locks?: unknown } = {}): FakeOpfs {
  const opfs = new FakeOpfs(options);
  vi.stubGlobal("navigator", { storage: opfs.storage, locks: options.locks });
  return opfs;
}
beforeEach(() => void vi.stubGlobal("indexedDB", new IDBFactory()));
afterEach(() => void vi.unstubAllGlobals());

async function errorOf(promise: Promise<unknown>): Promise<NablaError> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(NablaError);
  return error as NablaError;
}

describe.each(["opfs", "indexeddb"])("%s", (scheme) => {
  test("keeps models by name: saved, listed, replaced, loaded, removed", async () => {
    browser();
    const names = ["digits", "Digits", "zwei Wörter", "a/b\\c", "..", "😀", "%41", "CON"];
    for (const name of names)
      expect(await saveModel(first, `${scheme}://${name}`)).toBe(`${scheme}://${name}`);
    await saveModel(second, `${scheme}://digits`);
    await saveModel(third.save(), `${scheme}://..`);
    expect((await listModels()).map(({ name }) => name)).toEqual([...names].sort());
    const [{ where, size, saved }] = (await listModels()).filter(({ name }) => name === "digits");
    expect({ where, size }).toEqual({ where: `${scheme}://digits`, size: second.save().length });
    expect(saved).toBeInstanceOf(Date);
    expect(await hash("digits")).toBe(weightsSha256(second));
    expect(await hash(`${scheme}://Digits`)).toBe(weightsSha256(first));
    expect(await hash("..")).toBe(weightsSha256(third));
    expect(await removeModel(`${scheme}://digits`)).toBe(true);
    expect(await removeModel("digits")).toBe(false);
    expect((await errorOf(loadModel("digits"))).details).toEqual({ code: "missing" });
    expect(await hash("Digits")).toBe(weightsSha256(first));
  });

  test("has the model as it was when saveModel was called", async () => {
    browser();
    const model = modelOf(5);
    const before = weightsSha256(model);
    const saving = saveModel(model, `${scheme}://m`);
    model.setWeights(Object.fromEntries(Object.entries(model.weights()).map(([key, w]) => [key, w.fill(9)])));
    await saving;
    expect(await hash("m")).toBe(before);
  });

  test("bytes that are part of a larger buffer are stored without the rest of it", async () => {
    browser();
    const bytes = first.save();
    const large = new Uint8Array(bytes.length + 100_000);
    large.set(bytes, 5);
    await saveModel(large.subarray(5, 5 + bytes.length), `${scheme}://m`);
    expect(await hash("m")).toBe(weightsSha256(first));
  });

  test("two savings at once leave one of the two, whole", async () => {
    browser();
    await saveModel(first, `${scheme}://m`);
    await Promise.all([second, third].map((model) => saveModel(model, `${scheme}://m`)));
    expect([second, third].map(weightsSha256)).toContain(await hash("m"));
  });
});

describe.each(["stream", "sync"] as const)("the origin private file system, written by %s", (writing) => {
  test("whenever a page is killed while saving, the old model or the new one is there", async () => {
    const seen = new Set<string>();
    const [old, fresh] = [weightsSha256(second), weightsSha256(third)];
    let killed = 0;
    for (let step = 0; ; step++) {
      const opfs = browser({ writing });
      await saveModel(first, "opfs://m");
      await saveModel(second, "opfs://m");
      opfs.killAt = opfs.operations + step;
      const outcome = await saveModel(third, "opfs://m").catch((error) => error);
      const wasKilled = opfs.operations > opfs.killAt;
      opfs.restart();
      const found = await hash("opfs://m");
      seen.add(found);
      expect([old, fresh], `killed at operation ${step}`).toContain(found);
      if (!wasKilled) expect(found).toBe(fresh);
      if (wasKilled && outcome instanceof Error) expect(outcome.cause).toBeInstanceOf(Killed);
      // and what was left behind is in nobody's way
      await saveModel(first, "opfs://m");
      expect(await hash("opfs://m")).toBe(weightsSha256(first));
      expect((await listModels()).length).toBe(1);
      if (!wasKilled) break;
      killed++;
    }
    expect(killed).toBeGreaterThan(8);
    expect(seen).toEqual(new Set([old, fresh]));
  });

  test("the first saving of a name, killed anywhere, leaves no half model", async () => {
    for (let step = 0; ; step++) {
      const opfs = browser({ writing });
      opfs.killAt = step;
      await saveModel(first, "opfs://m").catch(() => {});
      const wasKilled = opfs.operations > opfs.killAt;
      opfs.restart();
      const listed = (await listModels()).length;
      const loaded = await hash("opfs://m").catch((error) => error);
      if (listed === 1) expect(loaded).toBe(weightsSha256(first));
      else expect(loaded).toBeInstanceOf(NablaError);
      await saveModel(second, "opfs://m");
      expect(await hash("opfs://m")).toBe(weightsSha256(second));
      if (!wasKilled) break;
    }
  });
});

describe("the origin private file system", () => {
  test("keeps two generations, never more", async () => {
    const opfs = browser();
    for (let i = 0; i < 6; i++) await saveModel(i % 2 ? first : second, "m");
    const files = Object.keys(opfs.list());
    expect(files.length).toBe(2);
    for (const file of files) expect(file).toMatch(/^nabla-models\/m\/[56]-\w+\.safetensors$/);
  });

  test("a file that is not whole is cleared away, unless it is so young that another tab may be writing it", async () => {
    const opfs = browser();
    await saveModel(first, "m");
    const { files } = opfs.root.folders.get("nabla-models")!.folders.get("m")!;
    const half = first.save().subarray(0, 400) as Uint8Array<ArrayBuffer>;
    files.set("7-young.safetensors", { bytes: half, lastModified: Date.now() });
    files.set("8-old.safetensors", { bytes: half, lastModified: Date.now() - 100_000 });
    await saveModel(second, "m");
    expect([...files.keys()].map((name) => name.split("-")[0])).toEqual(["1", "7", "9"]);
    expect(await hash("m")).toBe(weightsSha256(second));
  });

  test("what is damaged on the disk is left for the generation before it", async () => {
    const opfs = browser();
    await saveModel(first, "m");
    await saveModel(second, "m");
    const newest = opfs.files().at(-1)!;
    newest.bytes = newest.bytes.slice();
    newest.bytes[newest.bytes.length - 1]! ^= 1; // its length is right, its digest is not
    expect(await hash("m")).toBe(weightsSha256(first));
    newest.bytes = newest.bytes.subarray(0, 200);
    expect(await hash("m")).toBe(weightsSha256(first));
    opfs.files()[0].bytes = new Uint8Array(3);
    expect((await errorOf(loadModel("m"))).message).toMatch(/^m: /);
  });

  test("full: the saved model stays, the message says how much is needed and what to do; with room it continues", async () => {
    const opfs = browser();
    await saveModel(first, "m");
    const size = first.save().length;
    opfs.quota = opfs.used() + size - 1;
    const { message, details } = await errorOf(saveModel(second, "m"));
    expect(message).toBe(
      `saveModel: m: the browser's storage is full: the model has 828 bytes; this site uses 828 bytes of the 1.7 KB it may; the model saved before, if any, is intact; make room with removeModel() (listModels() says what is there), or keep the model as a file with downloadModel()`,
    );
    expect(details).toEqual({ code: "quota" });
    expect(Object.keys(opfs.list()).length).toBe(1);
    expect(await hash("m")).toBe(weightsSha256(first));
    opfs.quota++;
    await saveModel(second, "m");
    // two generations are there and no room for a third: the older one makes room
    await saveModel(third, "m");
    expect(await hash("m")).toBe(weightsSha256(third));
  });

  test("any operation that fails leaves the model that was there", async () => {
    for (const operation of ["getFileHandle", "createWritable", "write", "close"]) {
      const opfs = browser();
      await saveModel(first, "m");
      opfs.fail = { operation, error: new DOMException("The disk broke.", "NoModificationAllowedError") };
      const { message, details } = await errorOf(saveModel(second, "m"));
      expect(message).toBe(
        "saveModel: m: cannot be saved: The disk broke.; the model saved before, if any, is intact",
      );
      expect(details).toEqual({ code: "failed" });
      expect(await hash("m")).toBe(weightsSha256(first));
      expect(opfs.pending).toBe(0);
    }
  });

  test("is left for IndexedDB where pages cannot write to it, and where it cannot be opened", async () => {
    browser({ writing: "none" });
    expect(await saveModel(first, "m")).toBe("indexeddb://m");
    expect(await hash("m")).toBe(weightsSha256(first));
    expect((await errorOf(saveModel(first, "opfs://m"))).message).toMatch(
      /^saveModel: opfs:\/\/m: there is nowhere to store models: in this engine only workers can write/,
    );
    for (const storage of [
      undefined,
      {},
      { getDirectory: () => Promise.reject(new DOMException("Security error", "SecurityError")) },
    ]) {
      vi.stubGlobal("navigator", { storage });
      expect(await saveModel(second, "m")).toBe("indexeddb://m");
      expect(await hash("m")).toBe(weightsSha256(second));
      expect((await listModels()).map(({ where }) => where)).toEqual(["indexeddb://m"]);
    }
  });

  test("written in place only where the address asks for it: pages of such engines could not replace it", async () => {
    browser({ writing: "sync" });
    expect(await saveModel(first, "m")).toBe("indexeddb://m");
    expect(await saveModel(second, "opfs://m")).toBe("opfs://m");
  });
});

describe("IndexedDB", () => {
  const store = async (): Promise<IDBObjectStore> => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open("nabla");
      request.onsuccess = () => resolve(request.result);
    });
    return database.transaction("models").objectStore("models");
  };

  test("a transaction that fails, also half way, leaves the model that was there", async () => {
    browser();
    await saveModel(first, "indexeddb://m");
    const [before] = await listModels();
    await new Promise((resolve) => setTimeout(resolve, 5)); // so that another entry would have another time
    const prototype = Object.getPrototypeOf(await store()) as IDBObjectStore;
    const real = prototype.put;
    for (const accepted of [0, 1]) {
      let calls = 0;
      prototype.put = function (...args) {
        if (calls++ < accepted) return real.apply(this, args);
        throw new DOMException("full", "QuotaExceededError");
      };
      expect((await errorOf(saveModel(second, "indexeddb://m"))).details).toEqual({ code: "quota" });
      prototype.put = real;
    }
    expect(await listModels()).toEqual([before]);
    expect(await hash("m")).toBe(weightsSha256(first));
  });

  test("of a view on a larger buffer only the view is stored", async () => {
    browser();
    const bytes = first.save();
    const large = new Uint8Array(bytes.length + 100_000);
    large.set(bytes, 5);
    await saveModel(large.subarray(5, 5 + bytes.length), "indexeddb://m");
    const request = (await store()).get("m");
    await new Promise((resolve) => (request.onsuccess = resolve));
    expect(request.result.buffer.byteLength).toBe(bytes.length);
  });
});

describe("without any storage", () => {
  const refused = () => Promise.reject(new DOMException("The operation is insecure.", "SecurityError"));
  test("saving says why and what to do instead, listing is empty, nothing hangs", async () => {
    vi.stubGlobal("navigator", { storage: { getDirectory: refused } });
    vi.stubGlobal("indexedDB", undefined);
    const saving = await errorOf(saveModel(first, "m"));
    expect(saving.message).toBe(
      "saveModel: m: there is nowhere to store models: this page may not store anything (a private window, blocked cookies and site data, or a sandboxed frame): the origin private file system cannot be opened (The operation is insecure.); this engine has no IndexedDB; keep the model as a file with downloadModel()",
    );
    expect(saving.details).toEqual({ code: "blocked" });
    expect((await errorOf(loadModel("m"))).message).toMatch(/; load models from files$/);
    expect((await errorOf(removeModel("m"))).message).toMatch(/^m: there is nowhere/);
    expect(await listModels()).toEqual([]);
  });

  test("IndexedDB that is refused when it is opened, or when it is looked at", async () => {
    vi.stubGlobal("navigator", {});
    vi.stubGlobal("indexedDB", {
      open() {
        throw new DOMException("denied", "SecurityError");
      },
    });
    expect((await errorOf(saveModel(first, "m"))).details).toEqual({ code: "blocked" });
    vi.stubGlobal("isSecureContext", false);
    expect((await errorOf(saveModel(first, "opfs://m"))).message).toMatch(/not served over https/);
  });
});

describe("names", () => {
  test.each([
    [7, 'saveModel: expected a name such as "digits", "opfs://digits" or "indexeddb://digits", got 7'],
    ["", 'saveModel: "": expected a name of at least one character, such as "digits"'],
    ["opfs://", 'saveModel: "opfs://": expected a name of at least one character, such as "digits"'],
    [
      "localstorage://m",
      'saveModel: "localstorage://m": there is no storage called "localstorage"; expected a name alone, opfs://name or indexeddb://name',
    ],
    ["x".repeat(300), /the name is too long; choose a shorter one$/],
    ["\ud800", /half a character/],
  ])("%j is refused", async (where, message) => {
    browser();
    expect((await errorOf(saveModel(first, where as string))).message).toMatch(message);
  });

  test("one that is not there: what is, and what it may have been meant for", async () => {
    browser();
    await saveModel(first, "digits");
    expect((await errorOf(loadModel("digit"))).message).toBe(
      'digit: there is no model of this name in the browser\'s storage; did you mean "digits"? (there: digits)',
    );
    expect((await errorOf(loadModel("models/m.safetensors"))).message).toMatch(
      /to fetch one, pass new URL\(path, location.href\)$/,
    );
  });

  test("neither a model nor the bytes of one", async () => {
    browser();
    expect((await errorOf(saveModel({} as never, "m"))).message).toBe(
      "saveModel: expected a model or the bytes of one, got {}",
    );
    expect((await errorOf(saveModel(new Uint8Array(20), "m"))).message).toMatch(
      /^saveModel: not a safetensors file/,
    );
  });
});

test("tabs take turns where there are locks: writers alone, readers together", async () => {
  const asked: string[] = [];
  const locks = {
    request: async (name: string, { mode }: { mode: string }, task: () => Promise<unknown>) => {
      asked.push(`${mode} ${name}`);
      return task();
    },
  };
  browser({ locks });
  await saveModel(first, "opfs://m");
  await loadModel("m");
  await removeModel("m");
  expect(asked).toEqual(["exclusive nabla:m", "shared nabla:m", "exclusive nabla:m"]);
  // a frame without the right to locks goes without
  browser({ locks: { request: () => Promise.reject(new DOMException("no", "SecurityError")) } });
  await saveModel(first, "m");
  expect(await hash("m")).toBe(weightsSha256(first));
});
