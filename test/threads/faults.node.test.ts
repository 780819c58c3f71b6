/** Threads that are lost: the training ends with an error that says so, nothing hangs, and what is there is whole. */
import { afterEach, expect, test, vi } from "vitest";
import type * as Host from "#helper";
import { type Callback, load, type Model, weightsSha256 } from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { FAILED, LATE, PATIENCE, WAITS } from "../../src/threads/share.ts";
import { smallNets } from "../support/smallNets.ts";

type Setup = Parameters<typeof Host.startHelper>[0];
/** What happens to helpers besides. */
const host = {
  setups: [] as Setup[],
  helpers: [] as ReturnType<typeof Host.startHelper>[],
  cores: undefined as number | undefined,
  forbidden: undefined as string | undefined,
  refused: undefined as string | undefined,
  /** Nobody hears of their end: as where the thread that computes never rests. */
  deaf: false,
};
vi.mock("#helper", async (original) => {
  const real = await original<typeof Host>();
  return {
    ...real,
    cores: () => host.cores ?? real.cores(),
    forbidden: () => host.forbidden ?? real.forbidden(),
    startHelper: (setup: Setup, listeners: Parameters<typeof real.startHelper>[1]) => {
      if (host.refused) throw new Error(host.refused);
      host.setups.push(setup);
      const helper = real.startHelper(setup, host.deaf ? { ...listeners, ended: () => {} } : listeners);
      host.helpers.push(helper);
      return helper;
    },
  };
});
afterEach(() => {
  Object.assign(host, {
    setups: [],
    helpers: [],
    cores: undefined,
    forbidden: undefined,
    refused: undefined,
    deaf: false,
  });
});

const net = () => smallNets()[2]!;
const options = { batchSize: 128, epochs: 4, worker: false } as const;

/** Does it after so many steps of a training with two threads. @returns the model, what fit() threw, and the last that was saved */
async function interrupted(step: number, what: (setup: Setup) => unknown) {
  const { make, x, y } = net();
  const model = make();
  let saved!: Uint8Array;
  const meddle: Callback = {
    onBatchEnd: async (_batch, _logs, context) => {
      if (context.step <= step) saved = context.model.save();
      if (context.step === step) await what(host.setups[0]!);
    },
  };
  const error = await model
    .fit(x, y, { ...options, threads: 2, callbacks: [meddle] })
    .catch((error) => error);
  return { model, error: error as Error, saved };
}

/** The weights of the whole training, with one thread; going on from the file comes to the same. */
async function expectWhole(saved: Uint8Array): Promise<void> {
  const { make, x, y } = net();
  const whole = make();
  await whole.fit(x, y, options);
  const loaded = load(saved);
  await loaded.fit(x, y, { ...options, resume: true });
  expect(weightsSha256(loaded)).toBe(weightsSha256(whole));
}

/** It predicts, saves, and trains on with its own memory. */
async function expectUsable(model: Model): Promise<void> {
  const { x, y } = net();
  expect(Object.keys(internalsOf(model).built)).not.toContain("run");
  expect(model.predict(x).data.every(Number.isFinite)).toBe(true);
  load(model.save());
  await model.fit(x, y, { ...options, epochs: 1 });
}

test("a thread that is killed ends the training with an error; the checkpoint goes on bit for bit", async () => {
  const { model, error, saved } = await interrupted(5, () => host.helpers[0]!.end());
  expect(error.message).toMatch(/thread 2 of 2 has ended in the middle of the training .*resume: true/);
  expect(await model.info()).toMatchObject({ threads: 1, threadsWhy: expect.stringMatching("has ended") });
  await expectWhole(saved);
  await expectUsable(model);
});

test("one that never answers is waited for so many times, not for ever", async () => {
  host.deaf = true;
  let control!: Int32Array;
  const { model, error, saved } = await interrupted(5, async (setup) => {
    control = setup.control;
    [control[PATIENCE], control[WAITS]] = [20, 3];
    await host.helpers[0]!.end();
  });
  expect(error.message).toMatch(/a thread has not answered for 0.06 seconds: it was killed, or stands still/);
  expect(control[LATE]).toBe(3);
  await expectWhole(saved);
  await expectUsable(model);
});

