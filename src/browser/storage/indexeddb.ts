/** Models in IndexedDB, whose transactions happen whole or not at all. Sizes are stored separately, so listing reads no model. */
import { messageOf } from "../../errors.ts";
import { inTime, told } from "../../waits.ts";
import { Unavailable } from "./failures.ts";
import type { ModelStorage } from "./storage.ts";

const DATABASE = "nabla";
const MODELS = "models";
const INDEX = "index";

interface Entry {
  name: string;
  size: number;
  /** In ms since 1970. */
  saved: number;
}

/** @throws Unavailable where the engine has none or the page may not use it */
export async function openIndexedDb(): Promise<ModelStorage> {
  let factory: IDBFactory | undefined;
  try {
    factory = globalThis.indexedDB; // in sandboxed frames looking is enough to be refused
  } catch (cause) {
    throw new Unavailable("this page may not use IndexedDB", { cause });
  }
  if (!factory) throw new Unavailable("this engine has no IndexedDB");
  (await open(factory)).close();
  const run = async <T>(
    mode: IDBTransactionMode,
    work: (of: IDBTransaction) => IDBRequest<T>,
  ): Promise<T> => {
    const database = await open(factory);
    try {
      return await told(
        transaction(database, mode, work),
        "IndexedDB (another tab of this site may be writing)",
      );
    } finally {
      database.close();
    }
  };
  return {
    scheme: "indexeddb",
    async write(name, bytes) {
      await run("readwrite", (tx) => {
        const entry: Entry = { name, size: bytes.length, saved: Date.now() };
        tx.objectStore(INDEX).put(entry, name);
        return tx.objectStore(MODELS).put(bytes, name);
      });
    },
    async read(name) {
      const bytes = await run<Uint8Array<ArrayBuffer> | undefined>("readonly", (tx) =>
        tx.objectStore(MODELS).get(name),
      );
      return bytes ? [new Blob([bytes])] : [];
    },
    async list() {
      const entries = await run<Entry[]>("readonly", (tx) => tx.objectStore(INDEX).getAll());
      return entries.map(({ name, size, saved }) => ({
        name,
        where: `indexeddb://${name}`,
        size,
        saved: new Date(saved),
      }));
    },
    async remove(name) {
      const there = await run("readwrite", (tx) => {
        const count = tx.objectStore(MODELS).count(name);
        tx.objectStore(INDEX).delete(name);
        tx.objectStore(MODELS).delete(name);
        return count;
      });
      return there > 0;
    },
  };
}

/** Safari's has been seen to say nothing, and a tab that is about to delete all keeps others waiting. */
const PATIENCE = 10_000;

function open(factory: IDBFactory): Promise<IDBDatabase> {
  const opened = opening(factory);
  return inTime(opened, PATIENCE, () => {
    // what comes after all keeps no other tab waiting
    opened.then(
      (database) => database.close(),
      () => {},
    );
    throw new Unavailable(
      `IndexedDB did not answer within ${PATIENCE / 1000} seconds; close other tabs of this site, or load the page again`,
    );
  });
}

function opening(factory: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      const why = messageOf(cause);
      reject(new Unavailable(`IndexedDB cannot be opened (${why})`, { cause }));
    };
    let request: IDBOpenDBRequest;
    try {
      request = factory.open(DATABASE, 1);
    } catch (cause) {
      fail(cause);
      return;
    }
    request.onupgradeneeded = () => {
      request.result.createObjectStore(MODELS);
      request.result.createObjectStore(INDEX);
    };
    request.onerror = () => fail(request.error);
    request.onsuccess = () => {
      // another tab that wants a newer layout, or to delete all, is not kept waiting
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
  });
}

/** Resolves when everything is on the disk. */
function transaction<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  work: (of: IDBTransaction) => IDBRequest<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const tx = database.transaction([MODELS, INDEX], mode, { durability: "strict" });
    tx.onabort = () => reject(tx.error ?? new Error("the transaction was aborted"));
    tx.onerror = () => reject(tx.error ?? new Error("the transaction failed"));
    let request: IDBRequest<T>;
    try {
      request = work(tx);
    } catch (error) {
      tx.abort(); // or the half of it that was accepted would be kept
      reject(error);
      return;
    }
    tx.oncomplete = () => resolve(request.result);
  });
}
