import { Worker } from "node:worker_threads";
import * as fc from "fast-check";
import { Core } from "../../../src/core/core.ts";
import { arrayDataset } from "../../../src/data/arrays.ts";
import { dense, sequential } from "../../../src/index.ts";
import type { Port } from "../../../src/worker/protocol.ts";
import { serve } from "../../../src/worker/serve.ts";
import { utf8 } from "../files.ts";
import type { Sample, Target } from "../guide/target.ts";
import { json } from "./config.ts";

const ARRAYS = { Uint8Array, Float32Array, Float64Array, Int32Array, Uint32Array } as const;
type ArrayName = keyof typeof ARRAYS;
/** Values that a typed array of a message has at most. */
const LONGEST = 4096;

/** Messages as JSON: typed arrays and the core's module are objects that say so. */
const encoded = (messages: readonly unknown[]): Uint8Array =>
  utf8(
    JSON.stringify(messages, (_, value: unknown) => {
      if (value instanceof WebAssembly.Module) return { $module: 1 };
      if (ArrayBuffer.isView(value))
        return { $array: value.constructor.name, values: [...(value as Uint8Array)] };
      return value;
    }),
  );

let module: WebAssembly.Module | undefined;

function decoded(bytes: Uint8Array): unknown[] {
  const messages: unknown = JSON.parse(new TextDecoder().decode(bytes), (_, value: unknown) => {
    const { $module, $array, values } = (value ?? {}) as Record<string, unknown>;
    if ($module !== undefined) return (module ??= new Core().module as WebAssembly.Module);
    if (typeof $array === "string" && Object.hasOwn(ARRAYS, $array) && Array.isArray(values))
      return (ARRAYS[$array as ArrayName] as typeof Float64Array).from(values.slice(0, LONGEST), Number);
    return value;
  });
  return Array.isArray(messages) ? messages.slice(0, 40) : [];
}

/** What a page says to a worker in a training: as it is said. */
async function recorded(): Promise<unknown[]> {
  const { postMessage } = Worker.prototype;
  const messages: unknown[] = [];
  Worker.prototype.postMessage = function (message: unknown, ...more: never[]) {
    messages.push(JSON.parse(new TextDecoder().decode(encoded([message])))[0]);
    return postMessage.call(this, message, ...(more as []));
  };
  try {
    const net = sequential([dense({ units: 2, activation: "softmax" })], { seed: 1, inputShape: [3] });
    net.compile({ loss: "categoricalCrossentropy", optimizer: "adam", metrics: ["accuracy"] });
    const rows = arrayDataset(
      [
        [0, 0, 1],
        [0, 1, 0],
        [1, 0, 1],
        [1, 1, 0],
      ],
      [0, 1, 1, 0],
    );
    await net.fit(rows, {
      epochs: 2,
      batchSize: 2,
      worker: true,
      validationData: rows,
      callbacks: [{ name: "own", onEpochEnd() {} }],
    });
  } finally {
    Worker.prototype.postMessage = postMessage;
  }
  return messages;
}

const id = fc.constantFrom(0, 1, 2, -1, null, "1");
const array = fc.oneof(
  fc.record({
    $array: fc.constantFrom(...(Object.keys(ARRAYS) as ArrayName[])),
    values: fc.array(fc.nat(5), { maxLength: 8 }),
  }),
  fc.constantFrom(null, 1, [], {}, "x"),
);
const size = fc.oneof(fc.nat(8), fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 53, null));
const message = fc.oneof(
  fc.record({ kind: fc.constant("piece"), id, number: size, length: size, at: size, values: array }),
  fc.record(
    {
      kind: fc.constantFrom("rows", "result", "reply", "seen", "meddle", "abort"),
      id,
      read: size,
      call: size,
      x: array,
      y: array,
      figures: array,
      logs: fc.constantFrom({}, null, { loss: 1 }),
      stop: fc.constantFrom(undefined, "x", 1),
      rateFactor: size,
      baseRate: size,
      snapshot: array,
      callbacks: array,
      error: fc.constantFrom(undefined, {}, { message: "x" }),
    },
    { requiredKeys: ["kind", "id"] },
  ),
  fc.record({
    kind: fc.constant("train"),
    id,
    setup: fc.oneof(fc.constantFrom(null, {}, { state: {} }), fc.object({ maxDepth: 2 })),
  }),
  fc.oneof(
    fc.constantFrom(null, 1, "x", [], {}),
    fc.record({ kind: fc.constantFrom("__proto__", "toString", "") }),
  ),
);
const written: fc.Arbitrary<Sample> = fc
  .array(message, { maxLength: 8 })
  .map((messages) => ({ bytes: utf8(JSON.stringify(messages)) }));

const turn = () => new Promise((resolve) => setImmediate(resolve));
export const workerMessages: Target = {
  name: "worker",
  async seeds() {
    const messages = await recorded();
    return [
      { bytes: utf8(JSON.stringify(messages)) },
      { bytes: utf8(JSON.stringify([...messages, { kind: "abort", id: 1 }])) },
    ];
  },
  arbitrary: written,
  layers: [json],
  words: [
    "piece",
    "train",
    "reply",
    "rows",
    "result",
    "seen",
    "meddle",
    "abort",
    "setup",
    "topology",
    "state",
    "snapshot",
    "datasets",
    "settings",
    "$array",
    "Float32Array",
    "values",
    "elsewhere",
    "joined",
    "subset",
    "digits",
  ],
  memory: (bytes) => 64 * bytes + 2 ** 28,
  async run(bytes) {
    let messages: unknown[];
    try {
      messages = decoded(bytes);
    } catch {
      return "no messages";
    }
    const port: Port = { post: () => {}, onMessage: () => {} };
    serve(port);
    for (const message of messages) {
      try {
        port.onMessage(message as never);
      } catch {
        // the thread ends with it, and the page is told that the worker is lost
        return "lost";
      }
      await turn();
    }
    // whatever it waits for
    const ids = new Set(messages.map((message) => (message as { id?: unknown } | null)?.id));
    for (const id of ids) if (typeof id === "number") port.onMessage({ kind: "abort", id } as never);
    for (let i = 0; i < 20; i++) await turn();
    return undefined;
  },
};
