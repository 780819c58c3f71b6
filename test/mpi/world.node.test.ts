/** Without mpirun: what is lent to an MPI library, and what launchers say. */
import { afterEach, expect, test, vi } from "vitest";
import { program } from "../../src/cli/program.ts";
import { amongNone, amongRanks } from "../../src/cli/training/ranks.ts";
import { connect, launchedSize } from "../../src/mpi/index.ts";
import { alone, type Library } from "../../src/mpi/library.ts";
import { World } from "../../src/mpi/world.ts";
import type { Terminal } from "../../src/report/terminal.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

/** Reads and writes when it is asked whether it is done for the third time. */
function slowLibrary(): Library {
  const running = new Map<Uint8Array, { write(): void; asked: number }>();
  return {
    ...alone,
    allgatherv: (mine, all, _counts, places, request) =>
      void running.set(request, { write: () => all.set(mine, places[0]), asked: 0 }),
    test(request) {
      const call = running.get(request)!;
      if (++call.asked < 3) return false;
      call.write();
      return true;
    },
  };
}

test("what a running collective works with is not that of another", async () => {
  const world = new (World as unknown as new (library: Library, patience: number) => World)(
    slowLibrary(),
    60_000,
  );
  const gather = (value: number, n: number) => world.gather(new Uint8Array(n).fill(value), [n]);
  const both = await Promise.all([gather(1, 100), gather(2, 100)]);
  expect(both.map((bytes) => [bytes.length, ...new Set(bytes)])).toEqual([
    [100, 1],
    [100, 2],
  ]);
});

test("more than MPI counts is refused before anything is sent", async () => {
  const sent = vi.fn();
  const library = { ...slowLibrary(), rank: () => 0, size: () => 2, allgatherv: sent, alltoallv: sent };
  const world = new (World as unknown as new (library: Library, patience: number) => World)(library, 60_000);
  const [mine, half] = [new Uint8Array(1), 2 ** 30];
  const words = "MPI: ranks would exchange 2147483648 bytes at once; expected at most 2147483647";
  await expect(world.gather(mine, [half, half])).rejects.toThrow(words);
  await expect(world.exchange(mine, [half, half], [0, half], mine, [1, 0])).rejects.toThrow(words);
  await expect(world.exchange(mine, [1, 0], [0, 0], mine, [half, half])).rejects.toThrow(words);
  expect(sent).not.toHaveBeenCalled();
});

test("NABLA_MPI=off: a program is by itself, too", async () => {
  vi.stubEnv("OMPI_COMM_WORLD_SIZE", "2");
  expect(launchedSize()).toBe(2);
  vi.stubEnv("NABLA_MPI", "off");
  expect(launchedSize()).toBe(1);
  expect(await amongNone("evaluate")).toBeUndefined();
  const ranks = await connect();
  expect([ranks.rank, ranks.size]).toEqual([0, 1]);
});

test("each launcher's name for a rank is known: the first one says what is wrong with the options", async () => {
  const train = () => Promise.reject(new Error("it trained"));
  const terminal = {} as Terminal;
  for (const [run, words] of [
    [() => amongRanks({} as never, terminal, train), "--shards: mpirun has started 2 processes"],
    [
      () => amongNone("evaluate"),
      "evaluate: mpirun has started 2 processes, each of which would do the same",
    ],
  ] as const)
    for (const names of [
      ["OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"],
      ["PMI_SIZE", "PMI_RANK"],
      ["SLURM_NTASKS", "PMIX_RANK"],
    ] as const) {
      vi.stubEnv(names[0], "2");
      vi.stubEnv(names[1], "0");
      await expect(run(), names[1]).rejects.toThrow(words);
      // and has time for it: a launcher may end all when the others end
      vi.stubEnv(names[1], "1");
      vi.useFakeTimers();
      let code: number | undefined;
      const other = run().then((is) => {
        code = is;
      });
      await vi.advanceTimersByTimeAsync(2000);
      expect(code, names[1]).toBeUndefined();
      await vi.advanceTimersByTimeAsync(100);
      await other;
      expect(code, names[1]).toBe(1);
      vi.useRealTimers();
      vi.unstubAllEnvs();
    }
});

test.each([
  "evaluate m.safetensors digits",
  "predict m.safetensors digits --out classes.csv",
  "export m.safetensors --to m.wasm",
  "import m.onnx --out m.safetensors",
  "data digits",
  "new fruits",
  "bench",
  "sweep --summary folder --report page.html",
  "sweep sweep.json --jobs 2 --out folder",
])("nabla %s is refused under mpirun: processes would write the same files", async (words) => {
  vi.stubEnv("PMI_SIZE", "2");
  vi.stubEnv("PMI_RANK", "0");
  const run = program({ write: () => {}, width: 80 } as never, () => {});
  await expect(run.parseAsync(words.split(" "), { from: "user" })).rejects.toThrow(
    `${words.split(" ")[0]}: mpirun has started 2 processes, each of which would do the same; start it without mpirun`,
  );
});

test.each([
  [
    "train nowhere.csv --shards 1",
    "--shards: expected at least 2, the processes that mpirun has started, got 1",
  ],
  ["sweep nowhere.json --out folder", "nowhere.json"],
])("processes share nabla %s", async (words, why) => {
  vi.stubEnv("PMI_SIZE", "2");
  vi.stubEnv("PMI_RANK", "0");
  const run = program({ write: () => {}, width: 80 } as never, () => {});
  const said = await run.parseAsync(words.split(" "), { from: "user" }).then(() => "", String);
  expect(said).toContain(why);
  expect(said).not.toContain("would do the same");
});