test("one that throws says so at once", async () => {
  let control!: Int32Array;
  const { error, saved } = await interrupted(5, (setup) => {
    control = setup.control;
    // as the helper does: src/threads/helper.ts
    Atomics.store(control, FAILED, 2);
  });
  expect(error.message).toMatch(/thread 2 of 2 has ended/);
  expect(control[LATE]).toBe(0);
  await expectWhole(saved);
});

test("lost while weights change, the model goes back to where the epoch began", async () => {
  const { make, x, y } = net();
  const model = make();
  let begun!: string;
  const meddle: Callback = {
    onEpochBegin: (epoch, context) => {
      if (epoch === 1) begun = weightsSha256(context.model as Model);
    },
    onBatchEnd: (_batch, _logs, { step }) => {
      if (step !== 6) return;
      const network = internalsOf(model).built as unknown as Record<string, unknown>;
      const run = network.run as (...all: unknown[]) => unknown;
      network.run = (...all: unknown[]) => {
        run(...all);
        throw Object.assign(new Error("lost"), { updating: true });
      };
    },
  };
  await expect(model.fit(x, y, { ...options, threads: 2, callbacks: [meddle] })).rejects.toThrow("lost");
  expect(weightsSha256(model)).toBe(begun);
  const one = make();
  await one.fit(x, y, options);
  await model.fit(x, y, { ...options, resume: true });
  expect(weightsSha256(model)).toBe(weightsSha256(one));
});

test.each([
  ["a machine with one processor", { cores: 1 }, "auto", /one processor/],
  ["a page without isolation", { forbidden: "the page is not cross-origin isolated" }, 2, /isolated/],
  ["no room for threads", { refused: "no resources" }, 3, /could not be started: no resources/],
] as const)("%s: one thread, the same bits, and info() says why", async (_, given, threads, why) => {
  Object.assign(host, given);
  const { make, x, y } = net();
  const [one, model] = [make(), make()];
  await one.fit(x, y, { ...options, epochs: 1 });
  await model.fit(x, y, { ...options, epochs: 1, threads });
  expect(weightsSha256(model)).toBe(weightsSha256(one));
  expect(await model.info()).toMatchObject({ threads: 1, threadsWhy: expect.stringMatching(why) });
});

test("where there is no memory to share, one thread does it; where it cannot grow, the error says so", async () => {
  const { make, x, y } = net();
  const { Memory } = WebAssembly;
  const [model, small] = [make(), make()];
  const hash = weightsSha256(small);
  try {
    WebAssembly.Memory = class extends Memory {
      constructor(given: WebAssembly.MemoryDescriptor) {
        if (given.shared) throw new RangeError("could not allocate memory");
        super(given);
      }
    };
    await model.fit(x, y, { ...options, epochs: 1, threads: 2 });
    expect((await model.info()).threadsWhy).toMatch("no memory to share (could not allocate memory)");
    // room for the parameters, and no plan
    WebAssembly.Memory = class extends Memory {
      constructor(given: WebAssembly.MemoryDescriptor) {
        super({ ...given, maximum: 180 });
      }
    };
    await expect(small.fit(x, y, { ...options, threads: 2 })).rejects.toThrow(
      /not enough memory: the plan needs \d+ MiB/,
    );
  } finally {
    WebAssembly.Memory = Memory;
  }
  expect(weightsSha256(small)).toBe(hash);
  await expectUsable(small);
});

test("evaluate() gives the same figures with threads", async () => {
  const { make, x, y } = net();
  const model = make();
  const one = await model.evaluate(x, y);
  expect(await model.evaluate(x, y, { threads: 3, batchSize: 100 })).toEqual(one);
  expect((await model.info()).threads).toBe(3);
  expect(host.setups).toHaveLength(2);
});

test("options are refused that mean nothing", async () => {
  const { make, x, y } = net();
  for (const threads of [0, 1.5, "many", -1, 65, true])
    await expect(make().fit(x, y, { threads } as never)).rejects.toThrow(
      /fit: threads: expected "auto" or a whole number from 1 to 64, got/,
    );
});
